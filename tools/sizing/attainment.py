"""Goodput: how many of the requests keep every limit, and so how many a second are of use.

The word as in DistServe (Zhong et al. 2024, arXiv 2401.09670) and the benchmark of vLLM: requests a second that
keep their service-level objectives, whatever else is completed.
"""

from typing import Literal

from knowledge import Knowledge
from knowledge.sizing_data import constant

from .demand import ServingDemand
from .operation import Operation
from .queueing import percentile_ratio

Limited = Literal["ttft", "tpot", "e2e"]
HIGHEST = 99.99
"""Percent; beyond it nothing is known of a tail."""


def attainment_pct(knowledge: Knowledge, demand: ServingDemand, working: Operation, row: int) -> float:
    """At least so many percent of the requests at peak keep all limits; 100 where there are none.

    Misses of different limits are added as if no request missed two of them.
    """
    limits: dict[Limited, float | None] = {
        "ttft": demand.ttft_limit_ms, "tpot": demand.tpot_limit_ms, "e2e": demand.e2e_limit_ms,
    }  # fmt: skip
    missed = sum(
        100 - _within(knowledge, name, working, row, limit)
        for name, limit in limits.items()
        if limit is not None
    )
    return max(100 - missed, 0.0)


def _within(knowledge: Knowledge, name: Limited, working: Operation, row: int, limit: float) -> float:
    """The highest percentile at which the time stays within its limit, by bisection."""
    low, high = 0.01, HIGHEST
    if _time_ms(knowledge, name, working, row, high) <= limit:
        return 100.0
    for _ in range(30):
        middle = (low + high) / 2
        if _time_ms(knowledge, name, working, row, middle) <= limit:
            low = middle
        else:
            high = middle
    return low


def _time_ms(knowledge: Knowledge, name: Limited, working: Operation, row: int, percentile: float) -> float:
    mean = {"ttft": working.ttft_ms, "tpot": working.tpot_ms, "e2e": working.e2e_ms}[name]
    tail = percentile_ratio(constant(knowledge, "percentiles", f"{name}_p99_over_mean").value, percentile)
    wait = 0.0 if name == "tpot" else float(working.wait_ms(percentile)[row])
    return float(mean[row]) * tail + wait
