"""A declared request: its steps composed, its models sized together, its money counted."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from knowledge import load
from knowledge.errors import InputRefused
from tools.registry import run_tool
from tools.request_plan import RequestPlan

KNOWLEDGE = load()
AS_OF = date(2026, 11, 26)
SMALL = {
    "name": "planner", "kind": "llm", "model": "llama-3.1-8b", "accelerator": "L4", "input_tokens": 2000,
    "output_tokens": 100, "tpot_limit_ms": 60,
}  # fmt: skip
LARGE = {
    "name": "writer", "kind": "llm", "model": "llama-3.3-70b", "accelerator": "H100", "input_tokens": 4000,
    "output_tokens": 400, "tpot_limit_ms": 60,
}  # fmt: skip


def planned(*steps: dict[str, Any], mean_rps: float = 3, peak_rps: float = 10) -> RequestPlan:
    given = {"steps": list(steps), "mean_rps": mean_rps, "peak_rps": peak_rps}
    found = run_tool("size-request", given, KNOWLEDGE, AS_OF)
    assert isinstance(found, RequestPlan)
    return found


def timed(name: str, p95_ms: float, mean_ms: float, **more: Any) -> dict[str, Any]:
    return {"name": name, "p95_ms": p95_ms, "mean_ms": mean_ms, **more}


def test_percentiles_agree_with_a_simulation() -> None:
    """Two tools at once, a look-up before them and three equal calls after them, a million times."""
    found = planned(
        timed("look-up", 80, 40),
        {"parallel": [timed("search", 900, 400), timed("records", 700, 300)]},
        timed("call", 1500, 900, times=3),
    )
    draw = np.random.default_rng(7)

    def times(p95: float, mean: float, count: int = 1) -> Any:
        sigma = 1.6448536 - np.sqrt(1.6448536**2 - 2 * np.log(p95 / mean))
        return draw.lognormal(np.log(mean) - sigma**2 / 2, sigma, (count, 1_000_000)).sum(axis=0)

    whole = times(80, 40) + np.maximum(times(900, 400), times(700, 300)) + times(1500, 900, 3)
    assert found.mean_ms.typical == pytest.approx(whole.mean(), rel=0.01)
    assert found.p95_ms.typical == pytest.approx(np.percentile(whole, 95), rel=0.03)
    assert found.p99_ms.typical == pytest.approx(np.percentile(whole, 99), rel=0.05)


def test_tools_at_once_take_less_time_than_one_after_the_other() -> None:
    tools = [timed("a", 500, 250), timed("b", 400, 200)]
    at_once, in_turn = planned({"parallel": tools}), planned(*tools)
    assert 500 <= at_once.p95_ms.typical < in_turn.p95_ms.typical


def test_two_models_are_two_deployments_and_both_are_paid() -> None:
    both, small, large = planned(SMALL, LARGE), planned(SMALL), planned(LARGE)
    assert [item.model for item in both.deployments] == ["Llama-3.1-8B", "Llama-3.3-70B"]
    assert both.usd_month.typical == pytest.approx(small.usd_month.typical + large.usd_month.typical)
    assert both.usd_per_request.typical == pytest.approx(both.usd_month.typical / (3 * 730 * 3600))
    assert both.mean_ms.typical == pytest.approx(small.mean_ms.typical + large.mean_ms.typical)


def test_calls_of_one_model_share_a_deployment() -> None:
    twice = planned(SMALL, {**SMALL, "name": "checker"})
    (shared,) = twice.deployments
    assert shared.calls_per_request == 2
    assert planned(SMALL).deployments[0].accelerators <= shared.accelerators
    assert shared.accelerators <= 2 * planned(SMALL).deployments[0].accelerators


def test_a_prefix_that_an_earlier_call_left_saves_its_prompt() -> None:
    fresh, cached = planned(LARGE), planned({**LARGE, "shared_prefix_tokens": 3000})
    assert fresh.ttft_p95_ms is not None
    assert cached.ttft_p95_ms is not None
    assert cached.ttft_p95_ms.typical < 0.7 * fresh.ttft_p95_ms.typical
    assert cached.deployments[0].accelerators <= fresh.deployments[0].accelerators


def test_a_hosted_model_is_billed_by_its_tokens() -> None:
    call = {"kind": "llm", "model": "gpt-5.4-mini", "input_tokens": 3000, "output_tokens": 500}
    once, twice = planned(call), planned({**call, "times": 2})
    assert once.deployments[0].accelerators == 0
    assert once.usd_month.typical > 0
    assert twice.usd_month.typical == pytest.approx(2 * once.usd_month.typical)
    assert twice.mean_ms.typical == pytest.approx(2 * once.mean_ms.typical)


def test_stated_money_is_counted_as_often_as_its_step_runs() -> None:
    inner = {"parallel": [timed("crm", 300, 150, usd=0.001), timed("mail", 200, 90, usd=0.002)], "times": 2}
    assert planned(inner).usd_per_request.typical == pytest.approx(0.006)


def test_the_first_token_waits_for_everything_before_it() -> None:
    alone, after = planned(LARGE), planned(timed("tool", 2000, 1000), LARGE)
    assert alone.ttft_p95_ms is not None
    assert after.ttft_p95_ms is not None
    assert after.ttft_p95_ms.typical > alone.ttft_p95_ms.typical + 900
    assert planned(LARGE, timed("post", 100, 50)).ttft_p95_ms is None


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"name": "tool"}, "'tool' has no time"),
        ({"kind": "llm", "model": "llama-3.1-8b"}, "without its model or its tokens"),
        ({**LARGE, "accelerator": "T4", "model": "Llama-3.1-405B"}, "doesn't fit"),
    ],
)
def test_a_step_that_cannot_be_sized_is_named(step: dict[str, Any], words: str) -> None:
    with pytest.raises(InputRefused, match=words):
        planned(step)
