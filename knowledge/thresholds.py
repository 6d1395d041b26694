"""Whose the numbers of a rule are: of one of its facts, or ours.

A fact may speak for a rule and still say nothing of where the line is drawn. Such a threshold is judgement,
and is told as such wherever the rule is cited.
"""

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from .errors import KnowledgeInvalid
from .expressions import parse
from .records import Fact, Rule

SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "k": 1e3, "m": 1e6, "b": 1e9}
WORDS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
SMALLEST = 10
"""Smaller numbers stand in so many statements that an equal one says nothing of a threshold."""
UNITS = {
    "_ms": r"ms\b|milliseconds?\b",
    "_gb": r"Gi?B\b",
    "_tb": r"Ti?B\b",
    "_usd": r"(?:US )?dollars?\b|USD\b",
}
"""How a field's name ends -> what has to stand behind a number that speaks of it."""
_NUMBER = re.compile(
    r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)\s?(thousand|million|billion|trillion|[kmb]\b)?", re.IGNORECASE
)
_WORD = re.compile(rf"\b({'|'.join(WORDS)})\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def thresholds(condition: str) -> tuple[tuple[str, float], ...]:
    """(what is compared, number) of each comparison; with zero only presence is asked.

    >>> thresholds("first(peak_rps, 0) > 1000 and chunks >= 2e7 and first(tenants, 0) > 0")
    (('first(peak_rps, 0)', 1000.0), ('chunks', 20000000.0))
    """
    try:
        parse(condition)
    except KnowledgeInvalid:
        return ()
    return tuple(_compared(ast.parse(condition.strip(), mode="eval")))


@lru_cache(maxsize=16384)
def numbers(text: str) -> frozenset[float]:
    """The numbers that a statement names, in digits or words.

    >>> sorted(numbers("Up to 20 million vectors, 1,536 dimensions, one index"))
    [1.0, 20.0, 1536.0, 20000000.0]
    """
    found = {float(WORDS.index(word.lower())) for word in _WORD.findall(text)}
    for digits, scale in _NUMBER.findall(text):
        value = float(digits.replace(",", ""))
        found |= {value, value * SCALES.get(scale.lower(), 1.0)}
    return frozenset(found)


def judged(rule: Rule, facts: Iterable[Fact]) -> tuple[str, ...]:
    """The thresholds of `rule` that none of its facts names."""
    return tuple(f"{name} at {number:g}" for name, number in unnamed(rule.when, tuple(facts)))


def unnamed(condition: str, facts: Collection[Fact]) -> Iterator[tuple[str, float]]:
    """What the condition compares with which number, where none of the facts names that number."""
    for name, number in thresholds(condition):
        if not any(_names(fact, name, number) for fact in facts):
            yield name, number


def _names(fact: Fact, name: str, number: float) -> bool:
    """Whether the fact speaks of that number, of a field with a unit in that unit."""
    if abs(number) < SMALLEST:
        return False
    unit = next((unit for ending, unit in UNITS.items() if ending in name), "")
    if unit:
        said = (found for found in re.finditer(rf"(\d[\d,.]*\d|\d)\s?(?:{unit})", fact.statement))
        return any(_is_in(number, numbers(found[1])) for found in said)
    return _is_in(number, numbers(f"{fact.statement} {fact.value if fact.value is not None else ''}"))


def _compared(tree: ast.AST) -> Iterator[tuple[str, float]]:
    for part in ast.walk(tree):
        match part:
            case ast.Compare(left=left, comparators=[ast.Constant(value=int() | float() as number)]):
                if number and not isinstance(number, bool):
                    yield ast.unparse(left), float(number)


def _is_in(number: float, known: frozenset[float]) -> bool:
    return any(abs(number - other) <= 1e-6 * abs(number) for other in known)
