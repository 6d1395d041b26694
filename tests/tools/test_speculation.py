"""Speculative decoding, goodput and the span of autoscaling in a plan of serving."""

from datetime import date
from typing import Any

import pytest

from knowledge import load
from knowledge.errors import InputRefused
from tools.registry import run_tool
from tools.sizing import ServingDemand, ServingPlan, serving_plans
from tools.sizing.attainment import attainment_pct
from tools.sizing.capacity import capacity
from tools.sizing.options import options
from tools.sizing.serving import choose, operation
from tools.sizing.speculation import tokens_per_step

KNOWLEDGE = load()
MODEL, DEVICE = "Llama-3.1-8B", "H100-SXM-80GB"


def demand(**changes: Any) -> ServingDemand:
    load = {"mean_rps": 2.0, "peak_rps": 5.0, "input_tokens": 1000.0, "output_tokens": 300.0, **changes}
    return ServingDemand.model_validate(load)


def plan(device: str = DEVICE, **changes: Any) -> ServingPlan:
    return serving_plans(KNOWLEDGE, demand(**changes), [MODEL], [device])[0]


def declared(tokens: int, acceptance: float, draft: float = 0.0) -> dict[str, Any]:
    return {
        "speculative_tokens": tokens,
        "speculative_acceptance": acceptance,
        "draft_cost_share": draft,
    }


def test_a_step_yields_the_geometric_sum_of_its_acceptances() -> None:
    assert tokens_per_step(3, 0.5) == pytest.approx(1.875)
    assert tokens_per_step(5, 0.0) == 1


def test_one_stream_gains_nearly_what_a_step_yields() -> None:
    gain = plan(**declared(4, 0.8)).decode_tokens_per_s.typical / plan().decode_tokens_per_s.typical
    assert 0.85 * tokens_per_step(4, 0.8) < gain <= tokens_per_step(4, 0.8)


def test_the_gain_shrinks_as_the_batch_grows() -> None:
    def tpots(**changes: Any) -> list[float]:
        able = capacity(KNOWLEDGE, options(KNOWLEDGE, ((MODEL, DEVICE),)), demand(**changes))
        return [float(value) for value in able.tpot_ms[0]]

    gains = [plain / fast for plain, fast in zip(tpots(), tpots(**declared(8, 0.6)), strict=True)]
    assert gains == sorted(gains, reverse=True)
    assert gains[-1] < 0.8 * gains[0]


@pytest.mark.parametrize("draft", [0.0, 0.1])
def test_proposals_that_nobody_accepts_make_nothing_faster(draft: float) -> None:
    assert plan(**declared(4, 0.0, draft)).tpot_mean_ms >= plan().tpot_mean_ms * (1 - 1e-9)


def test_a_draft_takes_time_and_memory() -> None:
    free, paid = plan(**declared(4, 0.7)), plan(**declared(4, 0.7, 0.2))
    assert paid.tpot_mean_ms > free.tpot_mean_ms
    tight: dict[str, Any] = {"device": "L4", "precision": "bf16", "context_tokens": 24_000.0}
    assert plan(**tight, **declared(4, 0.7)).feasible
    alone = plan(**tight, **declared(4, 0.7)).accelerators_per_replica
    assert plan(**tight, **declared(4, 0.7, 0.5)).accelerators_per_replica > alone


def test_the_plan_says_that_its_speculation_is_declared() -> None:
    assert (
        "as declared: 4 tokens proposed, 70 % accepted, so 2.77 tokens" in plan(**declared(4, 0.7)).evidence
    )
    assert "Speculative" not in plan().evidence


def test_speculation_without_an_acceptance_is_refused() -> None:
    given = {
        "models": [MODEL], "mean_rps": 1, "input_tokens": 100, "output_tokens": 100, "speculative_tokens": 4,
    }  # fmt: skip
    with pytest.raises(InputRefused, match="needs speculative_acceptance"):
        run_tool("size-llm-serving", given, KNOWLEDGE, date(2026, 11, 26))


@pytest.mark.parametrize(
    "declared_alone",
    [{"speculative_acceptance": 0.8}, {"speculative_acceptance": 0}, {"draft_cost_share": 0.1}],
)
def test_a_draft_that_proposes_nothing_is_refused(declared_alone: dict[str, float]) -> None:
    given = {"models": [MODEL], "mean_rps": 1, "input_tokens": 100, "output_tokens": 100, **declared_alone}
    with pytest.raises(InputRefused, match=f"{next(iter(declared_alone))} needs speculative_tokens"):
        run_tool("size-llm-serving", given, KNOWLEDGE, date(2026, 11, 26))


def attained(**limits: float) -> float:
    chosen = choose(KNOWLEDGE, demand(), [(MODEL, DEVICE)])
    working = operation(KNOWLEDGE, demand(), chosen)
    return attainment_pct(KNOWLEDGE, demand(**limits), working, 0)


@pytest.mark.parametrize("percentile", [50.0, 95.0, 99.0])
@pytest.mark.parametrize("metric", ["ttft", "tpot", "e2e"])
def test_a_limit_at_a_percentile_is_kept_by_so_many(metric: str, percentile: float) -> None:
    limit = getattr(plan().at(percentile), f"{metric}_ms").typical
    assert attained(**{f"{metric}_limit_ms": limit}) == pytest.approx(percentile, abs=0.01)


def test_misses_of_two_limits_add_up() -> None:
    at = plan().at(95.0)
    both = attained(ttft_limit_ms=at.ttft_ms.typical, e2e_limit_ms=at.e2e_ms.typical)
    assert both == pytest.approx(90, abs=0.02)


def test_goodput_is_the_share_of_the_peak_that_keeps_the_limits() -> None:
    found = plan(ttft_limit_ms=1.05 * plan().p95.ttft_ms.typical)
    assert 95 <= found.attainment_pct < 100
    assert found.goodput_rps == pytest.approx(5.0 * found.attainment_pct / 100, rel=1e-4)


def test_without_limits_every_request_is_of_use() -> None:
    assert (plan().attainment_pct, plan().goodput_rps) == (100, 5)


def test_replicas_scale_between_the_trough_and_the_peak() -> None:
    busy = plan("L4", mean_rps=20.0, peak_rps=60.0, trough_rps=4.0, redundant=True)
    assert 2 <= busy.floor_replicas < busy.mean_replicas < busy.replicas
    lone = plan("L4", mean_rps=20.0, peak_rps=60.0, trough_rps=4.0)
    assert (busy.floor_replicas, busy.mean_replicas) == (lone.floor_replicas + 1, lone.mean_replicas + 1)
    unstated = plan("L4", mean_rps=20.0, peak_rps=60.0)
    assert unstated.floor_replicas == 1
    assert plan("L4", batch=True).floor_replicas == 0


@pytest.mark.parametrize(("device", "written"), [("T4", "fp16"), ("A100-SXM-80GB", "bf16"), ("L4", "fp8")])
def test_old_devices_load_half_floats(device: str, written: str) -> None:
    assert plan(device).number_format == written
