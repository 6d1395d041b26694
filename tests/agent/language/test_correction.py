"""A correction goes to the field that was stated with its noun, whatever the open question is."""

import pytest

from agent.language import understand
from knowledge.library import Knowledge
from tools.workload import Known, Workload

KNOWLEDGE = Knowledge()
SAID = Workload(
    history=(
        Known(field="team_engineers", value=3, stated="three engineers", turn=1),
        Known(field="users_total", value=400, stated="400 clerks", turn=1),
        Known(field="corpus_documents", value=9000, stated="9,000 drawings", turn=1),
    )
)


def numbers(text: str, *asked: str, workload: Workload = SAID) -> dict[str, object]:
    found = understand(text, turn=2, asked=asked, workload=workload, knowledge=KNOWLEDGE)
    return {item.field: item.point for item in found.updates if isinstance(item.point, float)}


@pytest.mark.parametrize(
    ("text", "asked", "field", "value"),
    [
        ("Make that five engineers", "users", "team_engineers", 5),
        ("sorry, 600 clerks", "team", "users_total", 600),
        ("actually 12,000 drawings", "users", "corpus_documents", 12_000),
    ],
)
def test_a_correction_goes_to_its_noun(text: str, asked: str, field: str, value: float) -> None:
    assert numbers(text, asked) == {field: value}


def test_engineers_said_anew_are_the_team() -> None:
    assert numbers("Make that five engineers", "users", workload=Workload()) == {"team_engineers": 5}


@pytest.mark.parametrize("text", ["30 developers", "No, 30 developers", "30 developers, they can't wait"])
def test_developers_as_the_answer_for_users_are_users(text: str) -> None:
    assert numbers(text, "users", workload=Workload()) == {"users_total": 30}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("We had 10k users, now 25k", "users_total", 25_000),
        ("Last year we had 10,000 users, today it is 25,000 users.", "users_total", 25_000),
        ("We started with 10k users last spring, 25k today", "users_total", 25_000),
        ("There were 2 million documents, by now 5 million", "corpus_documents", 5_000_000),
        ("We have 10k users now, 25k next year", "users_total", 10_000),
    ],
)
def test_the_number_of_today_counts(text: str, field: str, value: float) -> None:
    assert numbers(text, workload=Workload()) == {field: value}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("We started with 40 users, now we have 25k documents", "users_total", 40),
        ("We had 10 million documents of 3 pages, now 12 pages each", "corpus_documents", 10_000_000),
        ("We had 10k users and now want to grow to 50k users", "users_total", 10_000),
        ("Users were 10k and are now 25k", "users_total", 10_000),
        (
            "We had 100 requests per second on average, now peaks of 500 requests per second",
            "request_rate_rps",
            100,
        ),
    ],
)
def test_a_number_of_the_past_isn_t_set_aside_for_something_else(text: str, field: str, value: float) -> None:
    assert numbers(text, workload=Workload())[field] == value
