"""Runs of the same case belong together: what ten seeds say of one case isn't what ten cases say.

Everything that counts, counts cases; a case that ran several times counts by the mean of its runs.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Protocol, TypeVar

from .paired import Standing

T = TypeVar("T")
Clusters = Mapping[str, Sequence[T]]
"""Case -> its runs."""


class Scored(Protocol):
    """What a run has for a standing."""

    @property
    def passed(self) -> bool: ...


def clustered(runs: Mapping[str, T], case_of: Mapping[str, str]) -> dict[str, list[T]]:
    """The runs by case; one that isn't in `case_of` is a case of its own name.

    >>> clustered({"a.s0": 1, "a.s1": 2, "b": 3}, {"a.s0": "a", "a.s1": "a"})
    {'a': [1, 2], 'b': [3]}
    """
    found: dict[str, list[T]] = {}
    for name, run in runs.items():
        found.setdefault(case_of.get(name, name), []).append(run)
    return found


def standings(clusters: Clusters[Scored]) -> dict[str, Standing]:
    """Per case the share of runs that passed, and the mean score where runs have one."""
    return {
        case: Standing(fmean(run.passed for run in runs), _mean_score(runs))
        for case, runs in clusters.items()
    }


def counted(values: Sequence[Sequence[float]]) -> float:
    """How many cases: a whole number where each ran once, else the sum of the means of their runs.

    >>> counted([[1], [0]]), counted([[1, 0], [1, 1]])
    (1, 1.5)
    """
    if all(len(runs) == 1 for runs in values):
        return sum(int(runs[0]) for runs in values)
    return round(sum(fmean(runs) for runs in values), 4)


def _mean_score(runs: Sequence[Scored]) -> float | None:
    scores = [score for run in runs if (score := getattr(run, "score", None)) is not None]
    return fmean(scores) if scores else None
