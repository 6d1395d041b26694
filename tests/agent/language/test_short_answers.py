"""A yes to several questions answers none; two values of one field are asked about, and nothing else."""

import pytest

from agent.consultation import open_consultation
from agent.language import Understanding, understand
from knowledge.library import Knowledge
from tools.workload import Workload

KNOWLEDGE = Knowledge()
SEVERAL = ("training_need", "training_data", "energy_goal")


def read(text: str, *asked: str) -> Understanding:
    return understand(text, turn=2, asked=asked, workload=Workload(), knowledge=KNOWLEDGE)


def values(found: Understanding) -> dict[str, object]:
    return {item.field: item.point for item in found.updates}


@pytest.mark.parametrize("text", ["yes", "Yes!", "yes, sure", "ok", "ja, genau"])
def test_a_yes_to_several_questions_answers_none(text: str) -> None:
    found = read(text, *SEVERAL)
    assert found.updates == ()
    assert found.slot_texts == ()
    assert "affirmation" in found.intents


def test_what_is_stated_beside_a_yes_is_taken() -> None:
    found = read("yes, budget 70000 USD per month", *SEVERAL)
    assert values(found) == {"budget_usd_month": 70_000, "currency": "USD"}
    assert {item.slot for item in found.slot_texts} == {"budget"}


def test_a_yes_to_one_question_answers_it() -> None:
    found = read("yes", "training_need")
    assert values(found) == {"training_need": "fine_tune"}
    assert "affirmation" not in found.intents


def test_a_yes_with_its_part_answers_that_part() -> None:
    found = read("yes, we have 12,000 labelled examples", *SEVERAL)
    assert values(found)["training_examples"] == 12_000
    assert "affirmation" not in found.intents


def test_a_vague_yes_is_asked_back_once() -> None:
    talk = open_consultation(KNOWLEDGE)
    first = talk.turn("A chatbot for 300 staff over 20,000 manuals")
    assert first.question is not None
    assert len(first.question.slots) > 1
    again = talk.turn("yes")
    assert again.question is not None
    assert again.question.repeated
    assert again.question.id == first.question.id
    assert "A yes alone" in again.text
    onward = talk.turn("yes")
    assert onward.question is None or onward.question.id != first.question.id


def test_two_budgets_are_the_only_question() -> None:
    talk = open_consultation(KNOWLEDGE)
    reply = talk.turn("A chatbot for our staff, 5,000 USD a month, or 9,000 USD a month")
    assert reply.question is not None
    assert reply.question.slots == ("budget",)
    assert "several values for budget (" in reply.text
    assert "budget usd" not in reply.text
    assert reply.text.count("which one holds?") == 1
    settled = talk.turn("9,000 USD a month")
    assert settled.workload.known["budget_usd_month"].value == 9000


def test_the_derived_rate_is_told() -> None:
    reply = open_consultation(KNOWLEDGE).turn("A chatbot: 200 lawyers each ask 20 questions a day")
    assert "request rate = 200 lawyers x 20 questions a day = 4,000 questions a day" in reply.text
