"""How fast long pre-training runs go over all hours that they were booked, from published totals.

Restarts, checkpoints, evaluation and the smaller parts of a run (longer contexts, annealing) are in the booked hours;
a benchmark shows none of them. The totals are published for few devices: on others a benchmark's speed counts, times
what is left of it where both are known.
"""

import math
from collections.abc import Iterable
from statistics import median, quantiles
from typing import NamedTuple

from knowledge import Knowledge
from knowledge.aliases import table_cache
from knowledge.hardware import Accelerator, accelerators
from knowledge.training_data import PretrainingTotal, pretraining_totals, training_runs

from .predict_training import TrainingLoad, operations_per_token, reached, share_of_runs


class Booked(NamedTuple):
    """Share of the 16-bit peak over all booked hours, in percent, and the published totals that say so."""

    low_pct: float
    typical_pct: float
    high_pct: float
    totals: tuple[PretrainingTotal, ...]
    """Of the device itself, or of one that computes as fast; none where a benchmark's speed stands for them."""


def booked_share(knowledge: Knowledge, load: TrainingLoad) -> Booked:
    """What the booked hours of a run like `load` reach.

    Published totals count at any precision: the 8-bit ones (DeepSeek-V3, Llama 4) lie where the 16-bit ones do.
    """
    totals = tuple(_alike(knowledge, load.accelerator, "moe" if load.sparse else "dense"))
    if totals:
        low, high = table_cache(knowledge, _spread_of_totals)
        share = median(share_pct(knowledge, total) for total in totals)
        return Booked(low * share, share, high * share, totals)
    found = reached(knowledge, load)
    low, typical, high = table_cache(knowledge, _kept)
    share = typical * found.share_pct
    if found.basis == "runs":
        return Booked(low * found.share_pct, share, high * found.share_pct, ())
    return Booked(
        share / math.exp(math.hypot(math.log(low / typical), math.log(found.low))),
        share,
        share * math.exp(math.hypot(math.log(high / typical), math.log(found.high))),
        (),
    )


def share_pct(knowledge: Knowledge, total: PretrainingTotal) -> float:
    """Operations of the run over what the booked hours could have done at the 16-bit peak, in percent."""
    peak = accelerators(knowledge)[total.accelerator].bf16_tflops * 1e12
    return 100 * operations_per_token(total.active_b) * total.tokens / (3600 * total.hours * peak)


def _alike(knowledge: Knowledge, machine: Accelerator, kind: str) -> Iterable[PretrainingTotal]:
    """Totals of devices of the same peak: more memory or slower links change less than runs differ."""
    known = accelerators(knowledge)
    return (
        total
        for total in pretraining_totals(knowledge)
        if total.kind == kind
        and known[total.accelerator].vendor == machine.vendor
        and known[total.accelerator].bf16_tflops == machine.bf16_tflops
    )


def _spread_of_totals(knowledge: Knowledge) -> tuple[float, float]:
    """p10 and p90 of a total's share over the median of the others of its device and kind, each left out."""
    known, ratios = accelerators(knowledge), []
    for total in pretraining_totals(knowledge):
        alike = _alike(knowledge, known[total.accelerator], total.kind)
        others = [share_pct(knowledge, other) for other in alike if other != total]
        ratios += [share_pct(knowledge, total) / median(others)] if others else []
    tenths = quantiles(ratios, n=10)
    return tenths[0], tenths[-1]


def _kept(knowledge: Knowledge) -> tuple[float, float, float]:
    """p10, median and p90 of what booked hours reach over what benchmarks of the same device and precision do."""
    ratios = []
    for total in pretraining_totals(knowledge):
        runs = training_runs(knowledge)
        measured = share_of_runs(runs, total.accelerator, total.kind, total.precision)
        ratios += [share_pct(knowledge, total) / measured] if measured else []
    tenths = quantiles(ratios, n=10)
    return tenths[0], median(ratios), tenths[-1]
