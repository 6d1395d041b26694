"""Every number that fills no field is named; years, versions, names and times of day are no numbers to name."""

import pytest

from agent.language import understand
from knowledge.library import Knowledge
from tools.workload import Workload

KNOWLEDGE = Knowledge()


def unused(text: str, *asked: str) -> tuple[str, ...]:
    return understand(text, turn=1, asked=asked, workload=Workload(), knowledge=KNOWLEDGE).unused


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("90,000 hours of rehearsal video, searchable, 25 dancers", ("90,000 hours", "25")),
        ("3,500 ward patients in 21 hospitals, each scored once an hour", ("21 hospitals",)),
        ("1,200 nurses in three hospitals", ("three hospitals",)),
        ("We pay 14,000 USD a month today; 40 users", ("14,000 USD a month",)),
        ("a warranty of 36 months, 40 users", ("36 months",)),
    ],
)
def test_numbers_without_a_field_are_named(text: str, named: tuple[str, ...]) -> None:
    assert unused(text) == named


@pytest.mark.parametrize(
    "text",
    [
        "We started in 2019 with 40 users",
        "40 users, between 8:30 and 17:00",
        "Python 3.11.2 and 40 users",
        "A100 80GB cards, 40 users, GPT-4",
        "40 users and one more thing",
        "p95 below 800 ms, 20 lawyers each ask 20 questions a day",
        "We have 300 EUR a month, in § 203 terms",
        "40 users, we train on p4d.24xlarge now",
    ],
)
def test_numbers_that_are_used_or_no_quantities_are_not_named(text: str) -> None:
    assert unused(text) == ()
