"""What published runs say about the speed of training: for plans and for their error figures.

A run is compared by the share of the 16-bit peak that its operations reach. Runs on the same device and
precision come first; then what is derived for the device; then measured devices of the same generation, then the
slowest measured device of all, with an interval as wide as devices differ from each other.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import geometric_mean, median, quantiles
from typing import Literal, NamedTuple

import numpy as np

from knowledge import Knowledge
from knowledge.aliases import table_cache
from knowledge.hardware import Accelerator, accelerators
from knowledge.sizing_data import constant
from knowledge.training_data import Convergence, TrainingRun, convergence, derived_mfu, training_runs
from tools.estimate import Estimate

from .predict import Prediction

OPERATIONS_PER_PARAMETER_AND_TOKEN = 6
"""Forward 2, backward 4 (Kaplan et al. 2020, arXiv 2001.08361)."""
WIDTH_PER_LAYER = 128
"""Width over layers of GPT-3 (arXiv 2005.14165: 96 layers of 12,288) and its kin."""


class TrainingLoad(NamedTuple):
    """What a training run trains, and where."""

    accelerator: Accelerator
    active_b: float
    architecture: str
    sparse: bool = False
    precision: str = ""
    context: float = 0.0
    """Tokens of a sequence; 0 leaves the attention out."""


class Reached(NamedTuple):
    """Share of the 16-bit peak that a device reaches, what it may be times that, and what says so."""

    share_pct: float
    low: float
    high: float
    basis: Literal["runs", "derived", "kin", "slowest"]
    device: str
    """Whose runs tell it."""


def predict_training(
    knowledge: Knowledge, load: TrainingLoad, *, as_operations: bool = False, without_group: bool = False
) -> Prediction:
    """Tokens a second of one device while it trains, or its TFLOP/s.

    `without_group` withholds the runs of the same accelerator and architecture.
    """
    found = reached(knowledge, load, without_group=without_group)
    peak = load.accelerator.bf16_tflops * found.share_pct / 100
    per_token = operations_per_token(load.active_b, load.context) / 1e12
    typical, unit = (peak, "TFLOP/s") if as_operations else (peak / per_token, "tokens/s")
    estimate = Estimate(
        low=typical * found.low, typical=typical, high=typical * found.high, unit=unit,
        formula="training_hours",
    )  # fmt: skip
    return Prediction(estimate, "roofline" if without_group else "measured")


def reached(knowledge: Knowledge, load: TrainingLoad, *, without_group: bool = False) -> Reached:
    """What the load's device reaches at the load's kind and precision.

    `without_group` withholds the runs of the same accelerator and architecture, and what was derived from runs.
    """
    key, kind, precision = _wanted(load)
    runs = [run for run in training_runs(knowledge) if not (without_group and _same(run, load))]
    share = share_of_runs(runs, key, kind, precision)
    if share is not None:
        return Reached(share, *table_cache(knowledge, _spread_on_a_device), "runs", key)
    spread = table_cache(knowledge, _spread_between_devices)
    derived = None if without_group else derived_mfu(knowledge, key, kind, precision)
    if derived is not None:
        return Reached(derived.mfu_pct, spread.low, spread.high, "derived", key)
    means = _means(runs, kind, precision)
    # Mixtures of experts differ more from each other than a generation of devices does from the next.
    alike = [] if load.sparse else _kin(knowledge, load.accelerator)
    kin = {other: means[other] for other in alike if other in means}
    if kin:
        return Reached(median(kin.values()), spread.low, spread.high, "kin", ", ".join(kin))
    slowest, share = min(means.items(), key=lambda item: item[1])
    return Reached(share, spread.low, spread.above_slowest, "slowest", slowest)


def published_on(knowledge: Knowledge, load: TrainingLoad) -> tuple[TrainingRun, ...]:
    """The published runs of the load's device, kind and precision, on which its prediction stands."""
    return tuple(
        run for run in training_runs(knowledge) if (run.accelerator, run.kind, run.precision) == _wanted(load)
    )


def predict_time_to_train(
    knowledge: Knowledge,
    load: TrainingLoad,
    devices: float,
    *,
    lora: bool = False,
    batch: float | None = None,
    without_group: bool = False,
) -> Prediction:
    """Minutes until a benchmark's target, from the samples that its reference needs at the batch size."""
    points = convergence(knowledge, load.architecture, "lora" if lora else "pretrain")
    if not points:
        return Prediction(None, "none", f"No published samples to converge for {load.architecture}.")
    length = points[0].tokens_per_sample
    whole = load._replace(context=length)
    speed = predict_training(knowledge, whole, without_group=without_group)
    if speed.estimate is None:
        return speed
    low, high = _time_spread(knowledge, reached(knowledge, whole, without_group=without_group))
    least = constant(knowledge, "training", "lora_compute_factor").value if lora else 1.0
    minutes = _samples(points, batch) * length * least / (60 * devices * speed.estimate.typical)
    estimate = Estimate(
        low=minutes * low, typical=minutes, high=minutes * high, unit="minutes", formula="training_hours"
    )
    return Prediction(estimate, speed.basis)


def _time_spread(knowledge: Knowledge, found: Reached) -> tuple[float, float]:
    """How far a whole run strays from its samples over its speed; where nobody measured the device, its speed's too."""
    low, _, high = constant(knowledge, "training", "time_to_train_spread").interval
    return (low, high) if found.basis == "runs" else (min(low, 1 / found.high), max(high, 1 / found.low))


def _samples(points: tuple[Convergence, ...], batch: float | None) -> float:
    """Log-linear between published batch sizes; the nearest beyond them."""
    sizes = [math.log(point.global_batch) for point in points]
    counts = [math.log(point.samples) for point in points]
    return math.exp(float(np.interp(math.log(batch or points[0].global_batch), sizes, counts)))


def operations_per_token(active_b: float, context: float = 0.0) -> float:
    """6 a parameter, and 12 x layers x width x context for the attention (PaLM, arXiv 2204.02311, appendix B)."""
    layers = layers_of(active_b)
    return OPERATIONS_PER_PARAMETER_AND_TOKEN * active_b * 1e9 + 12 * WIDTH_PER_LAYER * layers**2 * context


def layers_of(active_b: float) -> float:
    """From 12 x layers x width^2 parameters, at the usual width over layers."""
    layers: float = (active_b * 1e9 / (12 * WIDTH_PER_LAYER**2)) ** (1 / 3)
    return layers


def arithmetic(precision: str) -> str:
    """bf16, fp8 or fp4, from the words of publishers (`MXFP8`, `NVFP4`, `FP8-CS`, `amp_bf16`)."""
    found = re.search(r"fp[48]", precision.lower())
    return found[0] if found else "bf16"


def _same(run: TrainingRun, load: TrainingLoad) -> bool:
    return run.accelerator == load.accelerator.key and run.architecture == load.architecture


def _kin(knowledge: Knowledge, machine: Accelerator) -> list[str]:
    """Devices of the same vendor and compute capability, which is known of NVIDIA's alone."""
    capability = machine.compute_capability
    return [
        other.key
        for other in accelerators(knowledge).values()
        if capability is not None and (other.vendor, other.compute_capability) == (machine.vendor, capability)
    ]


def _wanted(load: TrainingLoad) -> tuple[str, str, str]:
    return load.accelerator.key, "moe" if load.sparse else "dense", arithmetic(load.precision)


def share_of_runs(runs: Iterable[TrainingRun], accelerator: str, kind: str, precision: str) -> float | None:
    """Geometric mean over architectures; None where no run of the device, kind and precision is published."""
    return _means(runs, kind, precision).get(accelerator)


def _means(runs: Iterable[TrainingRun], kind: str, precision: str) -> dict[str, float]:
    """Accelerator -> geometric mean over architectures."""
    return {key: geometric_mean(shares) for key, shares in _by_device(runs)[kind, precision].items()}


def _by_device(runs: Iterable[TrainingRun]) -> Mapping[tuple[str, str], dict[str, list[float]]]:
    """(kind, precision) -> accelerator -> shares of its architectures."""
    found: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(dict)
    for run in runs:
        found[run.kind, run.precision].setdefault(run.accelerator, []).append(run.share_pct)
    return found


def _spread_on_a_device(knowledge: Knowledge) -> tuple[float, float]:
    """p8 and p92 of measured over predicted, each accelerator and architecture left out."""
    runs, ratios = training_runs(knowledge), []
    for run in runs:
        others = [
            other
            for other in runs
            if (other.accelerator, other.architecture) != (run.accelerator, run.architecture)
        ]
        predicted = share_of_runs(others, run.accelerator, run.kind, run.precision)
        ratios += [run.share_pct / predicted] if predicted else []
    # A row is the median of its runs, which scatter more: p8 and p92 of the rows hold about 80 % of the runs.
    parts = quantiles(ratios, n=25)
    return min(parts[1], 1.0), max(parts[-2], 1.0)


class Spread(NamedTuple):
    """How far devices that are left out lie from the others: p10 and p90 of measured over the middle of these."""

    low: float
    high: float
    above_slowest: float
    """p90 of measured over the slowest of the others."""


def _spread_between_devices(knowledge: Knowledge) -> Spread:
    """Each accelerator left out in turn, at every kind and precision.

    The next one may fall short of the slowest as measured ones do of the usual, and lie above it as measured ones do.
    """
    about_middle, about_slowest = [], []
    for devices in _by_device(training_runs(knowledge)).values():
        for left_out, shares in devices.items():
            others = [geometric_mean(values) for key, values in devices.items() if key != left_out]
            about_middle += [share / median(others) for share in shares] if others else []
            about_slowest += [share / min(others) for share in shares] if others else []
    middle = quantiles(about_middle, n=10)
    return Spread(min(middle[0], 1.0), max(middle[-1], 1.0), max(quantiles(about_slowest, n=10)[-1], 1.0))
