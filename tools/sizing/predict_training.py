"""What published runs say about the speed of training: for plans and for their error figures.

A run is compared by the share of the 16-bit peak that its operations reach. Runs on the same device and
precision come first, then runs on any device, then the utilisation that stands for the device.
"""

import math
import re
from collections.abc import Iterable
from statistics import median, quantiles
from typing import NamedTuple

import numpy as np

from knowledge import Knowledge
from knowledge.aliases import table_cache
from knowledge.hardware import Accelerator
from knowledge.sizing_data import constant
from knowledge.training_data import Convergence, TrainingRun, convergence, training_mfu, training_runs
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


def predict_training(
    knowledge: Knowledge, load: TrainingLoad, *, as_operations: bool = False, without_group: bool = False
) -> Prediction:
    """Tokens a second of one device while it trains, or its TFLOP/s.

    `without_group` withholds the runs of the same accelerator and architecture.
    """
    kind, precision = "moe" if load.sparse else "dense", arithmetic(load.precision)
    runs = [run for run in training_runs(knowledge) if not (without_group and _same(run, load))]
    share = _share(runs, load.accelerator.key, kind, precision)
    ratio = table_cache(knowledge, _spread)
    if share is None:
        known = training_mfu(knowledge, load.accelerator.key, kind)
        share, ratio = known.mfu_pct, (known.low_pct / known.mfu_pct, known.high_pct / known.mfu_pct)
    peak = load.accelerator.bf16_tflops * share / 100
    per_token = operations_per_token(load.active_b, load.context) / 1e12
    typical, unit = (peak, "TFLOP/s") if as_operations else (peak / per_token, "tokens/s")
    estimate = Estimate(
        low=typical * ratio[0], typical=typical, high=typical * ratio[1], unit=unit, formula="training_hours"
    )
    return Prediction(estimate, "roofline" if without_group else "measured")


def published_on(knowledge: Knowledge, load: TrainingLoad) -> tuple[TrainingRun, ...]:
    """The published runs of the load's device, kind and precision, on which its prediction stands."""
    wanted = load.accelerator.key, "moe" if load.sparse else "dense", arithmetic(load.precision)
    return tuple(
        run for run in training_runs(knowledge) if (run.accelerator, run.kind, run.precision) == wanted
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
    speed = predict_training(knowledge, load._replace(context=length), without_group=without_group)
    if speed.estimate is None:
        return speed
    least = constant(knowledge, "training", "lora_compute_factor").value if lora else 1.0
    work = _samples(points, batch) * length * least / (60 * devices)
    estimate = Estimate(
        low=work / speed.estimate.high,
        typical=work / speed.estimate.typical,
        high=work / speed.estimate.low,
        unit="minutes",
        formula="training_hours",
    )
    return Prediction(estimate, speed.basis)


def _samples(points: tuple[Convergence, ...], batch: float | None) -> float:
    """Log-linear between published batch sizes; the nearest beyond them."""
    sizes = [math.log(point.global_batch) for point in points]
    counts = [math.log(point.samples) for point in points]
    return math.exp(float(np.interp(math.log(batch or points[0].global_batch), sizes, counts)))


def operations_per_token(active_b: float, context: float = 0.0) -> float:
    """6 a parameter, and 12 x layers x width x context for the attention (PaLM, arXiv 2204.02311, appendix B).

    Layers and width follow from 12 x layers x width^2 parameters.
    """
    layers: float = (active_b * 1e9 / (12 * WIDTH_PER_LAYER**2)) ** (1 / 3)
    return OPERATIONS_PER_PARAMETER_AND_TOKEN * active_b * 1e9 + 12 * WIDTH_PER_LAYER * layers**2 * context


def arithmetic(precision: str) -> str:
    """bf16, fp8 or fp4, from the words of publishers (`MXFP8`, `NVFP4`, `FP8-CS`, `amp_bf16`)."""
    found = re.search(r"fp[48]", precision.lower())
    return found[0] if found else "bf16"


def _same(run: TrainingRun, load: TrainingLoad) -> bool:
    return run.accelerator == load.accelerator.key and run.architecture == load.architecture


def _share(runs: Iterable[TrainingRun], accelerator: str, kind: str, precision: str) -> float | None:
    """Median over architectures; None where no run of the kind and precision is published."""
    alike = [run for run in runs if run.kind == kind and run.precision == precision]
    here = [run for run in alike if run.accelerator == accelerator] or alike
    return median(run.share_pct for run in here) if here else None


def _spread(knowledge: Knowledge) -> tuple[float, float]:
    """p10 and p90 of measured over predicted, each accelerator and architecture left out."""
    runs, ratios = training_runs(knowledge), []
    for run in runs:
        others = [
            other
            for other in runs
            if (other.accelerator, other.architecture) != (run.accelerator, run.architecture)
        ]
        predicted = _share(others, run.accelerator, run.kind, run.precision)
        ratios += [run.share_pct / predicted] if predicted else []
    tenths = quantiles(ratios, n=10)
    return min(tenths[0], 1.0), max(tenths[-1], 1.0)
