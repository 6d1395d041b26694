"""The accuracy that is promised: shipped measurements, each predicted without its own group.

A factor of 1.3 anywhere between the coefficients and the figure breaks these limits.
"""

from collections import defaultdict
from collections.abc import Iterator
from statistics import fmean, median
from typing import NamedTuple

import pytest

from knowledge import load
from knowledge.hardware import accelerators
from knowledge.measured import MeasuredRun, measured_runs
from knowledge.models import models
from tools.estimate import Estimate
from tools.sizing.predict import MeasuredLoad, predict_serving

KNOWLEDGE = load()
EVERY = 5
"""Every fifth row is quick, and takes rows of all groups of that size."""
BY_ARCHITECTURE = {model.arch_key: model for model in reversed(models(KNOWLEDGE).values())}


class Scored(NamedTuple):
    group: str
    ratio: float
    """Measured over predicted."""
    within: bool

    @property
    def error(self) -> float:
        return abs(1 / self.ratio - 1)


def _predicted(run: MeasuredRun, metric: str) -> Estimate:
    given = MeasuredLoad(
        BY_ARCHITECTURE[run.arch_key], accelerators(KNOWLEDGE)[run.accelerator], run.devices, run.precision,
        "closed-loop concurrency", run.input_tokens, run.output_tokens, run.concurrency, engine=run.engine,
    )  # fmt: skip
    found = predict_serving(KNOWLEDGE, given, metric, without_group=run.group).estimate
    assert found is not None, run
    return found


def _scored(metric: str) -> Iterator[Scored]:
    for run in measured_runs(KNOWLEDGE)[::EVERY]:
        found, seen = _predicted(run, metric), run.ttft_ms if metric.startswith("ttft") else run.tpot_ms
        yield Scored(run.group, seen / found.typical, found.low <= seen <= found.high)


@pytest.mark.parametrize(
    ("metric", "middle", "macro", "lean"),
    [("tpot_mean", 0.14, 0.2, (0.9, 1.1)), ("ttft_mean", 0.34, 0.45, (0.95, 1.3))],
)
def test_shipped_measurements_are_predicted_as_well_as_we_say(
    metric: str, middle: float, macro: float, lean: tuple[float, float]
) -> None:
    rows = list(_scored(metric))
    groups = defaultdict(list)
    for row in rows:
        groups[row.group].append(row.error)
    assert len(groups) >= 18
    assert median(row.error for row in rows) <= middle
    assert fmean(fmean(errors) for errors in groups.values()) <= macro
    assert lean[0] <= median(row.ratio for row in rows) <= lean[1]
    assert 0.75 <= fmean(row.within for row in rows) <= 0.92
