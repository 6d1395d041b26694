"""SMAA: shares of first places that are reproducible, agree with the point ranking and keep stated orders."""

import numpy as np
import pytest

from knowledge import load
from tools.smaa import _weight_draws, first_shares
from tools.weights import category_order, weigh

KNOWLEDGE = load()
LENSES = weigh(KNOWLEDGE).lenses
GOOD, MIDDLE = [0.8] * 6, [0.5] * 6


def shares(
    points: list[list[float]], spread: float = 0.0, priorities: tuple[str, ...] = ()
) -> dict[str, float]:
    ids = [f"stack{place}" for place in range(len(points))]
    low = [[max(0.0, value - spread) for value in row] for row in points]
    high = [[min(1.0, value + spread) for value in row] for row in points]
    return first_shares(KNOWLEDGE, ids, low, points, high, LENSES, priorities).first_share


def test_shares_sum_to_one() -> None:
    mixed = [[0.9, 0.2, 0.5, 0.4, 0.7, 0.6], [0.3, 0.9, 0.5, 0.8, 0.4, 0.5], MIDDLE]
    assert sum(shares(mixed, spread=0.1).values()) == pytest.approx(1)


def test_the_same_seed_gives_the_same_shares() -> None:
    mixed = [[0.6, 0.5, 0.5, 0.4, 0.5, 0.6], [0.4, 0.6, 0.5, 0.6, 0.5, 0.4]]
    assert shares(mixed, spread=0.15) == shares(mixed, spread=0.15)


def test_a_dominating_stack_is_always_first() -> None:
    assert shares([MIDDLE, GOOD])["stack1"] == 1.0


def test_a_tie_counts_for_the_earlier_one() -> None:
    assert shares([MIDDLE, MIDDLE]) == {"stack0": 1.0, "stack1": 0.0}


def test_wider_intervals_make_the_first_place_less_sure() -> None:
    near = [[0.55] * 6, MIDDLE]
    assert shares(near)["stack0"] == 1.0
    assert 0.5 < shares(near, spread=0.3)["stack0"] < 1.0


def test_a_priority_moves_shares_to_the_stack_that_is_better_at_it() -> None:
    cheap, secure = [0.5, 0.5, 0.5, 0.9, 0.5, 0.5], [0.5, 0.5, 0.5, 0.5, 0.9, 0.5]
    assert shares([cheap, secure], priorities=("cost",))["stack0"] == 1.0
    assert shares([cheap, secure], priorities=("risk",))["stack1"] == 1.0


@pytest.mark.parametrize("priorities", [(), ("cost",), ("quality", "cost"), ("risk", "simplicity")])
def test_every_draw_keeps_the_stated_order(priorities: tuple[str, ...]) -> None:
    draws = _weight_draws(KNOWLEDGE, np.random.default_rng(1), 500, LENSES, priorities)
    assert np.allclose(draws.sum(axis=1), 1)
    assert (draws >= 0).all()
    order = category_order(KNOWLEDGE, priorities)
    for place, category in enumerate(order):
        later = [index for index in range(6) if index not in order[: place + 1]]
        assert (draws[:, [category]] >= draws[:, later] - 1e-12).all()


def test_the_mean_draw_is_the_point_weight() -> None:
    draws = _weight_draws(KNOWLEDGE, np.random.default_rng(2), 20_000, LENSES, ())
    assert draws.mean(axis=0) == pytest.approx(list(weigh(KNOWLEDGE).categories.values()), abs=0.02)
