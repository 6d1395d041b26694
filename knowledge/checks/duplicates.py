"""No two facts say the same in nearly the same words, be they about one component or about two."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from ..records import Fact
from .finding import Finding, error
from .tables import Placed, Tables

NEAR = 0.7
"""Share of words in common from which two statements count as one."""
_WORD = re.compile(r"[a-z0-9]+")


def check_duplicates(tables: Tables) -> Iterator[Finding]:
    """Pairs of facts with nearly the same words; one claim for each regime or offer is no pair."""
    subjects: dict[str, list[Placed[Fact]]] = {}
    for placed in tables.facts.values():
        subjects.setdefault(placed.record.component, []).append(placed)
    for about in subjects.values():
        for first, second in combinations(about, 2):
            if _differ_by_claim(first.record, second.record):
                continue
            if likeness(first.record.statement, second.record.statement) >= NEAR:
                yield _said_twice(first.record, second)
    yield from _across(tables)


def likeness(one: str, other: str) -> float:
    """Words in common over all words of both.

    >>> likeness("Runs on one node.", "Runs on two nodes.")
    0.3333333333333333
    """
    return _share(_words(one), _words(other))


def _across(tables: Tables) -> Iterator[Finding]:
    """Pairs about two components, whose own names don't count.

    What each product has to state for itself may read alike: its licence, an attestation, and figures of its own.
    """
    placed = [item for item in tables.facts.values() if _compared(item.record)]
    said = [_words(item.record.statement) - _own_names(item.record, tables) for item in placed]
    for first, second in _near_pairs(said):
        one, other = placed[first].record, placed[second].record
        if one.component != other.component and _numbers(said[first]) == _numbers(said[second]):
            yield _said_twice(one, placed[second])


def _near_pairs(said: list[frozenset[str]]) -> Iterator[tuple[int, int]]:
    """Positions of sets with at least `NEAR` of their words in common.

    Such sets share one of the rarest words of each, so that few pairs have to be compared.
    """
    often = Counter(word for words in said for word in words)
    holders: dict[str, list[int]] = {}
    for place, words in enumerate(said):
        rarest = sorted(words, key=lambda word: (often[word], word))
        telling = rarest[: len(rarest) - math.ceil(NEAR * len(rarest)) + 1]
        near = {earlier for word in telling for earlier in holders.get(word, ())}
        yield from ((earlier, place) for earlier in sorted(near) if _share(said[earlier], words) >= NEAR)
        for word in telling:
            holders.setdefault(word, []).append(place)


def _said_twice(first: Fact, second: Placed[Fact]) -> Finding:
    return error(second.file, second.record.id, f"It says nearly the same as {first.id}.")


def _compared(fact: Fact) -> bool:
    return not fact.attestation and fact.kind != "licence"


def _own_names(fact: Fact, tables: Tables) -> frozenset[str]:
    found = tables.components.get(fact.component)
    return _words(f"{fact.component} {found.record.name if found else ''}")


def _numbers(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if word.isdigit())


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def _differ_by_claim(one: Fact, other: Fact) -> bool:
    claims = (one.attestation, one.offer), (other.attestation, other.offer)
    return bool(one.attestation and other.attestation and claims[0] != claims[1])
