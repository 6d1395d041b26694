"""Precision, recall and F1 of the final workload against what the user has told."""

from collections.abc import Mapping, Sequence
from math import isclose
from typing import NamedTuple

from tools.workload import Known

Truth = Mapping[str, Sequence[Known]]
"""field -> values that the told facts state; any of them will do."""
RELATIVE_TOLERANCE = 0.01


class FieldScores(NamedTuple):
    """Counts, so that several runs add up."""

    matched: int
    found: int
    expected: int
    wrong: tuple[str, ...] = ()
    """Fields stated otherwise than the facts have it, or that no fact states."""
    missing: tuple[str, ...] = ()

    @property
    def precision(self) -> float | None:
        return self.matched / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        return self.matched / self.expected if self.expected else None

    @property
    def f1(self) -> float | None:
        both = self.found + self.expected
        return 2 * self.matched / both if both else None


def field_scores(truth: Truth, final: Mapping[str, Known]) -> FieldScores:
    """Compare the stated fields; what the advisor only infers or assumes counts neither way."""
    stated = {field: item for field, item in final.items() if item.origin == "stated" and not item.unknown}
    matched = [field for field, item in stated.items() if any(same(item, t) for t in truth.get(field, ()))]
    wrong = tuple(field for field in stated if field not in matched)
    missing = tuple(field for field in truth if field not in stated)
    return FieldScores(len(matched), len(stated), len(truth), wrong, missing)


def same(item: Known, other: Known) -> bool:
    """Equal values after unit normalisation: numbers and ends of ranges within one per cent."""
    ends, others = (item.lower, item.upper), (other.lower, other.upper)
    if any(end is not None for end in (*ends, *others)):
        return all(_near(end, goal) for end, goal in zip(ends, others, strict=True))
    if isinstance(item.value, tuple) and isinstance(other.value, tuple):
        ranked = item.field == "priorities"
        return item.value == other.value if ranked else set(item.value) == set(other.value)
    return str(item.value).lower() == str(other.value).lower()


def _near(value: float | None, goal: float | None) -> bool:
    if value is None or goal is None:
        return value is goal
    return isclose(value, goal, rel_tol=RELATIVE_TOLERANCE)
