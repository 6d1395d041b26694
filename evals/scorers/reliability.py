"""pass^k: the chance that k runs of the same case all pass (Yao et al. 2024, tau-bench, arXiv 2406.12045)."""

from collections.abc import Iterable, Sequence
from math import comb
from statistics import fmean


def pass_hat(passed: int, runs: int, k: int) -> float:
    """C(passed, k) / C(runs, k): the share of the k-subsets of the runs that hold only passes.

    >>> pass_hat(2, 3, 1), pass_hat(2, 3, 2), pass_hat(2, 3, 3)
    (0.6666666666666666, 0.3333333333333333, 0.0)
    """
    if not 1 <= k <= runs or not 0 <= passed <= runs:
        raise ValueError(f"pass^{k} of {passed} passed in {runs} runs isn't defined")
    return comb(passed, k) / comb(runs, k)


def mean_pass_hat(outcomes: Iterable[Sequence[bool]], k: int) -> float | None:
    """The mean over cases; None where no case ran k times."""
    values = [pass_hat(sum(runs), len(runs), k) for runs in outcomes if len(runs) >= k]
    return fmean(values) if values else None
