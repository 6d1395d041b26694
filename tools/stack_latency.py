"""Latency of a request as the sum of its steps: network, retrieval, rerank, model calls, guardrails.

A request is a chain of steps; its percentiles are bounded by the sum of the steps' percentiles (exact
for means, an upper bound for p95). Step times around the model are assumptions of `anchors.yaml`.
"""

from collections.abc import Mapping
from typing import Any

from knowledge import Knowledge

from .compute import Compute
from .estimate import Estimate
from .sizing import ServingPlan


def end_to_end(
    compute: Compute, plan: ServingPlan | None, values: Mapping[str, Any], knowledge: Knowledge
) -> dict[str, Estimate]:
    """p95 of first token, time per output token and whole answer, as far as they are known."""
    if plan is not None:
        ttft, tpot, call = plan.p95.ttft_ms, plan.p95.tpot_ms, plan.p95.e2e_ms
    elif compute.kind == "api" and compute.unit == "token":
        ttft = _assumed(knowledge.anchors["api_ttft_ms"])
        tpot = _assumed(knowledge.anchors["api_tpot_ms"])
        call = _added(ttft, tpot.scaled(values.get("output_tokens") or 0.0, "ms"))
    elif compute.e2e_ms is not None:
        whole = Estimate(low=0.4 * compute.e2e_ms, typical=compute.e2e_ms, high=3 * compute.e2e_ms, unit="ms")
        return {"e2e_ms_p95": whole}
    else:
        return {}
    around = _steps(values, knowledge)
    calls = max(values.get("llm_calls_per_task") or 1, 1)
    return {
        "ttft_ms_p95": _added(ttft, around),
        "tpot_ms_p95": tpot,
        "e2e_ms_p95": _added(call.scaled(calls, "ms"), around),
    }


def _steps(values: Mapping[str, Any], knowledge: Knowledge) -> Estimate:
    """Time outside the model call: assumed, half to double."""
    steps = knowledge.anchors["step_ms"]
    total = float(steps["network"])
    if values.get("has_retrieval") is True:
        total += steps["retrieve"]
    if values.get("pattern_rerank") is True:
        total += steps["rerank"]
    if values.get("untrusted") is True:
        total += steps["guardrail"]
    return Estimate(low=total / 2, typical=total, high=2 * total, unit="ms", kind="assumed", formula="steps")


def _assumed(ends: list[float]) -> Estimate:
    low, typical, high = ends
    return Estimate(low=low, typical=typical, high=high, unit="ms", kind="assumed", formula="hosted API")


def _added(left: Estimate, right: Estimate) -> Estimate:
    return Estimate(
        low=left.low + right.low,
        typical=left.typical + right.typical,
        high=left.high + right.high,
        unit="ms",
        kind="assumed" if "assumed" in (left.kind, right.kind) else left.kind,
        formula="sum over the steps of a request",
        evidence=(*left.evidence, *right.evidence),
    )
