"""The order of the questions is computed from what their answers would change."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from agent.consultation import Consultation
from agent.interview import MAX_QUESTIONS, WORTH_ASKING, Asked, Candidate, candidates, next_question
from agent.wording import asked_question
from knowledge import Knowledge
from tests.agent.conftest import AS_OF
from tests.agent.workloads import WORKLOADS
from tools.profile import Profile
from tools.ranking import rank
from tools.workload import from_mapping

NOBODY_ASKED = Asked(frozenset(), 0)
SUMMARIES = {"use_case": "summarisation", "request_rate_rps": 3, "input_tokens": 3000, "output_tokens": 400}


def open_candidates(
    values: dict[str, Any], knowledge: Knowledge, asked: Asked = NOBODY_ASKED
) -> list[Candidate]:
    workload = from_mapping(values)
    return candidates(rank(workload, knowledge, AS_OF), workload, asked, knowledge, AS_OF, Profile())


def first_question(
    values: dict[str, Any], knowledge: Knowledge, asked: Asked = NOBODY_ASKED
) -> Candidate | None:
    workload = from_mapping(values)
    return next_question(rank(workload, knowledge, AS_OF), workload, asked, knowledge, AS_OF, Profile())


def winner(values: dict[str, Any], knowledge: Knowledge) -> str:
    best = rank(from_mapping(values), knowledge, AS_OF).winner
    assert best is not None
    return best.id


def test_a_gate_that_flips_the_winner_is_asked_first(knowledge: Knowledge) -> None:
    bound = {**SUMMARIES, "deployment": ["on_prem"], "no_egress": "yes", "compliance": ["hipaa"]}
    assert winner(bound, knowledge) != winner(SUMMARIES, knowledge)
    chosen = first_question(SUMMARIES, knowledge)
    assert chosen is not None
    assert chosen.gate
    assert {"deployment", "compliance"} <= {part.slot for part in chosen.parts}
    assert chosen.changed > 0


def test_a_gate_that_is_settled_is_not_asked(knowledge: Knowledge) -> None:
    settled = {**SUMMARIES, "deployment": ["cloud"], "compliance": ["none"], "residency": ["EU"]}
    chosen = first_question(settled, knowledge)
    assert chosen is None or chosen.question.id != "place"


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_most_valuable_question_comes_first(knowledge: Knowledge, name: str) -> None:
    found = open_candidates(WORKLOADS[name], knowledge)
    for gate in (True, False):
        worths = [round(item.value, 6) for item in found if item.gate is gate]
        assert worths == sorted(worths, reverse=True)
    assert [item.gate for item in found] == sorted((item.gate for item in found), reverse=True)
    assert all(0 <= item.changed <= item.samples for item in found)


def test_the_order_depends_on_the_workload(knowledge: Knowledge) -> None:
    orders = {
        tuple(item.question.id for item in open_candidates(values, knowledge))
        for values in WORKLOADS.values()
    }
    assert len(orders) > len(WORKLOADS) // 2


def test_an_answer_that_changes_nothing_is_worth_nothing(knowledge: Knowledge) -> None:
    for values in list(WORKLOADS.values())[:4]:
        for item in open_candidates(values, knowledge):
            if item.value == 0:
                assert item.changed == 0


def test_questions_below_the_threshold_are_left_out(knowledge: Knowledge) -> None:
    for values in WORKLOADS.values():
        chosen = first_question(values, knowledge)
        assert chosen is None or chosen.gate or chosen.value >= WORTH_ASKING


def test_the_limit_of_ten(knowledge: Knowledge) -> None:
    assert MAX_QUESTIONS == 10
    assert first_question({"use_case": "rag"}, knowledge, Asked(frozenset(), MAX_QUESTIONS)) is None
    assert first_question({"use_case": "rag"}, knowledge, Asked(frozenset(), MAX_QUESTIONS - 1)) is not None


def test_asked_slots_are_not_asked_again(knowledge: Knowledge) -> None:
    asked = Asked(frozenset({"budget", "deployment"}), 2)
    for item in open_candidates({"use_case": "rag"}, knowledge, asked):
        assert not {part.slot for part in item.parts} & asked.slots


def test_every_question_has_reason_choices_and_default(knowledge: Knowledge) -> None:
    for question in knowledge.questions.values():
        asked = asked_question(Candidate(question, question.parts, 0.1, 2, 5), 3)
        assert asked.why
        assert "2 of 5" in asked.why
        assert len(asked.choices) >= 2
        assert asked.default
        assert asked.text.endswith("?")
        assert asked.number == 3
        assert all(part.default and part.fields for part in question.parts)


def test_choices_are_shown_only_for_the_whole_question(knowledge: Knowledge) -> None:
    question = knowledge.questions["money"]
    part = asked_question(Candidate(question, question.parts[:1], 0.1, 1, 2), 1)
    assert part.text == question.parts[0].text
    assert part.default == question.parts[0].default


def test_the_value_of_information_is_deterministic(knowledge: Knowledge) -> None:
    shown = [
        (item.question.id, item.value, item.changed, item.samples)
        for item in open_candidates({"use_case": "rag", "peak_rate_rps": 20}, knowledge)
    ]
    assert str(shown) == _in_a_new_process("1") == _in_a_new_process("2")


def _in_a_new_process(seed: str) -> str:
    code = (
        "from tests.agent.test_interview import open_candidates; from knowledge import load\n"
        "found = open_candidates({'use_case': 'rag', 'peak_rate_rps': 20}, load())\n"
        "print([(i.question.id, i.value, i.changed, i.samples) for i in found])"
    )
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed})
    return done.stdout.strip()


def test_who_says_more_is_asked_less(consult: Callable[[], Consultation]) -> None:
    brief = "A chatbot."
    full = (
        "A customer chatbot over 20,000 documents updated daily, any cloud, GDPR, EU only, 10 requests per second, "
        "peak 3x, 2,000 users, first token within 1 s, 99.9 % availability, high quality, 8,000 USD a month, live in "
        "3 months, growing 5 % a month, four engineers with some Kubernetes, nobody on call, no training, one tenant."
    )
    assert _questions(consult(), full) < _questions(consult(), brief) <= MAX_QUESTIONS


def _questions(consultation: Consultation, opening: str) -> int:
    count, reply = 0, consultation.turn(opening)
    while not reply.done:
        count, reply = count + 1, consultation.turn("skip")
    return count
