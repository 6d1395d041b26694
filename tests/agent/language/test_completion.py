"""A unit, a period or a currency that was asked back for is completed by the next message."""

import pytest

from agent.language import Understanding, understand
from agent.language.completion import with_units
from knowledge.library import Knowledge
from tools.workload import Workload

KNOWLEDGE = Knowledge()
RATES = {"EUR": 1.1, "USD": 1.0}


def read(text: str, asked: tuple[str, ...] = ()) -> Understanding:
    return understand(
        text,
        turn=2,
        asked=asked,
        workload=Workload(),
        knowledge=KNOWLEDGE,
        convert=lambda amount, currency: amount * RATES[currency],
    )


def completed(first: str, second: str, asked: tuple[str, ...] = ()) -> dict[str, object]:
    """Values of the second message after what the first left without a unit."""
    waiting = [(item.slot, item.text) for item in read(first, asked).missing_unit]
    assert waiting
    found = with_units(second, read(second, tuple(slot for slot, _ in waiting)), waiting, read)
    return {item.field: item.point for item in found.updates}


@pytest.mark.parametrize(
    ("first", "second", "field", "value"),
    [
        ("the budget is 6000 EUR", "a month", "budget_usd_month", 6600),
        ("the budget is 6000 EUR", "that's once, for everything", "budget_once_usd", 6600),
        ("budget 3k a month", "dollars", "budget_usd_month", 3000),
        ("latency 250", "milliseconds", "e2e_latency_ms", 250),
        ("we get 300 requests", "a day", "request_rate_rps", 300 / 86400),
        ("we get 300 requests", "per second, and we run on AWS", "request_rate_rps", 300),
    ],
)
def test_the_next_message_completes_the_number(first: str, second: str, field: str, value: float) -> None:
    assert completed(first, second)[field] == pytest.approx(value)


def test_a_message_that_says_it_anew_stands_for_itself() -> None:
    assert completed("latency 250", "2 seconds")["e2e_latency_ms"] == 2000


def test_words_that_are_no_unit_complete_nothing() -> None:
    assert "corpus_documents" not in completed(
        "5000", "a few seconds are acceptable", ("corpus_size", "latency_target")
    )


def test_the_span_of_a_completed_value_lies_in_the_message_that_completes_it() -> None:
    waiting = [(item.slot, item.text) for item in read("we get 300 requests").missing_unit]
    found = with_units("a day, at most", read("a day, at most"), waiting, read)
    assert [(item.span, item.text) for item in found.updates] == [((0, 5), "300 requests a day")]
