from typing import Any

import pytest

from agent.reply import Reply
from evals.case import Script
from evals.fake_advisor import question
from evals.simulated_user import DONT_KNOW, SimulatedUser

FACTS = {
    "users": "five people",
    "budget": "20 USD a month",
    "team": "unknown, small",
    "deployment": "our own rooms. Really",
}


def user(events: list[dict[str, Any]] | None = None, **facts: str) -> SimulatedUser:
    script = Script.model_validate(
        {"id": "x", "persona": "Hello.", "hidden_facts": facts or FACTS, "events": events or []}
    )
    opened = SimulatedUser(script)
    assert opened.open() == "Hello."
    return opened


def done(text: str = "This is the stack.") -> Reply:
    return Reply(turn=1, kind="recommendation", text=text, done=True)


@pytest.mark.parametrize(
    ("slots", "answer"),
    [
        (("users",), "five people"),
        (("users", "budget"), "five people. 20 USD a month"),
        (("team",), DONT_KNOW),
        (("growth",), DONT_KNOW),
        (("growth", "team"), DONT_KNOW),
        (("data_freshness", "users", "team"), f"five people. {DONT_KNOW} about the data freshness or team"),
        (("users", "budget", "deployment", "team"), "five people. 20 USD a month. our own rooms. Really"),
        ((), DONT_KNOW),
    ],
)
def test_answers_come_from_the_hidden_facts_of_at_most_three_slots(
    slots: tuple[str, ...], answer: str
) -> None:
    assert user().respond(question(*slots, text="?")) == answer


def test_a_question_without_slots_is_understood_by_its_words() -> None:
    assert user().respond(question(text="What is your monthly budget?")) == "20 USD a month"


def test_a_recommendation_ends_the_conversation() -> None:
    assert user().respond(done()) is None


def test_an_event_takes_the_place_of_the_answer_in_its_turn() -> None:
    speaker = user([{"when": {"turn": 3}, "user": "Update!"}])
    assert speaker.respond(question("users")) == "five people"
    assert speaker.respond(question("budget")) == "Update!"
    assert speaker.respond(question("budget")) == "20 USD a month"
    assert speaker.respond(done()) is None


def test_an_event_that_is_due_later_is_said_before_the_conversation_ends() -> None:
    speaker = user([{"when": {"turn": 9}, "user": "Update!"}])
    assert speaker.respond(done()) == "Update!"
    assert speaker.respond(done()) is None


def test_a_phrase_of_the_advisor_fires_its_event_once() -> None:
    speaker = user([{"when": {"after_advisor_mentions": ["CONTRADICT"]}, "user": "The rooms win."}])
    assert speaker.respond(question("users", text="Fine.")) == "five people"
    assert speaker.respond(question("budget", text="These contradict.")) == "The rooms win."
    assert speaker.respond(question("budget", text="These contradict.")) == "20 USD a month"


def test_a_phrase_in_the_recommendation_is_answered() -> None:
    speaker = user([{"when": {"after_advisor_mentions": ["contradict"]}, "user": "The rooms win."}])
    assert speaker.respond(done("They contradict.")) == "The rooms win."
    assert speaker.respond(done("They contradict.")) is None


def test_a_phrase_that_never_comes_does_not_keep_the_conversation_open() -> None:
    assert user([{"when": {"after_advisor_mentions": ["contradict"]}, "user": "x"}]).respond(done()) is None


def test_slots_asked_after_an_event_are_answered_by_it_every_time() -> None:
    events = [
        {"when": {"turn": 2}, "user": "Update!"},
        {"when": {"slot_asked_after_event": ["users", "budget"]}, "user": "As I said."},
    ]
    speaker = user(events)
    assert speaker.respond(question("users")) == "Update!"
    assert speaker.respond(question("users")) == "As I said."
    assert speaker.respond(question("budget", "deployment")) == "As I said. our own rooms. Really"
    assert speaker.respond(question("deployment")) == "our own rooms. Really"


def test_before_the_event_the_hidden_facts_answer() -> None:
    events = [
        {"when": {"turn": 9}, "user": "Update!"},
        {"when": {"slot_asked_after_event": ["users"]}, "user": "As I said."},
    ]
    assert user(events).respond(question("users")) == "five people"


def test_without_another_event_a_repeated_slot_fires() -> None:
    speaker = user([{"when": {"slot_asked_after_event": ["users"]}, "user": "As I said."}])
    assert speaker.respond(question("users")) == "five people"
    assert speaker.respond(question("users")) == "As I said."
