"""What `assess` and `explain` say is what the assessment says, in short, with every id resolved."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from knowledge import load
from knowledge.index.asked_text import CUT
from service.advisor import Advisor
from service.mcp_consultation import QuestionInput, assess, explain, next_question
from service.mcp_knowledge import SearchInput, search_knowledge
from service.mcp_offer import WholeWorkload
from service.office import Office
from service.summarise import ALTERNATIVES
from service.summary import Summary
from tests.agent.workloads import WORKLOADS
from tools.assess import assess as whole_assessment

KNOWLEDGE = load()
AS_OF = date(2026, 11, 24)
ADVISOR = Advisor(Office(KNOWLEDGE, as_of=AS_OF))
MOST_CHARACTERS = 55_000
"""Of a short assessment; Claude Code, for one, takes longer results out of the conversation into a file."""
IMPOSSIBLE = {"use_case": "chat", "no_egress": "yes", "deployment": ["managed"], "request_rate_rps": 5}


def short(name: str) -> Summary:
    return assess(WholeWorkload(workload=WORKLOADS[name]), ADVISOR)


def ids_in(content: Any) -> Iterator[str]:
    """Evidence ids anywhere in plain values."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key in ("evidence", "cautions") and value and isinstance(value[0], str):
                yield from value
            else:
                yield from ids_in(value)
    elif isinstance(content, list):
        for item in content:
            yield from ids_in(item)


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_short_form_says_what_the_whole_says(name: str) -> None:
    said = short(name)
    whole = whole_assessment(ADVISOR.workload(WORKLOADS[name], name), KNOWLEDGE, AS_OF)
    winner = whole.winner
    assert said.winner is not None
    assert winner is not None
    assert said.winner.id == winner.id
    assert [item.slot for item in said.winner.slots] == list(winner.picks)
    for item, option in zip(said.winner.slots, winner.picks.values(), strict=True):
        rivals = winner.runners_up.get(item.slot, ())[:ALTERNATIVES]
        assert (item.component, item.detail) == (option.component, option.detail)
        assert [other.component for other in item.alternatives] == [other.component for other in rivals]
    for quantity, estimate in winner.estimates.items():
        figure = said.winner.numbers[quantity]
        assert figure.typical == pytest.approx(estimate.typical, rel=1e-5)
        assert (figure.unit, figure.kind, figure.at_least) == (
            estimate.unit,
            estimate.kind,
            estimate.incomplete,
        )
        assert figure.low <= figure.typical <= figure.high
    assert len(said.rivals) == len(whole.stacks) - 1
    assert {item.slot for item in said.not_needed} == {item.slot for item in whole.skipped}
    ruled_out = {(item.text.removeprefix(item.name).strip(), item.component) for item in whole.exclusions}
    assert sum(item.count for item in said.excluded) == len(ruled_out)
    assert {(item.why, name) for item in said.excluded for name in item.components} <= ruled_out


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_short_form_is_short_and_its_evidence_resolved(name: str) -> None:
    said = short(name)
    text = said.model_dump_json()
    assert len(text) <= MOST_CHARACTERS
    known = {item.id for item in said.evidence}
    cited = set(ids_in(json.loads(text)))
    assert cited
    assert cited == known
    assert all(item.text for item in said.evidence)


def test_every_number_of_the_winner_cites_its_calculation() -> None:
    said = short("coding assistant")
    assert said.winner is not None
    for figure in said.winner.numbers.values():
        assert figure.evidence[0].startswith("calc/stack/")


@pytest.mark.parametrize("name", WORKLOADS)
def test_every_sentence_of_an_explanation_is_cited(name: str) -> None:
    told = explain(WholeWorkload(workload=WORKLOADS[name]), ADVISOR)
    assert [item.role for item in told.sentences].count("verdict") == 1
    assert len(told.sentences) > 5
    known = {item.id for item in told.evidence}
    for sentence in told.sentences:
        assert sentence.evidence
        assert set(sentence.evidence) <= known
    assert told.notices == ()


def test_an_explanation_and_an_assessment_speak_of_the_same_stack() -> None:
    told = explain(WholeWorkload(workload=WORKLOADS["product search"]), ADVISOR)
    said = short("product search")
    assert said.winner is not None
    assert told.workload_hash == said.workload_hash
    assert said.winner.title in next(item.text for item in told.sentences if item.role == "verdict")


def test_what_excludes_each_other_is_said_with_a_way_out() -> None:
    fields = {"use_case": "rag", "no_egress": "yes", "model_named": "gpt-6-luna", "request_rate_rps": 5}
    said = assess(WholeWorkload(workload=fields), ADVISOR)
    assert said.conflicts or said.relaxations
    asked = next_question(QuestionInput(workload=fields), ADVISOR)
    assert asked.conflicts == said.conflicts[: len(asked.conflicts)]


def test_the_purpose_is_asked_first_and_once() -> None:
    first = next_question(QuestionInput(), ADVISOR)
    assert first.question is not None
    assert first.question.id == "purpose"
    assert [field.name for field in first.question.parts[0].fields] == ["use_case"]
    second = next_question(QuestionInput(asked=first.asked), ADVISOR)
    assert second.question is not None
    assert second.question.id != "purpose"
    assert second.question.number == 2


def test_an_answer_given_is_not_asked_for_again() -> None:
    fields = {"use_case": "rag", "modality": ["text"]}
    step = next_question(QuestionInput(workload=fields), ADVISOR)
    assert step.question is not None
    assert step.question.id != "purpose"
    assert not {"use_case", "modality"} & {part.slot for part in step.question.parts}


def test_a_user_who_knows_nothing_is_asked_ten_questions_at_most() -> None:
    asked: tuple[str, ...] = ()
    for number in range(1, 12):
        step = next_question(QuestionInput(asked=asked), ADVISOR)
        if step.done:
            break
        assert step.question is not None
        assert step.question.number == number
        asked = step.asked
    assert step.done
    assert number <= 11


def test_the_order_of_calls_changes_nothing() -> None:
    fresh = Advisor(Office(KNOWLEDGE, as_of=AS_OF))
    one, other = (WholeWorkload(workload=WORKLOADS[name]) for name in ("consumer chat", "fraud scoring"))
    first = assess(one, fresh).model_dump_json()
    assess(other, fresh)
    explain(one, fresh)
    assert assess(one, fresh).model_dump_json() == first
    assert assess(one, Advisor(Office(KNOWLEDGE, as_of=AS_OF))).model_dump_json() == first


def test_a_long_text_ends_with_what_it_asks_and_that_is_looked_up() -> None:
    """The search itself reads a part, and says so; nothing is cut before."""
    asked = "What is the limit of dimensions in pgvector?"
    long = search_knowledge(
        SearchInput(question="We are an insurer with several teams. " * 90 + asked), ADVISOR
    )
    short = search_knowledge(SearchInput(question=asked), ADVISOR)
    assert long.records == short.records
    assert long.notices == (*short.notices, CUT)
