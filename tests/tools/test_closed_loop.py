"""People at one time instead of a rate: the deployment answers as often as they can ask, given its answers."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import load
from knowledge.errors import InputRefused
from tools.registered.sizing import ServingPlans
from tools.registry import run_tool
from tools.sizing import ServingPlan
from tools.sizing.closed_loop import SETTLED, People
from tools.sizing.told import SaturatedPlan, UnservedPlan

KNOWLEDGE = load()


def told_plan(**arguments: Any) -> ServingPlan | SaturatedPlan | UnservedPlan:
    load_of = {
        "models": ["Llama-3.1-8B"],
        "accelerators": ["H100"],
        "input_tokens": 1000,
        "output_tokens": 300,
    }
    found = run_tool("size-llm-serving", {**load_of, **arguments}, KNOWLEDGE, date(2026, 11, 26))
    assert isinstance(found, ServingPlans)
    (first,) = found.plans
    return first


def plan(**arguments: Any) -> ServingPlan:
    found = told_plan(**arguments)
    assert isinstance(found, ServingPlan)
    return found


@pytest.mark.parametrize("users", [1, 20, 200, 2000])
@pytest.mark.parametrize("think_s", [0, 5, 60])
def test_people_ask_as_often_as_answer_and_pause_let_them(users: float, think_s: float) -> None:
    """N = X (Z + R): never more in flight than there are people, and the rate that was sized for is enough."""
    found = plan(users_concurrent=users, think_time_s=think_s)
    answer_s = found.e2e_mean_ms / 1e3
    asked = users / (think_s + answer_s)
    assert asked <= found.peak_rps * (1 + SETTLED)
    assert found.peak_rps <= found.most_rps
    assert found.concurrency * found.replicas <= users + 0.01 * found.replicas


@settings(max_examples=60, deadline=None)
@given(
    users=st.lists(st.integers(1, 5000), min_size=2, max_size=2).map(sorted),
    pauses=st.sampled_from(
        [
            {"think_time_s": 0},
            {"think_time_s": 7},
            {"requests_per_user_hour": 60},
            {"requests_per_user_hour": 1e5},
        ]
    ),
    tokens=st.sampled_from([(100, 20), (2000, 500), (30_000, 1000)]),
    machine=st.sampled_from(["H100", "L4", "Apple-M4 Max 40-Core"]),
    redundant=st.booleans(),
)
def test_more_people_never_need_fewer_and_never_have_more_calls_than_heads(
    users: list[int], pauses: dict[str, float], tokens: tuple[int, int], machine: str, redundant: bool
) -> None:
    load_of: dict[str, Any] = {
        **pauses,
        "input_tokens": tokens[0],
        "output_tokens": tokens[1],
        "accelerators": [machine],
        "redundant": redundant,
    }
    few, many = (plan(users_concurrent=n, **load_of) for n in users)
    assert few.accelerators <= many.accelerators
    if few.accelerators_per_replica == many.accelerators_per_replica:
        assert few.replicas <= many.replicas
    for n, found in zip(users, (few, many), strict=True):
        working = found.replicas - (1 if redundant else 0)
        assert found.concurrency * working <= n + 0.01 * working
        assert found.peak_rps <= found.most_rps * (1 + 1e-9)


def test_without_a_pause_everybody_is_always_in_flight() -> None:
    for users in (60, 80, 85, 90, 120, 130):
        found = plan(users_concurrent=users, think_time_s=0, input_tokens=2000, output_tokens=500)
        assert found.replicas == 1
        assert found.concurrency == pytest.approx(users, rel=1e-3)
        assert found.peak_rps == pytest.approx(users / found.e2e_mean_ms * 1e3, rel=1e-3)


def test_a_pause_far_longer_than_the_answer_makes_a_rate() -> None:
    closed = plan(users_concurrent=2000, think_time_s=1000)
    open_loop = plan(mean_rps=2)
    assert closed.peak_rps == pytest.approx(2, rel=0.01)
    assert closed.accelerators == open_loop.accelerators


def test_requests_an_hour_are_a_period_that_answers_may_stretch() -> None:
    assert plan(users_concurrent=200, requests_per_user_hour=80).peak_rps == pytest.approx(200 * 80 / 3600)
    hasty, hurried = (plan(users_concurrent=200, requests_per_user_hour=n).peak_rps for n in (1e4, 1e5))
    assert hasty == pytest.approx(hurried)
    assert hasty < 200 * 1e4 / 3600


def test_a_stated_mean_stays_the_mean() -> None:
    peak, mean = (plan(users_concurrent=200, think_time_s=5, **more) for more in ({}, {"mean_rps": 2}))
    assert peak.peak_rps == pytest.approx(mean.peak_rps)
    assert mean.utilisation < peak.utilisation


def test_too_few_accelerators_make_people_wait_and_say_how_long() -> None:
    found = told_plan(users_concurrent=1000, think_time_s=5, available=1)
    assert found.saturated
    assert "1,000 people would wait 27" in found.reason


@pytest.mark.parametrize(
    "arguments",
    [{"users_concurrent": 20_000, "available": 2}, {"users_concurrent": 10**9}],
)
def test_what_too_many_people_would_see_is_not_told(arguments: dict[str, Any]) -> None:
    found = told_plan(think_time_s=0, input_tokens=2000, output_tokens=500, **arguments)
    assert isinstance(found, SaturatedPlan)
    assert "people would wait" in found.reason
    assert found.reason.startswith(f"Saturated: {arguments.get('available', 10**6):,} x H100")
    assert ("no published installation" in found.reason) == ("available" not in arguments)


def test_a_limit_that_nothing_keeps_is_told_without_times() -> None:
    assert type(told_plan(users_concurrent=50, think_time_s=0, ttft_limit_ms=1)) is UnservedPlan


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"users_concurrent": 200, "think_time_s": 20, "trough_rps": 100}, "trough_rps 100"),
        ({"users_concurrent": 200, "think_time_s": 60, "mean_rps": 1000}, "mean_rps 1000"),
    ],
)
def test_a_mean_or_trough_above_what_people_ask_is_refused(arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(InputRefused, match=f"{name} is above what 200 people at one time ask"):
        plan(**arguments)


def test_the_floor_is_never_above_the_replicas() -> None:
    """On a slow device people ask less often than the trough that a fast one keeps up with."""
    load_of = {"users_concurrent": 300, "think_time_s": 0, "trough_rps": 50}
    shape = {"models": ["Llama-3.1-8B"], "input_tokens": 1000, "output_tokens": 300}
    asked = {**shape, **load_of, "accelerators": ["B200", "L4"]}
    found = run_tool("size-llm-serving", asked, KNOWLEDGE, date(2026, 11, 26))
    assert isinstance(found, ServingPlans)
    plans = [item for item in found.plans if isinstance(item, ServingPlan)]
    assert min(item.peak_rps for item in plans) < 50 < max(item.peak_rps for item in plans)
    assert all(item.floor_replicas <= item.replicas for item in plans)


def test_people_who_cannot_ask_so_often_are_said_to_ask_at_once() -> None:
    assert "each asks again as soon as" in plan(users_concurrent=200, requests_per_user_hour=1e5).evidence
    assert "each asks again as soon as" not in plan(users_concurrent=200, requests_per_user_hour=80).evidence


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "needs mean_rps, or users_concurrent"),
        ({"users_concurrent": 5}, "users_concurrent needs think_time_s or requests_per_user_hour"),
        ({"users_concurrent": 5, "think_time_s": 1, "requests_per_user_hour": 2}, "one of the two"),
        ({"mean_rps": 1, "think_time_s": 1}, "need users_concurrent"),
        ({"users_concurrent": 5, "think_time_s": 1, "peak_rps": 2}, "leave out peak_rps"),
        ({"users_concurrent": 5, "think_time_s": 1, "batch": True}, "people who wait"),
        ({"users_concurrent": 5, "think_time_s": 1, "accelerators": ["T4"], "precision": "fp8"}, "in fp8"),
        ({"users_concurrent": 1.5, "think_time_s": 1}, "whole number of people"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(InputRefused, match=words):
        plan(**arguments)


def test_people_keep_to_their_period_or_their_pause() -> None:
    assert People(10, think_s=1).rps(4) == 2
    assert People(10, period_s=5).rps(4) == 2
    assert People(10, period_s=5).rps(10) == 1
