"""No two facts about one component say the same in nearly the same words."""

import re
from collections.abc import Iterator
from itertools import combinations

from ..records import Fact
from .finding import Finding, error
from .tables import Placed, Tables

NEAR = 0.7
"""Share of words in common from which two statements count as one."""
_WORD = re.compile(r"[a-z0-9]+")


def check_duplicates(tables: Tables) -> Iterator[Finding]:
    """Pairs of facts with the same subject and nearly the same words; one claim for each regime or offer is no pair."""
    subjects: dict[str, list[Placed[Fact]]] = {}
    for placed in tables.facts.values():
        subjects.setdefault(placed.record.component, []).append(placed)
    for about in subjects.values():
        for first, second in combinations(about, 2):
            if _differ_by_claim(first.record, second.record):
                continue
            if likeness(first.record.statement, second.record.statement) >= NEAR:
                message = f"It says nearly the same as {first.record.id}."
                yield error(second.file, second.record.id, message)


def likeness(one: str, other: str) -> float:
    """Words in common over all words of both.

    >>> likeness("Runs on one node.", "Runs on two nodes.")
    0.3333333333333333
    """
    left, right = set(_WORD.findall(one.lower())), set(_WORD.findall(other.lower()))
    return len(left & right) / len(left | right) if left | right else 0.0


def _differ_by_claim(one: Fact, other: Fact) -> bool:
    claims = (one.attestation, one.offer), (other.attestation, other.offer)
    return bool(one.attestation and other.attestation and claims[0] != claims[1])
