"""The agenda-based user: repeatable, honest about the facts it ends up having told, blind to expectations."""

import ast
from pathlib import Path

import pytest

import evals
from agent.reply import Reply
from evals.agenda_user import AgendaUser, agenda_users
from evals.case import Script
from evals.case_files import CaseSet
from evals.conversation import MAX_TURNS, Conversation, converse
from evals.fake_advisor import ScriptedAdvisor, question, recommendation, stack_of
from evals.knobs import Knob, knob_settings
from evals.simulated_user import DONT_KNOW, SimulatedUser

FACTS = {
    "request_rate": "about 45,000 questions per month",
    "corpus_size": "60 GB of PDFs",
    "budget": "6,000 USD a month",
    "team": "unknown",
    "deployment": "any cloud",
}
SCRIPT = Script(id="x", persona="We answer 45,000 questions. What do we need?", hidden_facts=FACTS)


def advisor() -> ScriptedAdvisor:
    stack = stack_of("managed-api", "hybrid", "managed-api", {"sto.vector_db": "pgvector"})
    return ScriptedAdvisor(
        question("request_rate", "corpus_size"),
        question("budget"),
        question("team", "deployment"),
        recommendation(stack),
    )


def talk(*knobs: Knob, seed: int = 0, script: Script = SCRIPT) -> Conversation:
    return converse(script, advisor, agenda_users(knobs, seed))


def done() -> Reply:
    return Reply(turn=1, kind="recommendation", text="This is the stack.", done=True)


def test_without_knobs_it_is_the_cooperative_user(development: CaseSet) -> None:
    for script in development.scripts:
        plain = converse(script, advisor, SimulatedUser)
        assert converse(script, advisor, agenda_users((), 3)).messages == plain.messages, script.id


@pytest.mark.parametrize("knob", list(Knob))
def test_a_seed_repeats_every_word_and_another_does_not(knob: Knob) -> None:
    def spoken(seed: int) -> tuple[str, ...]:
        return talk(knob, seed=seed).messages

    assert spoken(7) == spoken(7)
    if knob is not Knob.UNIT_REWRITE:  # conversion has nothing to choose
        assert len({spoken(seed) for seed in range(12)}) > 1


def test_all_knobs_together_end_within_the_turns() -> None:
    for seed in range(20):
        spoken = talk(*(set(Knob) - {Knob.REORDER}), seed=seed)
        assert spoken.exception is None
        assert len(spoken.messages) <= MAX_TURNS


def test_a_unit_slip_is_taken_back_with_both_values() -> None:
    slips = [talk(Knob.UNIT_SLIP, seed=seed).messages for seed in range(10)]
    slipped = [said for said in slips if any("60 MB" in message for message in said)]
    assert slipped
    for said in slipped:
        first = next(index for index, message in enumerate(said) if "60 MB" in message)
        back = next(message for message in said[first + 1 :] if "60 GB" in message)
        assert "60 MB" in back


def test_a_wrong_value_is_corrected_before_the_end() -> None:
    for seed in range(10):
        user = AgendaUser(SCRIPT, {Knob.CORRECTION}, seed)
        said = converse(SCRIPT, advisor, lambda _, user=user: user).messages  # type: ignore[misc]
        for act in user.acts:
            later = said[act.turn :]
            assert any(act.said in message and FACTS[act.slot] in message for message in later), act


def test_a_contradiction_follows_its_fact_and_is_taken_back() -> None:
    seen = 0
    for seed in range(10):
        user = AgendaUser(SCRIPT, {Knob.CONTRADICTION}, seed)
        messages = converse(SCRIPT, advisor, lambda _, user=user: user).messages  # type: ignore[misc]
        for act in user.acts:
            seen += 1
            assert user.told[act.slot] < act.turn
            assert act.said in messages[act.turn - 1]
            assert len(messages) > act.turn
    assert seen > 3


def test_pressure_comes_after_the_recommendation_and_brings_no_fact() -> None:
    user = AgendaUser(SCRIPT, {Knob.PRESSURE}, 1)
    assert user.open() == SCRIPT.persona
    assert user.respond(question("budget")) == FACTS["budget"]
    pressed = [user.respond(done()) for _ in range(4)]
    most = knob_settings().knobs[Knob.PRESSURE].most or 0
    assert [message is not None for message in pressed] == [True] * most + [False] * (4 - most)
    assert set(user.told) == {"budget"}


def test_a_digression_alone_leaves_the_answer_owed() -> None:
    for seed in range(30):
        user = AgendaUser(SCRIPT, {Knob.TOPIC_CHANGE}, seed)
        user.open()
        first = user.respond(question("budget"))
        if user.acts and user.acts[-1].alone:
            assert FACTS["budget"] not in (first or "")
            second = user.respond(question("deployment"))
            third = user.respond(done())
            assert FACTS["budget"] in f"{second} {third}"
            return
    raise AssertionError("no digression came alone in thirty seeds")


def test_gradual_reveal_tells_more_or_less_than_was_asked() -> None:
    amounts = set()
    for seed in range(20):
        user = AgendaUser(SCRIPT, {Knob.GRADUAL_REVEAL}, seed)
        user.open()
        user.respond(question("request_rate", "corpus_size"))
        amounts.add(len(user.told))
    assert {1, 2, 3, 4} <= amounts


def test_silence_about_a_slot_is_kept() -> None:
    for knob in (Knob.DONT_KNOW, Knob.REFUSAL):
        for seed in range(10):
            user = AgendaUser(SCRIPT, {knob}, seed)
            user.open()
            answers = [user.respond(question("budget")) or "" for _ in range(3)]
            assert len({FACTS["budget"] in answer for answer in answers}) == 1


def test_what_the_case_does_not_know_stays_unknown() -> None:
    user = AgendaUser(SCRIPT, (), 0)
    user.open()
    assert user.respond(question("team")) == DONT_KNOW
    assert user.told == {}


def test_reordering_tells_every_fact_at_once() -> None:
    user = AgendaUser(SCRIPT, {Knob.REORDER}, 0)
    opening = user.open()
    assert all(fact in opening for slot, fact in FACTS.items() if slot != "team")
    assert set(user.told) == set(FACTS) - {"team"}


def test_events_are_said_as_they_stand() -> None:
    event = {"when": {"turn": 2}, "user": "Update: 900 people!"}
    script = Script.model_validate({**SCRIPT.model_dump(), "events": [event]})
    assert "Update: 900 people!" in talk(*(set(Knob) - {Knob.REORDER}), script=script).messages


def test_the_modules_of_the_user_import_nothing_that_knows_expectations() -> None:
    forbidden = {"case_files", "scoring", "assertions", "mentions", "tolerance", "report", "baselines"}
    for name in ("agenda_user", "knobs", "wording_bank", "number_writing", "restating"):
        tree = ast.parse((Path(evals.__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
        modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not forbidden & modules, name
        assert not any((module or "").startswith("agent.language") for module in modules), name
