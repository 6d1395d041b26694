"""The same quantity in another unit, and a wrong one: what users say when they convert, slip or misread.

Works on the words of a hidden fact alone; how the advisor would read them isn't known here.
"""

import re
from random import Random
from typing import NamedTuple

from .knobs import KnobSettings, Rewrite
from .number_writing import NUMBER, grouped, value_of

_CLAUSE_END = re.compile(r"[;,.](?=\s|$)")
_QUANTITY = re.compile(rf"{NUMBER}(?!\s?%)")
_BETWEEN = r"((?:\s(?:thousand|million|billion))?(?:\s[A-Za-z][A-Za-z-]*){0,3}?\s)"


class Misstatement(NamedTuple):
    """A fact with one wrong place, and that place's clause as said and as it should be."""

    fact: str
    wrong: str
    right: str


def converted(fact: str, slot: str, settings: KnobSettings) -> str:
    """`fact` with its first convertible quantity in another unit; unchanged where there is none."""
    if slot in settings.period_slots:
        for rule in settings.period_rewrites:
            if (found := _match(rule, _BETWEEN).search(fact)) is not None:
                return _replaced(fact, found, f"{_scaled(found[1], rule)}{found[2]}{rule.to}")
    if slot in settings.unit_slots:
        for rule in settings.unit_rewrites:
            if (found := _match(rule, r"(\s?)").search(fact)) is not None:
                return _replaced(fact, found, f"{_scaled(found[1], rule)}{found[2]}{rule.to}")
    return fact


def unit_slip(fact: str, slot: str, rng: Random, settings: KnobSettings) -> Misstatement | None:
    """`fact` with one unit taken for its neighbour."""
    if slot not in settings.quantities:
        return None
    for pair in rng.sample(settings.unit_slips, len(settings.unit_slips)):
        for right, wrong in (pair, pair[::-1]):
            found = re.search(rf"{NUMBER}{_BETWEEN}(?P<unit>{re.escape(right)})\b", fact)
            if found is not None:
                return _misstated(fact, found.start("unit"), found.end("unit"), wrong)
    return None


def wrong_value(fact: str, slot: str, rng: Random, settings: KnobSettings) -> Misstatement | None:
    """`fact` with its first number off by a factor; a percentage could become impossible, so it stays."""
    if slot not in settings.quantities:
        return None
    found = _QUANTITY.search(fact)
    if found is None or value_of(found[1]) == 0:
        return None
    value = value_of(found[1])
    factors = [factor for factor in settings.wrong_factors if factor >= 1 or (value * factor) % 1 == 0]
    return _misstated(fact, found.start(), found.end(), grouped(value * rng.choice(factors)))


def _match(rule: Rewrite, between: str) -> re.Pattern[str]:
    return re.compile(rf"{NUMBER}{between}{re.escape(rule.from_)}\b")


def _scaled(digits: str, rule: Rewrite) -> str:
    return grouped(round(value_of(digits) * rule.factor, 9))


def _replaced(fact: str, found: re.Match[str], text: str) -> str:
    return f"{fact[: found.start()]}{text}{fact[found.end() :]}"


def _misstated(fact: str, start: int, end: int, text: str) -> Misstatement:
    """The clause around the place; the whole fact where the clause would end in a bare number."""
    first = max((cut.end() for cut in _CLAUSE_END.finditer(fact, 0, start)), default=0)
    last = next((cut.start() for cut in _CLAUSE_END.finditer(fact, end)), len(fact))
    if not fact[end:last].strip():
        first, last = 0, len(fact)
    wrong = f"{fact[first:start]}{text}{fact[end:last]}".strip()
    return Misstatement(f"{fact[:start]}{text}{fact[end:]}", wrong, fact[first:last].strip())
