"""People become a load: how many in all, how many at once, or both."""

import pytest

from knowledge import load
from tools.contradictions import settle
from tools.requirements import requirements
from tools.values import resolve
from tools.workload import from_mapping

KNOWLEDGE = load()
PAUSE_S = KNOWLEDGE.priors["seconds_between_requests_of_an_active_user"][1]
FACTOR = KNOWLEDGE.priors["fields"]["peak_factor"]


def load_of(**fields: object) -> tuple[float, float]:
    """Mean and peak, requests/s."""
    values = resolve(from_mapping({"use_case": "chat", **fields}), KNOWLEDGE).values
    return values["mean_rps"], values["peak_rps"]


def test_people_at_once_are_the_peak_whoever_else_there_is() -> None:
    for others in ({}, {"users_total": 500.0}, {"users_total": 1e6}):
        assert load_of(users_concurrent=200.0, **others)[1] == pytest.approx(200 / PAUSE_S)


def test_of_more_people_at_once_the_same_total_asks_more() -> None:
    means = [load_of(users_concurrent=at_once, users_total=500.0)[0] for at_once in (50.0, 100.0, 200.0)]
    assert means[0] < means[1] < means[2]


def test_those_in_total_place_the_mean_within_what_a_peak_may_be_above_it() -> None:
    few, many = (load_of(users_concurrent=200.0, users_total=total) for total in (500.0, 1e6))
    assert few[1] / few[0] == pytest.approx(FACTOR["high"])
    assert many[1] / many[0] == pytest.approx(FACTOR["low"])
    between = load_of(users_concurrent=200.0, users_total=10_000.0)
    assert between[0] == pytest.approx(load_of(users_total=10_000.0)[0])


def test_a_stated_ratio_sets_the_mean_under_those_at_once() -> None:
    mean, peak = load_of(users_concurrent=90.0, users_total=500.0, peak_factor=4.0)
    assert peak / mean == pytest.approx(4.0)
    assert peak == pytest.approx(90 / PAUSE_S)


def test_a_stated_mean_peaks_as_high_as_those_at_once_need_and_no_higher_than_peaks_go() -> None:
    assert load_of(request_rate_rps=1.0, users_concurrent=5 * PAUSE_S) == pytest.approx((1.0, 5.0))
    assert load_of(request_rate_rps=1.0, users_concurrent=1e6) == pytest.approx((1.0, FACTOR["high"]))
    assert load_of(request_rate_rps=20.0, users_concurrent=10.0) == pytest.approx(
        (20.0, 20 * FACTOR["point"])
    )
    assert load_of(request_rate_rps=1.0, users_concurrent=1e6, peak_factor=2.0) == pytest.approx((1.0, 2.0))


def test_ends_are_in_order_and_say_that_they_are_assumed() -> None:
    workload = from_mapping({"use_case": "chat", "users_concurrent": 200.0, "users_total": 3000.0})
    found = requirements(workload, resolve(workload, KNOWLEDGE), KNOWLEDGE)
    peak = found["peak_rps"]
    assert (peak.kind, peak.formula) == ("assumed", "users at one time / pause")
    assert peak.typical == pytest.approx(200 / PAUSE_S)
    assert peak.low < peak.typical < peak.high
    assert found["request_rate_rps"].high < peak.high


def test_more_people_at_once_than_there_are_is_a_contradiction() -> None:
    workload = from_mapping({"use_case": "chat", "users_concurrent": 800.0, "users_total": 500.0})
    settled = settle(workload, resolve(workload, KNOWLEDGE).values, KNOWLEDGE)
    assert "users_total" not in settled.workload.known
    assert any("800 people" in conflict.text for conflict in settled.conflicts)
