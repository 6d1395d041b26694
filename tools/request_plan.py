"""A declared request, step by step: how long it takes as a whole, what carries it, and what one costs.

Calls of the same model on the same accelerator share a deployment, which is sized for all of them together;
each call then takes its own prompt and its own answer at the speed of that deployment.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from knowledge.errors import InputRefused
from knowledge.models import ModelSpec, models

from .cost import accelerator_hourly, api_monthly_cost
from .declared_step import RequestStep
from .estimate import Estimate, point
from .month import HOURS_PER_MONTH, MONTH_S
from .request_graph import Step, in_parallel, in_series, of_p95, percentile_99, repeated
from .request_machines import (
    Deployment,
    Machines,
    Rates,
    Use,
    encoder_step,
    machines_of,
    refuse_hosted,
    search_step,
    uses_of,
)
from .request_steps import assumed_step, tail
from .sizing import ServingDemand, ServingPlan, serving_plans
from .sizing.unsized import OTHERS, instead


class RequestPlan(BaseModel):
    """A request as a whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean_ms: Estimate
    p95_ms: Estimate
    p99_ms: Estimate
    ttft_p95_ms: Estimate | None
    """First token of the last call, after everything before it."""
    ttft_note: str = ""
    """Why none is told."""
    steps: tuple[str, ...]
    """Each with its 95th percentile, and who says so."""
    deployments: tuple[Deployment, ...]
    usd_month: Estimate
    usd_per_request: Estimate
    """Everything that is priced, over the mean rate."""
    unpriced: tuple[str, ...] = ()
    """Steps that cost money of which nobody says how much: give their usd, or what sizes them."""


class Timed(NamedTuple):
    """A step with its time, and the time to its first token where it writes."""

    whole: Step
    first: Step | None = None


def plan_request(
    knowledge: Knowledge, steps: Sequence[RequestStep], mean_rps: float, peak_rps: float, as_of: date
) -> RequestPlan:
    """Size, time and price a request of these steps; InputRefused says which step lacks what."""
    uses, rates = list(uses_of(steps)), Rates(mean_rps, peak_rps)
    calls = [_checked(use) for use in uses if use.step.kind == "llm"]
    carried = {key: _carried(knowledge, key, calls, mean_rps, peak_rps, as_of) for key in _tiers(calls)}
    machines = machines_of(knowledge, uses, rates, as_of)
    sized = Sized({key: plan for key, (_, plan) in carried.items()}, machines)
    timed = [_timed(knowledge, step, sized) for step in steps]
    whole = in_series("request", [item.whole for item in timed])
    deployments = (*(deployment for deployment, _ in carried.values()), *machines.deployments)
    unpriced = tuple(dict.fromkeys(use.step.title for use in uses if use.step.unpriced))
    usd = _total(deployments, sum(_stated_usd(step) for step in steps) * mean_rps * MONTH_S, bool(unpriced))
    return RequestPlan(
        mean_ms=whole.mean, p95_ms=whole.p95, p99_ms=percentile_99(whole), ttft_p95_ms=_first_token(timed),
        ttft_note=_no_first_token(steps[-1]),
        steps=tuple(f"{name}: {words}" for name, words in whole.described), deployments=deployments,
        usd_month=usd, usd_per_request=usd.scaled(1 / (mean_rps * MONTH_S), "USD"), unpriced=unpriced,
    )  # fmt: skip


class Sized(NamedTuple):
    """What was sized for the request."""

    calls: dict[tuple[str, str], ServingPlan | None]
    """By model and accelerator; None: at its provider."""
    machines: Machines


def _checked(use: Use) -> Use:
    step = use.step
    if not step.model or not step.output_tokens or not step.input_tokens:
        raise InputRefused(
            f"The step {step.name or 'llm'!r} is a call of a language model without its model or its tokens.",
            "Give model, input_tokens and output_tokens.",
        )
    return use


def _tier(use: Use) -> tuple[str, str]:
    return use.step.model, use.step.accelerator


def _tiers(calls: Sequence[Use]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(_tier(call) for call in calls))


def _carried(
    knowledge: Knowledge, tier: tuple[str, str], calls: Sequence[Use], mean_rps: float, peak_rps: float,
    as_of: date,
) -> tuple[Deployment, ServingPlan | None]:  # fmt: skip
    """The deployment behind all calls of a tier, sized for their mean lengths."""
    model, accelerator = tier
    mine = [call for call in calls if _tier(call) == tier]
    each = sum(call.times for call in mine)

    def mean_of(name: str) -> float:
        return sum(call.times * float(getattr(call.step, name)) for call in mine) / each

    tokens = mean_of("input_tokens"), mean_of("output_tokens"), mean_of("shared_prefix_tokens")
    if not accelerator:
        for call in mine:
            refuse_hosted(knowledge, call.step)
        usd = _hosted_usd(knowledge, model, tokens, each * mean_rps)
        return Deployment(
            model=model, accelerator="", calls_per_request=each, accelerators=0, replicas=0, usd_month=usd,
            evidence="Token prices of its offers; times of a hosted model are assumed.",
        ), None  # fmt: skip
    demand = ServingDemand(
        mean_rps=mean_rps * each, peak_rps=peak_rps * each, input_tokens=max(tokens[0], 1.0),
        output_tokens=max(tokens[1], 1.0), shared_prefix_tokens=min(tokens[2], tokens[0]),
        ttft_limit_ms=_least(mine, "ttft_limit_ms"), tpot_limit_ms=_least(mine, "tpot_limit_ms"),
    )  # fmt: skip
    plan = serving_plans(knowledge, demand, [model], [accelerator])[0]
    if not plan.feasible:
        raise InputRefused(plan.reason, _instead(models(knowledge)[model], sum(tokens[:2])))
    hourly = accelerator_hourly(knowledge, accelerator, "gpu-on-demand", (), as_of)
    usd = None if hourly is None else hourly.scaled(plan.accelerators * HOURS_PER_MONTH, "USD/month")
    return Deployment(
        model=model, accelerator=accelerator, calls_per_request=each, accelerators=plan.accelerators,
        replicas=plan.replicas, usd_month=usd, evidence=plan.evidence,
    ), plan  # fmt: skip


KINDS = {"embedding": "embed", "reranker": "rerank"}
"""Type of a model -> kind of the step that runs it."""


def _instead(model: ModelSpec, tokens: float) -> str:
    """What to change about a call that can't be served."""
    if model.type in KINDS:
        return f"Give the step kind={KINDS[model.type]}."
    if model.type in OTHERS:
        return f"{instead(model)} Give the step kind=timed with its p95_ms."
    if not model.sizeable:
        return "Leave accelerator out for the hosted model, or give an open model."
    if model.context and tokens > model.context:
        return f"Give at most {model.context:,} input_tokens and output_tokens together, or another model."
    return "Give another accelerator, or leave it out for a hosted model."


def _least(calls: Sequence[Use], name: str) -> float | None:
    """The strictest limit of the calls."""
    stated = [getattr(call.step, name) for call in calls]
    return min((limit for limit in stated if limit is not None), default=None)


def _hosted_usd(
    knowledge: Knowledge, model: str, tokens: tuple[float, float, float], calls_per_s: float
) -> Estimate | None:
    month = calls_per_s * MONTH_S
    read, written, shared = tokens
    return api_monthly_cost(
        knowledge, model, month * read, month * written, cached_share=min(shared / read, 1.0)
    )


def _timed(knowledge: Knowledge, step: RequestStep, sized: Sized) -> Timed:
    """One step with what runs inside it."""
    if step.parallel:
        inner = [_timed(knowledge, item, sized).whole for item in step.parallel]
        return Timed(repeated(in_parallel(step.name or "at once", inner), step.times))
    if step.kind == "llm" and not step.stated:
        return _call(knowledge, step, sized.calls[step.model, step.accelerator])
    return Timed(repeated(_one_run(knowledge, step, sized.machines), step.times))


def _one_run(knowledge: Knowledge, step: RequestStep, machines: Machines) -> Step:
    """As stated, as sized, or as assumed for its kind, in this order."""
    if step.kind == "timed" or step.stated:
        return _stated(knowledge, step)
    if step in machines.indexes:
        return search_step(knowledge, step, machines.indexes[step])
    if step.encoded:
        return encoder_step(step, machines.encoders[step.model, step.accelerator])
    hosted = step.kind == "embed" and bool(step.model)
    found = assumed_step(knowledge, "hosted_embed" if hosted else step.kind)
    return found._replace(name=step.name or found.name)


def _stated(knowledge: Knowledge, step: RequestStep) -> Step:
    ratio = tail(knowledge)
    p95 = step.p95_ms or (step.mean_ms * ratio if step.mean_ms else None)
    if p95 is None:
        raise InputRefused(
            f"The step {step.name!r} has no time.", "Give p95_ms or mean_ms, or a kind whose time is assumed."
        )
    stated = of_p95(
        step.name or "step" if step.kind == "timed" else step.title, point(p95, "ms", "user"), ratio
    )
    return (
        stated if step.mean_ms is None else stated._replace(mean=point(min(step.mean_ms, p95), "ms", "user"))
    )


def _call(knowledge: Knowledge, step: RequestStep, plan: ServingPlan | None) -> Timed:
    """Its own prompt and answer, at the speed of its deployment or at that of hosted models."""
    name = step.name or step.model
    if plan is None:
        ttft, tpot = (_anchor(knowledge, item) for item in ("api_ttft_ms", "api_tpot_ms"))
        begun = of_p95(f"{name}, first token", ttft, tail(knowledge))
        rest = of_p95(f"{name}, answer", tpot.scaled(step.output_tokens, "ms"), tail(knowledge))
    else:
        begun, rest = _sized_call(name, step, plan)
    one = in_series(name, [begun, rest])._replace(parts=())
    if step.times > 1:
        begun = in_series(begun.name, [repeated(one, step.times - 1), begun])
    return Timed(repeated(one, step.times), begun)


def _sized_call(name: str, step: RequestStep, plan: ServingPlan) -> tuple[Step, Step]:
    at = plan.p95
    fresh = max(step.input_tokens - step.shared_prefix_tokens, 1.0)
    prompt = fresh / max(plan.prompt_tokens, 1.0)
    begun = Step(
        f"{name}, first token",
        at.ttft_ms.scaled(min(plan.ttft_mean_ms / at.ttft_ms.typical, 1.0) * prompt, "ms"),
        at.ttft_ms.scaled(prompt, "ms"),
    )
    answer = at.tpot_ms.scaled(step.output_tokens, "ms")
    mean = answer.scaled(min(plan.tpot_mean_ms / at.tpot_ms.typical, 1.0), "ms")
    return begun, Step(f"{name}, answer", mean, answer)


def _anchor(knowledge: Knowledge, name: str) -> Estimate:
    low, typical, high = knowledge.anchors[name]
    return Estimate(low=low, typical=typical, high=high, unit="ms", kind="assumed", formula="hosted API")


def _first_token(timed: Sequence[Timed]) -> Estimate | None:
    last = timed[-1]
    if last.first is None:
        return None
    return in_series("first token", [*(item.whole for item in timed[:-1]), last.first]).p95


def _no_first_token(last: RequestStep) -> str:
    """Why the end of the request has none."""
    if last.parallel:
        return "The last steps run at once and end with the slowest of them: no one of them writes the first token."
    if last.kind != "llm":
        return f"The last step, {last.title}, writes no tokens: what a user sees comes as a whole."
    if last.stated:
        return (
            f"The last step, {last.title}, states the time of its whole answer, not that of its first token."
        )
    return ""


def _stated_usd(step: RequestStep) -> float:
    return step.times * (step.usd + sum(_stated_usd(item) for item in step.parallel))


def _total(deployments: Sequence[Deployment], stated_usd: float, unpriced: bool) -> Estimate:
    priced = [item.usd_month for item in deployments if item.usd_month is not None]
    return Estimate(
        low=stated_usd + sum(item.low for item in priced),
        typical=stated_usd + sum(item.typical for item in priced),
        high=stated_usd + sum(item.high for item in priced),
        unit="USD/month", formula="request_cost", incomplete=unpriced or len(priced) < len(deployments),
    )  # fmt: skip
