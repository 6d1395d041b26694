"""How sure a figure over a few dozen cases is: Wilson's interval for shares, the bootstrap for means.

Cases are the unit that is resampled: slots of one case stand or fall together. Seeded, so that the same
scores give the same interval to the byte.
"""

import random
from collections.abc import Sequence
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

LEVEL = 0.95
Z = 1.959963984540054
"""The 0.975 quantile of the standard normal distribution, for LEVEL."""
RESAMPLES = 2000
SEED = 0


class Interval(NamedTuple):
    low: float
    high: float


class Ratio(NamedTuple):
    """What one case adds to a mean: the mean is the sum of parts over the sum of wholes."""

    part: float
    whole: float = 1.0


def wilson(passed: float, cases: int) -> Interval | None:
    """Wilson's score interval (1927) of a share; None without a case.

    >>> [round(end, 3) for end in wilson(18, 54)]
    [0.222, 0.466]
    """
    if not cases:
        return None
    share, shrink = passed / cases, 1 + Z**2 / cases
    middle = (share + Z**2 / (2 * cases)) / shrink
    half = Z * sqrt(share * (1 - share) / cases + Z**2 / (4 * cases**2)) / shrink
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def bootstrap(rows: Sequence[Ratio]) -> Interval | None:
    """Percentile interval (Efron 1979) of the ratio of sums over resampled cases; None without a case."""
    parts, wholes = [row.part for row in rows], [row.whole for row in rows]
    if not sum(wholes):
        return None
    found = []
    for drawn in _resamples(len(rows)):
        whole = sum(wholes[index] for index in drawn)
        if whole:
            found.append(sum(parts[index] for index in drawn) / whole)
    found.sort()
    return Interval(_quantile(found, (1 - LEVEL) / 2), _quantile(found, (1 + LEVEL) / 2))


def bootstrap_mean(values: Sequence[float]) -> Interval | None:
    """Interval of a plain mean over cases."""
    return bootstrap([Ratio(value) for value in values])


@lru_cache(maxsize=32)
def _resamples(cases: int) -> tuple[tuple[int, ...], ...]:
    """The same draws for every figure over as many cases, so that paired figures stay paired."""
    source = random.Random(SEED)  # noqa: S311 - resampling, not a secret
    return tuple(tuple(source.choices(range(cases), k=cases)) for _ in range(RESAMPLES))


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Linear between the two nearest values."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
