"""People at one time instead of a rate: the deployment answers as often as they can ask, given its answers."""

from datetime import date
from typing import Any

import pytest

from knowledge import load
from knowledge.errors import InputRefused
from tools.registered.sizing import ServingPlans
from tools.registry import run_tool
from tools.sizing import ServingPlan
from tools.sizing.closed_loop import SETTLED, People

KNOWLEDGE = load()


def plan(**arguments: Any) -> ServingPlan:
    load_of = {
        "models": ["Llama-3.1-8B"],
        "accelerators": ["H100"],
        "input_tokens": 1000,
        "output_tokens": 300,
    }
    found = run_tool("size-llm-serving", {**load_of, **arguments}, KNOWLEDGE, date(2026, 11, 26))
    assert isinstance(found, ServingPlans)
    (first,) = found.plans
    assert isinstance(first, ServingPlan)
    return first


@pytest.mark.parametrize("users", [1, 20, 200, 2000])
@pytest.mark.parametrize("think_s", [0, 5, 60])
def test_people_ask_as_often_as_answer_and_pause_let_them(users: float, think_s: float) -> None:
    """N = X (Z + R): never more in flight than there are people, and the rate that was sized for is enough."""
    found = plan(users_concurrent=users, think_time_s=think_s)
    answer_s = found.e2e_mean_ms / 1e3
    asked = users / (think_s + answer_s)
    assert asked <= found.peak_rps * (1 + SETTLED)
    assert found.peak_rps <= found.most_rps
    assert found.concurrency * found.replicas <= 1.25 * users + 1


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
    found = plan(users_concurrent=1000, think_time_s=5, available=1)
    assert found.saturated
    assert "1,000 people would wait 27" in found.reason


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "needs mean_rps, or users_concurrent"),
        ({"users_concurrent": 5}, "users_concurrent needs think_time_s or requests_per_user_hour"),
        ({"users_concurrent": 5, "think_time_s": 1, "requests_per_user_hour": 2}, "one of the two"),
        ({"mean_rps": 1, "think_time_s": 1}, "need users_concurrent"),
        ({"users_concurrent": 5, "think_time_s": 1, "peak_rps": 2}, "leave out peak_rps"),
        ({"users_concurrent": 5, "think_time_s": 1, "batch": True}, "people who wait"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(InputRefused, match=words):
        plan(**arguments)


def test_people_keep_to_their_period_or_their_pause() -> None:
    assert People(10, think_s=1).rps(4) == 2
    assert People(10, period_s=5).rps(4) == 2
    assert People(10, period_s=5).rps(10) == 1
