"""Amounts told in words: parts of a unit, pairs and dozens, number words of other languages."""

import pytest

from agent.language import understand
from knowledge.library import Knowledge
from tools.workload import Workload

KNOWLEDGE = Knowledge()


def values(text: str, *asked: str) -> dict[str, object]:
    read = understand(text, turn=1, asked=asked, workload=Workload(), knowledge=KNOWLEDGE)
    return {item.field: item.value for item in read.updates}


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("a third of a second, tops", 1000 / 3),
        ("no more than three quarters of a second", 750),
        ("must answer within a second and a half", 1500),
        ("under a second", 1000),
        ("eine Viertelsekunde", 250),
        ("trois quarts de seconde", 750),
    ],
)
def test_a_part_of_a_unit_is_no_whole_one(text: str, milliseconds: float) -> None:
    assert values(text, "latency_target") == {"e2e_latency_ms": pytest.approx(milliseconds)}


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("soixante-dix personnes", 70),
        ("quatre-vingt-quinze personnes", 95),
        ("fünfundsechzig Mitarbeiter", 65),
        ("drei Dutzend Mitarbeiter", 36),
    ],
)
def test_number_words_of_other_languages(text: str, people: float) -> None:
    assert values(text, "users")["users_total"] == people


def test_a_pair_counts_two_in_a_team() -> None:
    text = "two data engineers, a pair of SREs and one analyst"
    assert values(text, "team")["team_engineers"] == 5
