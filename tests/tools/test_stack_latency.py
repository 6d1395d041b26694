"""The request graph of a stack: every step that the workload has is counted, and paid as often as it is taken."""

from datetime import date
from typing import Any

import pytest

from knowledge import load
from tools.assess import assess
from tools.compute import Compute
from tools.estimate import point
from tools.request_steps import vector_search
from tools.sizing import ServingDemand, ServingPlan, serving_plans
from tools.stack_latency import end_to_end
from tools.workload import from_mapping

KNOWLEDGE = load()
API = Compute(kind="api", deployment="managed-api")
BASE: dict[str, Any] = {"output_tokens": 300.0}
VECTORS = {"has_retrieval": True, "needs_vectors": True, "chunks": 1e6, "dims": 768.0, "peak_rps": 5.0}


def plan(**demand: float) -> ServingPlan:
    load_ = ServingDemand(mean_rps=1, peak_rps=2, input_tokens=4000, output_tokens=300, **demand)
    return serving_plans(KNOWLEDGE, load_, ["Llama-3.1-8B"], ["H100-SXM-80GB"])[0]


def times(values: dict[str, Any], compute: Compute = API, own: ServingPlan | None = None) -> dict[str, float]:
    found = end_to_end(compute, own, {**BASE, **values}, KNOWLEDGE)
    return {name: estimate.typical for name, estimate in found.items()}


@pytest.mark.parametrize(
    "step",
    [
        {"untrusted": True},
        {"tools_per_task": 3.0},
        {"has_retrieval": True},
        {"has_retrieval": True, "pattern_keyword": True},
        VECTORS,
        {"llm_calls_per_task": 2.0},
    ],
)
def test_every_step_takes_time(step: dict[str, Any]) -> None:
    plain, longer = times({}), times(step)
    assert longer["ttft_ms_p95"] > plain["ttft_ms_p95"] + 0.5
    assert longer["e2e_ms_p95"] > plain["e2e_ms_p95"]
    assert longer["e2e_ms_p99"] > longer["e2e_ms_p95"]


def test_rerank_and_a_second_search_take_longer() -> None:
    search = times(VECTORS)["ttft_ms_p95"]
    assert times({**VECTORS, "pattern_rerank": True})["ttft_ms_p95"] > search + 50
    assert times({**VECTORS, "pattern_hybrid": True})["ttft_ms_p95"] > search


def test_an_agent_pays_guardrail_and_search_call_by_call() -> None:
    task = {"llm_calls_per_task": 8.0, "untrusted": True}
    assert times({**task, "agentic": True})["e2e_ms_p95"] > times(task)["e2e_ms_p95"] + 100
    found = {**task, "has_retrieval": True}
    assert times({**found, "pattern_agentic": True})["e2e_ms_p95"] > times(found)["e2e_ms_p95"] + 100


@pytest.mark.parametrize("own", [None, plan()])
def test_the_first_token_of_an_agent_waits_for_its_earlier_calls(own: ServingPlan | None) -> None:
    one, eight = times({}, own=own), times({"llm_calls_per_task": 8.0}, own=own)
    assert eight["ttft_ms_p95"] > 6 * (one["e2e_ms_p95"] / 2)
    assert eight["ttft_ms_p95"] < eight["e2e_ms_p95"] < 8 * one["e2e_ms_p95"]


def test_later_calls_reuse_what_earlier_ones_have_read_unless_the_plan_has_it_already() -> None:
    own, task = plan(), {"llm_calls_per_task": 8.0}
    reused = times(task, own=own)
    counted = times({**task, "shared_prefix_tokens": 2000.0}, own=own)
    saved = counted["e2e_ms_p95"] - reused["e2e_ms_p95"]
    assert saved == pytest.approx(7 * 0.5 * own.ttft_mean_ms, rel=0.2)


def test_an_encoder_is_not_the_whole_answer() -> None:
    encoder = Compute(kind="encoder", deployment="gpu", item_ms=point(8, "ms"), e2e_ms=8)
    alone = times({"model_task": "embed"}, encoder)
    assert set(alone) == {"e2e_ms_p95", "e2e_ms_p99"}
    assert alone["e2e_ms_p95"] > 20
    assert times({"model_task": "embed", **VECTORS}, encoder)["e2e_ms_p95"] > alone["e2e_ms_p95"] + 0.5
    device = encoder._replace(kind="device")
    assert times({}, device)["e2e_ms_p95"] == pytest.approx(8)
    assert times({"predictive_work": True}, encoder)["e2e_ms_p95"] < 10


def test_more_shards_have_a_slower_slowest_one() -> None:
    few, many = (vector_search(KNOWLEDGE, {**VECTORS, "chunks": count}).p95.typical for count in (1e8, 5e9))
    assert many > few
    copied = vector_search(KNOWLEDGE, {**VECTORS, "chunks": 1e8, "peak_rps": 1e5}).p95.typical
    assert copied == pytest.approx(few)


@pytest.mark.parametrize(("percentile", "said"), [(95.0, False), (99.0, True)])
def test_a_limit_is_held_against_its_own_percentile(percentile: float, said: bool) -> None:
    stated = {"use_case": "search", "vector_count": 1e6, "peak_rate_rps": 20.0}
    winner = assess(from_mapping(stated), KNOWLEDGE, date(2026, 11, 25)).winner
    assert winner is not None
    between = (winner.estimates["e2e_ms_p95"].typical + winner.estimates["e2e_ms_p99"].typical) / 2
    limited = {**stated, "e2e_latency_ms": between, "latency_percentile": percentile}
    stacks = assess(from_mapping(limited), KNOWLEDGE, date(2026, 11, 25)).stacks
    same = next(stack for stack in stacks if stack.id == winner.id)
    assert any("at p99" in text for text in same.violations) is said
