"""A request as a graph of steps in series and in parallel, and the time that it takes as a whole.

Each step has a mean and a 95th percentile, both with ends. The time of a step is taken for lognormal: its
logarithm's spread follows from the ratio of the two. Steps in series add their means and, being
independent, their variances; the sum is taken for lognormal again (Fenton 1960, "The sum of log-normal
probability distributions in scatter transmission systems", IRE Trans. Commun. Syst. 8(1):57-67). Steps
that slow down together have a longer tail, so the upper end adds the percentiles themselves. Steps in
parallel are over when the slowest is.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .estimate import Estimate, Kind
from .wording import number

Z95, Z99 = 1.6448536269514722, 2.3263478740408408
"""Of the standard normal distribution."""
GRID = np.linspace(-5.0, 5.0, 401)
"""Standard deviations over which the slowest of several steps is integrated."""
NORMAL = np.array([0.5 * math.erfc(-z / math.sqrt(2)) for z in GRID])
"""Its distribution there."""


class Step(NamedTuple):
    """One step, or several taken together."""

    name: str
    mean: Estimate
    p95: Estimate
    parts: tuple[tuple[str, str], ...] = ()
    """Of a graph: the steps that it was made of, each with its 95th percentile and who says so."""

    @property
    def kind(self) -> Kind:
        return self.p95.kind

    @property
    def described(self) -> tuple[tuple[str, str], ...]:
        return self.parts or ((self.name, f"{number(self.p95.typical)} ms at p95 ({self.kind})"),)


class _Moments(NamedTuple):
    mean: float
    variance: float


def of_p95(name: str, p95: Estimate, tail: float) -> Step:
    """A step of which the 95th percentile is known; its mean is `tail` times shorter."""
    return Step(name, p95.scaled(1 / tail, p95.unit), p95)


def of_p99(name: str, p99: Estimate, tail: float) -> Step:
    """The same of the 99th percentile; `tail` is still that of the 95th."""
    beyond = math.exp((Z99 - Z95) * _spread(1.0, tail))
    return of_p95(name, p99.scaled(1 / beyond, p99.unit), tail)


def in_series(name: str, steps: Sequence[Step]) -> Step:
    """One step after the other."""
    return _taken_together(name, [(step, 1.0) for step in steps])


def repeated(step: Step, times: float) -> Step:
    """The same step so many times in a row, each time anew; `times` may be a mean and so no whole number."""
    if times == 1:
        return step
    whole = _taken_together(f"{times:g} x {step.name}", [(step, times)])
    return whole._replace(parts=tuple((f"{times:g} x {part}", words) for part, words in step.described))


def in_parallel(name: str, steps: Sequence[Step]) -> Step:
    """Steps that start at once, over when the slowest of them is."""
    ends = [_slowest([_at(step, end) for step in steps]) for end in (0, 1, 2)]
    return _step(name, [mean for mean, _ in ends], [p95 for _, p95 in ends], steps)


def slowest_of(step: Step, copies: int) -> Step:
    """The slowest of so many equal steps at once: a query that every shard has to answer."""
    if copies <= 1:
        return step
    ends = [_slowest([_at(step, end)], copies) for end in (0, 1, 2)]
    return _step(
        f"slowest of {copies} x {step.name}", [mean for mean, _ in ends], [p95 for _, p95 in ends], [step]
    )._replace(parts=())


def percentile_99(step: Step) -> Estimate:
    """The 99th percentile of a step with this mean and 95th percentile."""
    ends = []
    for mean, p95 in (_at(step, end) for end in (0, 1, 2)):
        ends.append(p95 * math.exp((Z99 - Z95) * _spread(mean, p95)))
    return _estimate(ends, [step])


def _taken_together(name: str, steps: Sequence[tuple[Step, float]]) -> Step:
    means, tails = [], []
    for end in (0, 1, 2):
        found = [(*_at(step, end), times) for step, times in steps]
        mean = sum(each * times for each, _, times in found)
        means.append(mean)
        variance = sum(_variance(each, p95) * times for each, p95, times in found)
        tails.append(
            sum(p95 * times for _, p95, times in found) if end == 2 else _p95(_Moments(mean, variance))
        )
    return _step(name, means, tails, [step for step, _ in steps])


def _step(name: str, means: Sequence[float], tails: Sequence[float], steps: Sequence[Step]) -> Step:
    parts = tuple(part for step in steps for part in step.described)
    return Step(name, _estimate(means, steps), _estimate(tails, steps), parts)


def _estimate(ends: Sequence[float], steps: Sequence[Step]) -> Estimate:
    """Ends in order; assumed as soon as one step is."""
    low, typical, high = sorted(ends)
    kinds = {step.kind for step in steps}
    return Estimate(
        low=low, typical=typical, high=high, unit="ms",
        kind="assumed" if "assumed" in kinds else "estimated" if len(kinds) > 1 else kinds.pop(),
        formula="request_graph", inputs=dict(part for step in steps for part in step.described),
        evidence=tuple(dict.fromkeys(item for step in steps for item in step.p95.evidence)),
    )  # fmt: skip


def _at(step: Step, end: int) -> tuple[float, float]:
    """Mean and 95th percentile at one end of their intervals."""
    mean, p95 = ((item.low, item.typical, item.high)[end] for item in (step.mean, step.p95))
    return mean, max(mean, p95)


def _spread(mean: float, p95: float) -> float:
    """Standard deviation of the logarithm: p95 = mean x exp(z s - s^2 / 2)."""
    if mean <= 0 or p95 <= mean:
        return 0.0
    return Z95 - math.sqrt(max(Z95**2 - 2 * math.log(p95 / mean), 0.0))


def _variance(mean: float, p95: float) -> float:
    return mean**2 * math.expm1(_spread(mean, p95) ** 2)


def _p95(moments: _Moments) -> float:
    if moments.mean <= 0:
        return 0.0
    spread = math.sqrt(math.log1p(moments.variance / moments.mean**2))
    return moments.mean * math.exp(Z95 * spread - spread**2 / 2)


def _slowest(steps: Sequence[tuple[float, float]], copies: int = 1) -> tuple[float, float]:
    """Mean and 95th percentile of the maximum: its distribution is the product of the steps' distributions."""
    laws = [(math.log(mean) - _spread(mean, p95) ** 2 / 2, max(_spread(mean, p95), 1e-6))
            for mean, p95 in steps if mean > 0]  # fmt: skip
    if not laws:
        return 0.0, 0.0
    times = np.unique(np.concatenate([np.exp(middle + spread * GRID) for middle, spread in laws]))
    below = np.prod(
        [np.interp((np.log(times) - middle) / spread, GRID, NORMAL) for middle, spread in laws], axis=0
    )
    below = below**copies
    over = 1 - below
    mean = times[0] + float(np.sum((over[1:] + over[:-1]) / 2 * np.diff(times)))
    return mean, float(np.interp(0.95, below, times))
