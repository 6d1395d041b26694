"""A hosted model API: which provider's model meets the bar for the least money."""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from knowledge import Knowledge
from knowledge.capabilities import reads_images
from knowledge.llm_prices import llm_prices

from ..anchors import piecewise, piecewise_log
from ..assessment import Weights
from ..bans import barred_model
from ..cost import api_costs
from ..request_steps import assumed_ms
from ..scoring import Scored
from .choice import MANAGED_API, Compute
from .models import canonical_name, named_model, quality_bar, quality_of

OVER_BUDGET = 0.5
"""Loss of value for each factor of ten above the budget (judgement)."""


def choose_api(
    knowledge: Knowledge, values: Mapping[str, Any], providers: list[Scored], weights: Weights
) -> tuple[Compute, Scored] | None:
    """The best provider and model: the provider's standing, and the cost and quality of its model."""
    costs = _monthly_costs(knowledge, values)
    allowed = {scored.component.id: scored for scored in providers if scored.barrier is None}
    best: tuple[float, Compute, Scored] | None = None
    candidates = _candidates(knowledge, values, frozenset(allowed))
    # A model that is no longer offered has no price: an unknown bill must not pass for none.
    for provider, model in [pair for pair in candidates if pair[1] in costs] or candidates:
        scored, usd = allowed[provider], costs.get(model)
        rating = quality_of(knowledge, canonical_name(knowledge, model), str(values.get("use_case")))
        value = scored.score + weights.categories["cost"] * (cost_value(knowledge, values, usd) - 0.5)
        value -= budget_penalty(values, usd)
        if rating is not None:
            value += weights.categories["performance"] * 0.3 * rating
        if best is None or value > best[0] + 1e-9:
            best = (value, _compute(knowledge, values, provider, model, usd, rating), scored)
    return None if best is None else best[1:]


def _monthly_costs(knowledge: Knowledge, values: Mapping[str, Any]) -> dict[str, float]:
    calls_m = values["mean_rps"] * 2.592 * max(values.get("llm_calls_per_task") or 1, 1)
    shared = values.get("shared_prefix_tokens") or 0.0
    tokens = max(values["prompt_tokens"], 1.0)
    return api_costs(
        knowledge,
        calls_m * values["prompt_tokens"],
        calls_m * values["output_tokens"],
        cached_share=min(shared / tokens, 1.0),
        batch=values.get("batch_only") is True,
    )


def _candidates(
    knowledge: Knowledge, values: Mapping[str, Any], providers: frozenset[str]
) -> list[tuple[str, str]]:
    """(provider, model): per provider the models that meet the bar; the named ones alone where named."""
    rows = _able(knowledge, str(values.get("model_task")), values.get("reads_images") is True)
    if banned := values.get("banned_vendors"):
        rows = tuple(pair for pair in rows if not barred_model(knowledge, pair[1], banned))
    named = named_model(knowledge, values)
    if named is not None:
        mine = [
            pair for pair in rows if canonical_name(knowledge, pair[1]) == named.key and pair[0] in providers
        ]
        if mine:
            return mine
    bar, use_case = quality_bar(knowledge, values), str(values.get("use_case"))
    offered = [pair for pair in rows if pair[0] in providers]
    meeting = [pair for pair in offered if _meets(knowledge, pair[1], use_case, bar)]
    return meeting or offered


@lru_cache(maxsize=32)
def _able(knowledge: Knowledge, task: str, images: bool) -> tuple[tuple[str, str], ...]:
    """Models that can do the task: vectors come from embedding models, text from chat models that read the input."""
    rows = _hosted_models(knowledge, "embedding" if task == "embed" else "chat")
    return tuple(pair for pair in rows if not images or reads_images(knowledge, pair[1]))


@lru_cache(maxsize=8192)
def _meets(knowledge: Knowledge, model: str, use_case: str, bar: float) -> bool:
    return (quality_of(knowledge, canonical_name(knowledge, model), use_case) or 0.0) >= bar


@lru_cache(maxsize=8)
def _hosted_models(knowledge: Knowledge, mode: str) -> tuple[tuple[str, str], ...]:
    component_of = knowledge.providers["providers"]
    return tuple(
        (component_of[row.provider], row.model)
        for row in llm_prices(knowledge).values()
        if row.mode == mode and row.provider in component_of and row.pinned
    )


def cost_value(knowledge: Knowledge, values: Mapping[str, Any], usd: float | None) -> float:
    """Value of a cost, falling on beyond the last anchor: of models that are all too dear,
    the dearest isn't taken for its quality."""
    if usd is None:
        return 0.3
    budget = values.get("budget_usd_month")
    if budget:
        anchors = knowledge.anchors["cost_over_budget"]
        beyond = max(usd / budget / anchors[-1][0], 1.0)
        return piecewise(anchors, usd / budget) - math.log10(beyond)
    return piecewise_log(knowledge.anchors["cost_usd_month_log"], max(usd, 1.0))


def budget_penalty(values: Mapping[str, Any], usd: float | None) -> float:
    """Above the budget the value of money is spent: there, less excess is better, whatever else speaks for a model."""
    budget = values.get("budget_usd_month")
    if not budget or usd is None or usd <= budget:
        return 0.0
    return OVER_BUDGET * math.log10(usd / budget)


def _compute(
    knowledge: Knowledge,
    values: Mapping[str, Any],
    provider: str,
    model: str,
    usd: float | None,
    rating: float | None,
) -> Compute:
    if values.get("model_task") == "embed":
        return _embedding(knowledge, provider, model, usd, rating)
    ttft, tpot = knowledge.anchors["api_ttft_ms"][1], knowledge.anchors["api_tpot_ms"][1]
    calls = max(values.get("llm_calls_per_task") or 1, 1)
    return Compute(
        kind="api",
        deployment=MANAGED_API,
        model=model,
        provider=provider,
        usd_month=usd,
        ttft_ms=ttft,
        tpot_ms=tpot,
        e2e_ms=calls * (ttft + tpot * values["output_tokens"]),
        quickest=knowledge.anchors["api_ttft_ms"][0] / ttft,
        quality=rating,
    )


def _embedding(
    knowledge: Knowledge, provider: str, model: str, usd: float | None, rating: float | None
) -> Compute:
    """Vectors come at once: there is no first token, and none after it."""
    taken = assumed_ms(knowledge, "hosted_embed_ms")
    return Compute(
        kind="api",
        deployment=MANAGED_API,
        model=model,
        provider=provider,
        usd_month=usd,
        e2e_ms=taken.typical,
        item_ms=taken,
        quickest=taken.low / taken.typical,
        quality=rating,
    )
