"""How far an own measurement carries an estimate: whether it is that load, how wrong it may be, which percentiles."""

import math
from typing import Literal, NamedTuple

from knowledge import Knowledge
from knowledge.own_runs import OwnRun
from knowledge.sizing_data import constant
from tools.estimate import Kind
from tools.measurements import load_in_words

from .own_points import influence, nearest
from .queueing import percentile_ratio
from .runs import Setting

LEAST_INFLUENCE = 0.1
"""A measurement that moves an estimate by less than a tenth of its own error isn't named as its ground."""
Metric = Literal["ttft", "tpot", "e2e"]


class Backing(NamedTuple):
    """The nearest own run of the configuration."""

    run: OwnRun
    same: bool
    """The load is the measured one, near enough."""
    near: bool
    """Within the distance for which errors of scaled estimates are known."""

    @property
    def evidence(self) -> tuple[str, ...]:
        return (self.run.evidence_id,)

    def kind(self, metric: Metric) -> Kind:
        """`measured` where this figure of this load was measured."""
        measured = {
            "ttft": self.run.ttft_ms,
            "tpot": self.run.tpot_ms,
            "e2e": self.run.e2e_ms or (self.run.ttft_ms and self.run.tpot_ms),
        }[metric]
        return "measured" if self.same and measured else "estimated"

    def ratio(self, metric: Metric, percentile: float) -> float | None:
        """The percentile over the mean as it was measured; None where the run doesn't tell."""
        mean: float | None = getattr(self.run, f"{metric}_ms")
        stated: float | None = getattr(self.run, f"{metric}_p{percentile:.0f}_ms", None)
        p99: float | None = getattr(self.run, f"{metric}_p99_ms")
        if not mean or self.kind(metric) != "measured":
            return None
        if stated:
            return stated / mean
        return percentile_ratio(p99 / mean, percentile) if p99 and p99 > mean else None

    @property
    def sentence(self) -> str:
        how = "The load is the measured one" if self.same else "Scaled to it with the roofline"
        return f"{self.run.citation[0].upper()}{self.run.citation[1:]}: {load_in_words(self.run)}. {how}."


def backing(knowledge: Knowledge, load: Setting) -> Backing | None:
    """What the user measured nearest to `load`; None where nothing of this configuration was measured."""
    found = nearest(knowledge, load)
    if found is None or influence(knowledge, found.distance) < LEAST_INFLUENCE:
        return None
    limits = (constant(knowledge, "calibrated", name).value for name in ("same", "near"))
    same, near = (found.distance <= math.log(limit) + 1e-9 for limit in limits)
    return Backing(found.run, same, near)


def error_of(knowledge: Knowledge, own: Backing | None, metric: Metric) -> tuple[float, float] | None:
    """p8 and p92 of measured over scaled, near a measurement; None elsewhere."""
    if own is None or not own.near:
        return None
    low, _, high = constant(
        knowledge, "calibrated", f"{'ttft' if metric == 'ttft' else 'tpot'}_error"
    ).interval
    return low, high
