"""Two answerers on the same cases: who passed what the other did not, and by how much the scores differ.

Pairing takes the difficulty of the cases out of the comparison: the exact sign test on the cases that
changed sides (McNemar) and the bootstrap of the differences speak of the answerers alone.
"""

from collections.abc import Mapping, Sequence
from math import comb
from statistics import fmean
from typing import NamedTuple

from .intervals import Interval, bootstrap_mean


class Standing(NamedTuple):
    """How one case went: whether it passed (of several runs the share that did), and its score."""

    passed: float
    score: float | None = None
    drawn: bool = False
    """A mean over random draws: such an answerer passes no case as a whole."""


class Difference(NamedTuple):
    """Mean of B less A over the shared cases."""

    mean: float
    interval: Interval


class Pairing(NamedTuple):
    """A against B."""

    shared: tuple[str, ...]
    gained: tuple[str, ...]
    """Passed by B alone; of cases that ran several times, more often by B."""
    lost: tuple[str, ...]
    """Passed by A alone, or more often."""
    p_value: float | None
    """Of the sign test over cases; None where one side is a mean over random draws."""
    passes: Difference | None
    score: Difference | None


def pair(a: Mapping[str, Standing], b: Mapping[str, Standing]) -> Pairing:
    """Compare B with A on the cases that both have."""
    shared = [name for name in a if name in b]
    whole = not any(side[name].drawn for side in (a, b) for name in shared)
    gained = tuple(name for name in shared if whole and b[name].passed > a[name].passed)
    lost = tuple(name for name in shared if whole and b[name].passed < a[name].passed)
    scored = [(a[name].score, b[name].score) for name in shared]
    return Pairing(
        shared=tuple(shared),
        gained=gained,
        lost=lost,
        p_value=sign_test(len(gained), len(lost)) if whole else None,
        passes=_difference([b[name].passed - a[name].passed for name in shared]),
        score=_difference([new - old for old, new in scored if old is not None and new is not None]),
    )


def sign_test(gained: int, lost: int) -> float:
    """Two-sided exact probability of a split at least this uneven by chance.

    >>> sign_test(5, 0)
    0.0625
    """
    changed = gained + lost
    tail = sum(comb(changed, count) for count in range(min(gained, lost) + 1)) / 2**changed
    return min(1.0, float(2 * tail))


def _difference(values: Sequence[float]) -> Difference | None:
    interval = bootstrap_mean(values)
    return Difference(fmean(values), interval) if interval is not None else None
