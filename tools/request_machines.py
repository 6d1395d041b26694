"""What a request uses beside language models, where the steps say what sizes it: encoders and vector indexes.

An encoder takes its place on shared devices, sized for all items of all requests; a run takes one small batch through
an inference server, its items at the rate of a device, and the wait that random arrivals leave (M/D/c).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from knowledge.errors import InputRefused
from knowledge.hardware import accelerators
from knowledge.llm_prices import prices_of_model
from knowledge.models import models
from knowledge.sizing_data import constant

from .cost import accelerator_hourly, api_monthly_cost, rerank_monthly_cost, vm_hourly
from .declared_step import ENCODED, RequestStep
from .estimate import Estimate
from .month import HOURS_PER_MONTH, MONTH_S
from .request_graph import Step, of_p99, slowest_of
from .request_steps import tail
from .sizing import EncoderPlan, VectorPlan, size_encoder, size_vectors
from .sizing.encoder_limits import ItemNames, refuse_long, refuse_unheld, refuse_unread
from .sizing.hosted_limits import refuse_untaken
from .sizing.queueing import mean_wait_ms, waiting_ms
from .sizing.vector_index import refuse_corpus

EVEN_SERVICE = 0.5
"""Mean of the squared coefficients of variation of random arrivals and of items that all take the same."""


class Deployment(BaseModel):
    """What carries the calls of one model, or the searches of one index."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    """Or the index, in words."""
    accelerator: str
    """Empty: at its provider, or on processors."""
    calls_per_request: float
    accelerators: int
    replicas: int
    usd_month: Estimate | None
    """None: no price is known."""
    evidence: str


class Use(NamedTuple):
    """A step, and how often a request runs it."""

    step: RequestStep
    times: float


class Rates(NamedTuple):
    """Requests a second."""

    mean: float
    peak: float


class Machines(NamedTuple):
    """Encoders by model and accelerator, indexes by step."""

    encoders: dict[tuple[str, str], EncoderPlan]
    indexes: dict[RequestStep, VectorPlan]
    deployments: tuple[Deployment, ...]


def uses_of(steps: Iterable[RequestStep], times: float = 1.0) -> Iterable[Use]:
    """Every step that holds no others, with how often a request runs it."""
    for step in steps:
        if step.parallel:
            yield from uses_of(step.parallel, times * step.times)
        else:
            yield Use(step, times * step.times)


def machines_of(knowledge: Knowledge, uses: Sequence[Use], rates: Rates, as_of: date) -> Machines:
    """Size every encoder and index that the steps describe."""
    encoders, indexes, found = {}, {}, []
    own = [use for use in uses if use.step.encoded]
    for pair in dict.fromkeys((use.step.model, use.step.accelerator) for use in own):
        mine = [use for use in own if (use.step.model, use.step.accelerator) == pair]
        encoders[pair], deployment = _encoder(knowledge, mine, rates, as_of)
        found.append(deployment)
    searches = [use for use in uses if use.step.vectors is not None]
    for step in dict.fromkeys(use.step for use in searches):
        times = sum(use.times for use in searches if use.step == step)
        indexes[step], deployment = _index(knowledge, step, times, rates)
        found.append(deployment)
    hosted = [use for use in uses if use.step.kind in ENCODED and use.step.model and not use.step.accelerator]
    found += [_hosted(knowledge, use, rates) for use in hosted]
    return Machines(encoders, indexes, tuple(found))


def encoder_step(step: RequestStep, plan: EncoderPlan) -> Step:
    """One run of its items: the floor of the server, the items, and the wait for a device."""
    ends = []
    for latency, rate in (
        (plan.latency_ms.low, plan.items_per_s.high),
        (plan.latency_ms.typical, plan.items_per_s.typical),
        (plan.latency_ms.high, plan.items_per_s.low),
    ):
        ends.append((latency - 1e3 / rate, (step.items or 1.0) * 1e3 / rate))
    load = plan.utilisation * plan.devices
    mean = mean_wait_ms(plan.devices, load, 1.0, EVEN_SERVICE)
    late = float(
        waiting_ms(np.array(plan.devices), np.array(plan.utilisation), np.array(1.0), 95, EVEN_SERVICE)
    )

    def time(wait: float) -> Estimate:
        low, typical, high = (floor + service * (1 + wait) for floor, service in ends)
        return Estimate(low=low, typical=typical, high=high, unit="ms", formula="encoder_step")

    return Step(step.title, time(mean), time(max(late, mean)))


def search_step(knowledge: Knowledge, step: RequestStep, plan: VectorPlan) -> Step:
    """A query to the index: every shard of one copy is asked, the slowest one counts."""
    return slowest_of(of_p99(step.title, plan.latency_p99_ms, tail(knowledge)), plan.shards)


def _encoder(
    knowledge: Knowledge, uses: Sequence[Use], rates: Rates, as_of: date
) -> tuple[EncoderPlan, Deployment]:
    """The devices of one model, for the items of all steps at their mean length."""
    model, accelerator = uses[0].step.model, uses[0].step.accelerator
    _refuse_encoder(knowledge, uses)
    items = sum(use.times * (use.step.items or 1.0) for use in uses)
    tokens = sum(use.times * (use.step.items or 1.0) * use.step.input_tokens for use in uses) / items
    plan = size_encoder(knowledge, model, accelerator, items_per_s=items * rates.peak, tokens_per_item=tokens)
    if not plan.devices and not all(use.step.stated for use in uses):
        raise InputRefused(
            plan.evidence, "Give p95_ms of the step, which then has no price, or another model."
        )
    hourly = accelerator_hourly(knowledge, accelerator, "gpu-on-demand", (), as_of)
    usd = (
        None
        if hourly is None or not plan.devices
        else hourly.scaled(plan.devices * HOURS_PER_MONTH, "USD/month")
    )
    return plan, Deployment(
        model=model, accelerator=accelerator, calls_per_request=sum(use.times for use in uses),
        accelerators=plan.devices, replicas=plan.devices, usd_month=usd, evidence=plan.evidence,
    )  # fmt: skip


def _refuse_encoder(knowledge: Knowledge, uses: Sequence[Use]) -> None:
    """InputRefused for a device that doesn't hold the model, or a step whose items it can't read."""
    step = uses[0].step
    model = models(knowledge)[step.model]
    for use in uses:
        refuse_unread(model, use.step.kind)
        refuse_long(model, use.step.input_tokens, use.step.items or 1.0, ItemNames("input_tokens", "items"))
    refuse_unheld(knowledge, model, accelerators(knowledge)[step.accelerator])


def _index(
    knowledge: Knowledge, step: RequestStep, times: float, rates: Rates
) -> tuple[VectorPlan, Deployment]:
    """An HNSW index for the searches of a step, on rented memory and processors."""
    refuse_corpus(knowledge, step.vectors or 1.0)
    plan = size_vectors(knowledge, step.vectors or 1.0, step.dims or 1.0, peak_qps=times * rates.peak)
    gib = plan.index_ram_gb.typical / constant(knowledge, "vectors", "page_cache_share").value * 1e9 / 2**30
    cores = max(times * rates.peak / plan.qps_capacity.typical * plan.node_cores * plan.search_nodes, 1.0)
    by_memory = vm_hourly(knowledge, "vm_gib_hour").scaled(gib * HOURS_PER_MONTH, "USD/month")
    by_cores = vm_hourly(knowledge, "vm_vcpu_hour").scaled(cores * HOURS_PER_MONTH, "USD/month")
    return plan, Deployment(
        model=f"index of {step.vectors:,.0f} vectors of {step.dims:g} values", accelerator="", calls_per_request=times,
        accelerators=0, replicas=plan.copies, usd_month=max(by_memory, by_cores, key=lambda usd: usd.typical),
        evidence=f"{plan.need} Rented memory or processors, whichever costs more. {plan.evidence}",
    )  # fmt: skip


def refuse_hosted(knowledge: Knowledge, step: RequestStep) -> None:
    """InputRefused for a call that no offer of its hosted model takes."""
    offers = prices_of_model(knowledge, step.model)
    refuse_untaken(knowledge, step.model, offers, step.input_tokens, step.output_tokens)


def _hosted(knowledge: Knowledge, use: Use, rates: Rates) -> Deployment:
    """A model at its provider, by the query or by its tokens."""
    step, runs = use.step, use.times * rates.mean * MONTH_S
    refuse_hosted(knowledge, step)
    tokens = runs * (step.items or 1.0) * step.input_tokens
    if step.kind == "rerank":
        usd = rerank_monthly_cost(knowledge, step.model, runs, tokens)
    else:
        usd = api_monthly_cost(knowledge, step.model, tokens, runs * step.output_tokens)
    return Deployment(
        model=step.model, accelerator="", calls_per_request=use.times, accelerators=0, replicas=0,
        usd_month=usd if tokens or step.kind == "rerank" else None,
        evidence=f"Prices of its offers; the time of a hosted model is {'stated' if step.stated else 'assumed'}.",
    )  # fmt: skip
