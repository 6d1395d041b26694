"""Times of steps composed, against draws of the same distributions."""

import math

import numpy as np
import pytest

from tools.estimate import Estimate, point
from tools.request_graph import (
    Z95,
    Step,
    in_parallel,
    in_series,
    of_p95,
    percentile_99,
    repeated,
    slowest_of,
)

DRAWS = 400_000


def step(name: str, p95: float, tail: float = 2.0) -> Step:
    return of_p95(name, point(p95, "ms"), tail)


def drawn(rng: np.random.Generator, of: Step, shape: tuple[int, ...] = (DRAWS,)) -> np.ndarray:
    ratio = of.p95.typical / of.mean.typical
    spread = Z95 - math.sqrt(Z95**2 - 2 * math.log(ratio))
    found: np.ndarray = rng.lognormal(math.log(of.mean.typical) - spread**2 / 2, spread, shape)
    return found


@pytest.mark.parametrize("tails", [(2.0, 2.0, 2.0), (1.2, 3.0, 1.5)])
def test_steps_in_series_match_draws(tails: tuple[float, ...]) -> None:
    steps = [step(name, p95, tail) for name, p95, tail in zip("abc", (30, 60, 800), tails, strict=True)]
    rng = np.random.default_rng(1)
    total = sum(drawn(rng, item) for item in steps)
    whole = in_series("whole", steps)
    assert whole.mean.typical == pytest.approx(np.mean(total), rel=0.01)
    assert whole.p95.typical == pytest.approx(np.quantile(total, 0.95), rel=0.04)
    assert percentile_99(whole).typical == pytest.approx(np.quantile(total, 0.99), rel=0.06)


def test_many_calls_take_less_at_p95_than_as_many_slow_ones() -> None:
    rng = np.random.default_rng(2)
    total = drawn(rng, step("call", 1000), (DRAWS // 4, 8)).sum(axis=1)
    calls = repeated(step("call", 1000), 8)
    assert calls.p95.typical == pytest.approx(np.quantile(total, 0.95), rel=0.03)
    assert calls.p95.typical < 0.75 * 8000
    assert calls.p95.high == pytest.approx(8000)


def test_the_slowest_counts() -> None:
    rng = np.random.default_rng(3)
    pair = [step("vector", 40), step("keyword", 60)]
    slower = np.maximum(*(drawn(rng, item) for item in pair))
    both = in_parallel("hybrid", pair)
    assert both.mean.typical == pytest.approx(np.mean(slower), rel=0.01)
    assert both.p95.typical == pytest.approx(np.quantile(slower, 0.95), rel=0.01)
    shards = drawn(rng, pair[0], (20_000, 50)).max(axis=1)
    assert slowest_of(pair[0], 50).mean.typical == pytest.approx(np.mean(shards), rel=0.02)
    assert slowest_of(pair[0], 50).p95.typical == pytest.approx(np.quantile(shards, 0.95), rel=0.03)


def test_grouping_changes_nothing() -> None:
    a, b, c = step("a", 30), step("b", 60), step("c", 800)
    left = in_series("x", [in_series("y", [a, b]), c])
    flat = in_series("x", [a, b, c])
    assert left.p95.typical == pytest.approx(flat.p95.typical)
    assert left.parts == flat.parts


def test_an_assumed_step_makes_the_whole_assumed() -> None:
    assumed = Estimate(low=10, typical=20, high=40, unit="ms", kind="assumed")
    mixed = in_series("x", [step("a", 30), of_p95("b", assumed, 2)])
    assert mixed.kind == "assumed"
    assert in_series("x", [step("a", 30)]).kind == "estimated"
    assert mixed.p95.inputs == {"a": "30 ms at p95 (estimated)", "b": "20 ms at p95 (assumed)"}
