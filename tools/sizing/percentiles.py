"""What the unlucky requests of a plan see: its times at the percentiles that people ask for, with their error."""

from collections.abc import Mapping

from knowledge import Knowledge
from knowledge.hardware import Accelerator
from knowledge.sizing_data import coefficients, constant
from tools.estimate import Estimate, Kind

from .backing import Backing, Metric, error_of
from .demand import Latencies, ServingDemand
from .kinds import step_regime, widened
from .operation import Operation
from .queueing import ratios

STATED = (50.0, 95.0, 99.0)
METRICS: tuple[Metric, ...] = ("ttft", "tpot", "e2e")
Spread = tuple[float, float]


def latencies(
    knowledge: Knowledge,
    demand: ServingDemand,
    working: Operation,
    row: int,
    known: bool,
    own: Backing | None,
    accelerator: Accelerator,
) -> tuple[Latencies, ...]:
    """The usual percentiles and the one that the limits speak of, in rising order."""
    error = {name: step_or_first_error(knowledge, accelerator, name, known, own) for name in METRICS}
    return tuple(
        _at(knowledge, working, row, error, own, percentile)
        for percentile in sorted({*STATED, demand.percentile})
    )


def _at(
    knowledge: Knowledge, working: Operation, row: int, error: Mapping[Metric, Spread], own: Backing | None,
    percentile: float,
) -> Latencies:  # fmt: skip
    wait = float(working.wait_ms(percentile)[row])
    means: dict[Metric, tuple[float, float]] = {
        "ttft": (float(working.ttft_ms[row]), wait),
        "tpot": (float(working.tpot_ms[row]), 0.0),
        "e2e": (float(working.e2e_ms[row]), wait),
    }
    found = {
        f"{metric}_ms": _tail(knowledge, metric, mean, waited, percentile, error[metric], own)
        for metric, (mean, waited) in means.items()
    }
    return Latencies(percentile=percentile, **found)


def _tail(
    knowledge: Knowledge, metric: Metric, mean: float, wait: float, percentile: float, error: Spread,
    own: Backing | None,
) -> Estimate:  # fmt: skip
    """Model error and the spread of the published percentile ratios; measured ones where they are known."""
    low, typical, high = ratios(constant(knowledge, "percentiles", f"{metric}_p99_over_mean"), percentile)
    value = mean * typical + wait
    below, above = error
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


def step_or_first_error(
    knowledge: Knowledge, accelerator: Accelerator, metric: Metric, known: bool, own: Backing | None
) -> Spread:
    """Ends of measured over modelled: near an own measurement, else of the model."""
    return error_of(knowledge, own, metric) or model_error(
        knowledge, accelerator, metric, known or own is not None
    )


def model_error(knowledge: Knowledge, accelerator: Accelerator, metric: Metric, known: bool) -> Spread:
    """p10 and p90 of measured over modelled: on configurations that were measured, on unseen ones, or on
    devices of a kind that nobody measured."""
    first = metric == "ttft"
    found = coefficients(knowledge, "open_ttft" if first else "served")
    low, _, high = found.seen_ratio if known and not first else found.ratio
    spread = min(low, 1.0), max(high, 1.0)
    if known:
        return spread
    return widened(knowledge, spread, accelerator, "open_ttft" if first else step_regime(accelerator))


def cited(estimate: Estimate, own: Backing, kind: Kind) -> Estimate:
    """The estimate with the user's measurement as its evidence."""
    formula = "own_measurement" if kind == "measured" else "serving_scaled_to_own"
    return estimate.model_copy(update={"kind": kind, "formula": formula, "evidence": own.evidence})
