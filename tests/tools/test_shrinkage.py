"""The fit with departures by family: what many runs say is found, what few say is shrunk, what none say is common."""

import numpy as np
import pytest

from tools.sizing.roofline import Array
from tools.sizing.shrinkage import Departure, Problem, predict, solve

WEIGHTS = np.array([1.5, 20.0])


def problem(factors: dict[int, float], counts: dict[int, int], noise: float = 0.0) -> Problem:
    """Runs of families 0, 1, … whose times are `WEIGHTS` times a family's own factor."""
    rng = np.random.default_rng(3)
    level = np.concatenate([np.full(count, family) for family, count in counts.items()]).astype(int)
    features: Array = rng.uniform(0.5, 5, (len(level), 2))
    scale = np.array([factors.get(int(family), 1.0) for family in level])
    measured = (features @ WEIGHTS) * scale * np.exp(rng.normal(0, noise, len(level)))
    return Problem(
        features=features,
        measured=measured,
        groups=[f"g{family}-{n % 4}" for n, family in enumerate(level)],
        departures=[Departure(level, 4, np.ones(2), 0.2)],
        start=np.array([1.0, 10.0]),
        prior=2.0,
        noise=0.2,
    )


def test_plain_weights_are_found() -> None:
    given = problem({}, {0: 40, 1: 40})
    found = solve(given, np.ones(80, dtype=bool))
    assert found.weights == pytest.approx(WEIGHTS, rel=0.05)


def test_a_family_with_many_runs_departs_and_an_unknown_one_does_not() -> None:
    given = problem({1: 1.6}, {0: 60, 1: 60, 2: 60})
    found = solve(given, np.ones(180, dtype=bool))
    factors = np.exp(found.factors[0])
    assert factors[1] / factors[0] == pytest.approx(1.6, rel=0.1)
    assert factors[3] == pytest.approx(1.0, abs=1e-6)


def test_few_runs_are_shrunk_towards_the_common_weights() -> None:
    many, few = (problem({1: 1.6}, {0: 60, 1: count, 2: 60}) for count in (60, 1))
    ratios = []
    for given in (many, few):
        factors = np.exp(solve(given, np.ones(len(given.measured), dtype=bool)).factors[0])
        ratios.append(factors[1] / factors[0])
    assert 1.0 < ratios[1] < ratios[0]


def test_what_is_left_out_plays_no_part() -> None:
    given = problem({}, {0: 40, 1: 40})
    kept = np.arange(80) < 60
    absurd = given._replace(measured=np.where(kept, given.measured, 1e6))
    assert solve(given, kept).weights == pytest.approx(solve(absurd, kept).weights)


def test_outliers_bend_little() -> None:
    given = problem({}, {0: 80}, noise=0.05)
    spoiled = given.measured.copy()
    spoiled[:4] *= 50
    rows = np.arange(80) >= 4
    clean, bent = (
        predict(given, solve(given._replace(measured=values), np.ones(80, dtype=bool)), rows)
        for values in (given.measured, spoiled)
    )
    assert np.median(bent / clean) == pytest.approx(1.0, abs=0.1)
