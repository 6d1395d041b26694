from itertools import pairwise

import pytest

from evals.intervals import Ratio, _quantile, bootstrap, bootstrap_mean, wilson


@pytest.mark.parametrize(
    ("passed", "cases", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0)],
)
def test_wilson_agrees_with_known_values(passed: int, cases: int, low: float, high: float) -> None:
    interval = wilson(passed, cases)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-4)


def test_nothing_is_known_of_no_cases() -> None:
    assert wilson(0, 0) is None
    assert bootstrap([]) is None
    assert bootstrap([Ratio(0, 0)]) is None


def test_the_bootstrap_is_near_the_normal_interval_of_a_mean() -> None:
    values = [index / 99 for index in range(100)]
    half = 1.96 * (1 / 12) ** 0.5 / 10
    interval = bootstrap_mean(values)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((0.5 - half, 0.5 + half), abs=0.01)


def test_more_cases_give_a_narrower_interval() -> None:
    widths = []
    for count in (5, 20, 80):
        interval = bootstrap_mean([index % 2 for index in range(count)])
        assert interval is not None
        widths.append(interval.high - interval.low)
    assert all(wide > narrow for wide, narrow in pairwise(widths))


def test_slots_of_one_case_stand_or_fall_together() -> None:
    """Ten slots of one case say less than ten slots of ten cases."""
    together = bootstrap([Ratio(5, 5), Ratio(0, 5)])
    apart = bootstrap([Ratio(index % 2) for index in range(10)])
    assert together is not None
    assert apart is not None
    assert together == (0, 1)
    assert apart.high - apart.low < 1


def test_the_same_values_give_the_same_interval() -> None:
    values = [0.3, 0.9, 0.55, 0.1]
    assert bootstrap_mean(values) == bootstrap_mean(list(values))


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([0, 1, 5], 0.0, 0),
        ([0, 1, 5], 0.25, 0.5),
        ([0, 1, 5], 0.5, 1),
        ([0, 1, 5], 0.75, 3),
        ([0, 1, 5], 1.0, 5),
        ([7], 0.975, 7),
    ],
)
def test_a_quantile_lies_between_the_two_nearest_values(
    values: list[float], share: float, expected: float
) -> None:
    assert _quantile(values, share) == pytest.approx(expected)


def test_the_interval_of_a_coin_is_that_of_the_binomial() -> None:
    """Of 40 tosses with 20 heads 95 % lie between 14 and 26."""
    interval = bootstrap_mean([0, 1] * 20)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((14 / 40, 26 / 40), abs=1 / 40)
