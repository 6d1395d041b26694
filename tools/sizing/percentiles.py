"""What the unlucky requests of a plan see: its times at the percentiles that people ask for, with their error."""

from typing import Literal

from knowledge import Knowledge
from knowledge.sizing_data import coefficients, constant
from tools.estimate import Estimate, Kind

from .backing import Backing, Metric, error_of
from .demand import Latencies, ServingDemand
from .operation import Operation
from .queueing import ratios

STATED = (50.0, 95.0, 99.0)


def latencies(
    knowledge: Knowledge,
    demand: ServingDemand,
    working: Operation,
    row: int,
    known: bool,
    own: Backing | None,
) -> tuple[Latencies, ...]:
    """The usual percentiles and the one that the limits speak of, in rising order."""
    return tuple(
        _at(knowledge, working, row, known, own, percentile)
        for percentile in sorted({*STATED, demand.percentile})
    )


def _at(
    knowledge: Knowledge, working: Operation, row: int, known: bool, own: Backing | None, percentile: float
) -> Latencies:
    wait = float(working.wait_ms(percentile)[row])
    means: dict[Metric, tuple[float, float]] = {
        "ttft": (float(working.ttft_ms[row]), wait),
        "tpot": (float(working.tpot_ms[row]), 0.0),
        "e2e": (float(working.e2e_ms[row]), wait),
    }
    found = {
        f"{metric}_ms": _tail(knowledge, metric, mean, waited, percentile, known, own)
        for metric, (mean, waited) in means.items()
    }
    return Latencies(percentile=percentile, **found)


def _tail(
    knowledge: Knowledge, metric: Metric, mean: float, wait: float, percentile: float, known: bool,
    own: Backing | None,
) -> Estimate:  # fmt: skip
    """Model error and the spread of the published percentile ratios; measured ones where they are known."""
    low, typical, high = ratios(constant(knowledge, "percentiles", f"{metric}_p99_over_mean"), percentile)
    value = mean * typical + wait
    below, above = error_of(knowledge, own, metric) or model_error(
        knowledge, "open_ttft" if metric == "ttft" else "served", known or own is not None
    )
    measured = own.ratio(metric, percentile) if own else None
    if measured is not None:
        value, low, typical, high = mean * measured, 1.0, 1.0, 1.0
    estimate = Estimate(
        low=value * below * low / typical,
        typical=value,
        high=value * above * high / typical,
        unit="ms",
        formula="serving_latency",
    )
    return estimate if own is None else cited(estimate, own, own.kind(metric))


def model_error(
    knowledge: Knowledge, regime: Literal["served", "open_ttft"], known: bool
) -> tuple[float, float]:
    """p10 and p90 of measured over modelled: on configurations that were measured, or on unseen ones."""
    found = coefficients(knowledge, regime)
    low, _, high = found.seen_ratio if known and regime == "served" else found.ratio
    return min(low, 1.0), max(high, 1.0)


def cited(estimate: Estimate, own: Backing, kind: Kind) -> Estimate:
    """The estimate with the user's measurement as its evidence."""
    formula = "own_measurement" if kind == "measured" else "serving_scaled_to_own"
    return estimate.model_copy(update={"kind": kind, "formula": formula, "evidence": own.evidence})
