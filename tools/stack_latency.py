"""Latency of a request to a stack: the graph of its steps, from the network to the last token.

An agent's first token is that of its last call: whoever waits for it waits for all earlier calls, their
tools and searches first. Calls and tools run one after the other.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.sizing_data import constant

from .compute import Compute
from .estimate import Estimate
from .request_graph import Step, in_series, of_p95, of_p99, percentile_99, repeated
from .request_steps import assumed_step, retrieval, tail
from .sizing import ServingPlan


class Call(NamedTuple):
    """One call of a language model."""

    first: Step
    """Until its first token."""
    whole: Step
    tpot: Estimate


def end_to_end(
    compute: Compute, plan: ServingPlan | None, values: Mapping[str, Any], knowledge: Knowledge
) -> dict[str, Estimate]:
    """First token, time per output token and whole answer, as far as they are known."""
    if plan is not None:
        return _answered(_own_call(plan), _later_call(plan, values, knowledge), values, knowledge)
    if compute.kind == "api" and compute.unit == "token" and compute.item_ms is None:
        call = _hosted_call(values, knowledge)
        return _answered(call, call, values, knowledge)
    return _scored(compute, values, knowledge)


def _answered(
    only: Call, later: Call, values: Mapping[str, Any], knowledge: Knowledge
) -> dict[str, Estimate]:
    """A task of one call, or of one and `later` ones that find part of their prompt computed already."""
    calls = max(float(values.get("llm_calls_per_task") or 1), 1.0)
    before = [*_before(values, knowledge, calls), *_between(only, later, values, knowledge, calls)]
    last = only if calls <= 1 else later
    first = in_series("first token", [*before, last.first])
    whole = in_series("whole answer", [*before, last.whole])
    return {
        "ttft_ms_p95": first.p95,
        "ttft_ms_p99": percentile_99(first),
        "tpot_ms_p95": last.tpot,
        "e2e_ms_p95": whole.p95,
        "e2e_ms_p99": percentile_99(whole),
    }


def _before(values: Mapping[str, Any], knowledge: Knowledge, calls: float) -> list[Step]:
    """Network, guardrails and searches: an agent's read what every call is given, others' the request alone."""
    steps = [assumed_step(knowledge, "network")]
    if values.get("untrusted") is True:
        guarded = calls if values.get("agentic") is True else 1.0
        steps.append(repeated(assumed_step(knowledge, "guardrail"), guarded))
    search = retrieval(knowledge, values)
    if search is not None:
        searches = max(calls - 1, 1.0) if values.get("pattern_agentic") is True else 1.0
        steps.append(repeated(search, searches))
    return steps


def _between(
    only: Call, later: Call, values: Mapping[str, Any], knowledge: Knowledge, calls: float
) -> list[Step]:
    """All calls but the last, and the tools that they call."""
    if only is later:
        steps = [repeated(only.whole, calls - 1)] if calls > 1 else []
    else:
        counts = ((only, min(calls - 1, 1.0)), (later, calls - 2))
        steps = [repeated(call.whole, count) for call, count in counts if count > 0]
    if tools := float(values.get("tools_per_task") or 0):
        steps.append(repeated(assumed_step(knowledge, "tool"), tools))
    return steps


def _own_call(plan: ServingPlan) -> Call:
    """As sized: means of the operating point, percentiles of its queue; both as uncertain as each other."""
    return Call(
        Step("first token of a call", _mean(plan.ttft_mean_ms, plan.p95.ttft_ms), plan.p95.ttft_ms),
        Step("model call", _mean(plan.e2e_mean_ms, plan.p95.e2e_ms), plan.p95.e2e_ms),
        plan.p95.tpot_ms,
    )


def _mean(mean: float, p95: Estimate) -> Estimate:
    """A mean with the relative range of its percentile."""
    return p95.scaled(min(mean / p95.typical, 1.0) if p95.typical else 0.0, "ms")


def _later_call(plan: ServingPlan, values: Mapping[str, Any], knowledge: Knowledge) -> Call:
    """A call whose prompt begins with what earlier ones of the task have read.

    A stated shared prefix is in the plan already; where none is stated, the share is assumed.
    """
    call = _own_call(plan)
    if values.get("shared_prefix_tokens"):
        return call
    shares = constant(knowledge, "steps", "reused_prefix").interval
    saved = [plan.ttft_mean_ms * share for share in shares]
    return Call(_sooner(call.first, saved), _sooner(call.whole, saved), call.tpot)


def _sooner(step: Step, saved: list[float]) -> Step:
    """The step without `saved` milliseconds (low, typical, high), scaled alike at mean and percentile."""

    def cut(estimate: Estimate, typical: float) -> Estimate:
        if typical <= 0:
            return estimate
        low, middle, high = (max(1 - part / typical, 0.0) for part in reversed(saved))
        return estimate.model_copy(
            update={
                "low": estimate.low * low, "typical": estimate.typical * middle, "high": estimate.high * high,
                "kind": "assumed",
            }
        )  # fmt: skip

    return Step(f"later {step.name}", cut(step.mean, step.mean.typical), cut(step.p95, step.p95.typical))


def _hosted_call(values: Mapping[str, Any], knowledge: Knowledge) -> Call:
    ttft, tpot = (_ends(knowledge.anchors[name]) for name in ("api_ttft_ms", "api_tpot_ms"))
    first = of_p95("hosted first token", ttft, tail(knowledge))
    tokens = tpot.scaled(values.get("output_tokens") or 0.0, "ms")
    rest = of_p95("hosted output tokens", tokens, tail(knowledge))
    return Call(first, in_series("hosted call", [first, rest]), tpot)


def _ends(ends: list[float]) -> Estimate:
    low, typical, high = ends
    return Estimate(low=low, typical=typical, high=high, unit="ms", kind="assumed", formula="hosted API")


def _scored(compute: Compute, values: Mapping[str, Any], knowledge: Knowledge) -> dict[str, Estimate]:
    """A model that answers at once: network, model, and the search that its vector is for."""
    item = _item_ms(compute, knowledge)
    if item is None:
        return {}
    steps = [of_p95("model", item, tail(knowledge))]
    if compute.kind != "device" and values.get("hard_realtime") is not True:
        # Scores are asked for by a service beside the model, other answers by somebody far away.
        near = values.get("predictive_work") is True
        steps.insert(0, assumed_step(knowledge, "local_network" if near else "network"))
    if compute.features_p99_ms is not None:
        steps.append(of_p99("features", compute.features_p99_ms, tail(knowledge)))
    if search := retrieval(knowledge, values, embedded=values.get("model_task") == "embed"):
        steps.append(search)
    whole = in_series("answer", steps)
    return {"e2e_ms_p95": whole.p95, "e2e_ms_p99": percentile_99(whole)}


def _item_ms(compute: Compute, knowledge: Knowledge) -> Estimate | None:
    if compute.item_ms is not None or compute.e2e_ms is None:
        return compute.item_ms
    low, typical, high = (
        compute.e2e_ms * factor for factor in constant(knowledge, "steps", "media_spread").interval
    )
    return Estimate(low=low, typical=typical, high=high, unit="ms", kind="assumed")
