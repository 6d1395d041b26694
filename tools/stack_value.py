"""The six category values of a whole stack, from its decisions, its picks and its point figures."""

from collections.abc import Mapping
from typing import Any

from .anchors import clamp, piecewise, piecewise_log
from .assessment import CATEGORIES
from .compute import MANAGED_API, Compute
from .decisions import ScoredOption
from .month import HOURS_PER_MONTH
from .scoring import BASE, COST, FIT, INTEGRATION, PERFORMANCE, SECURITY, VENDOR, Scored, Setting

STRATEGY_SHARE, PATTERN_SHARE, SLOTS_SHARE = 0.5, 0.15, 0.35


def stack_categories(
    strategy: ScoredOption,
    pattern: ScoredOption,
    compute: Compute,
    picks: Mapping[str, Scored],
    bundled: Mapping[str, str],
    setting: Setting,
) -> tuple[list[float], float, float, float | None, float, tuple[str, ...]]:
    """(categories, score, USD of infrastructure, USD of the model, FTE, unpriced slots)."""
    values, anchors = setting.truths.values, setting.knowledge.anchors
    own = {slot: pick for slot, pick in picks.items() if slot not in bundled}
    usd, unpriced = _infra_usd(own, compute)
    fte = sum(_ops_fte(pick, anchors) for pick in own.values())
    means = [_mean(own, category) for category in range(len(CATEGORIES))]
    moved = [value - BASE for value in strategy.categories]
    categories = [
        STRATEGY_SHARE * strategy.categories[FIT]
        + PATTERN_SHARE * pattern.categories[FIT]
        + SLOTS_SHARE * means[FIT],
        _performance(compute, setting) + moved[PERFORMANCE],
        0.5 * means[INTEGRATION] + 0.5 * _ease(fte, values, anchors) + moved[INTEGRATION],
        _cost(usd, compute, setting) + 0.5 * moved[COST],
        means[SECURITY] + moved[SECURITY],
        means[VENDOR] + moved[VENDOR],
    ]
    categories = [clamp(value) for value in categories]
    weights = setting.weights.categories
    score = sum(weights[name] * value for name, value in zip(CATEGORIES, categories, strict=True))
    return categories, score, usd, compute.usd_month, fte, unpriced


UNPRICED = 0.35
"""Worth of a bill that nobody knows: judgement. What is known of it may be worse already."""


def _infra_usd(picks: Mapping[str, Scored], compute: Compute) -> tuple[float, tuple[str, ...]]:
    """Sum of what is priced, and the slots whose pick has no price."""
    total: float = compute.least_usd if compute.usd_month is None else compute.usd_month
    unpriced = []
    for slot, pick in picks.items():
        if slot.startswith("cmp."):
            continue
        if pick.usd_month is None:
            unpriced.append(slot)
        else:
            total += pick.usd_month
    return total, tuple(unpriced)


def _ops_fte(pick: Scored, anchors: Mapping[str, Any]) -> float:
    if pick.operator != "self":
        return float(anchors["ops_fte_managed"])
    return float(anchors["ops_fte_by_complexity"][pick.component.ops_complexity])


def _mean(picks: Mapping[str, Scored], category: int) -> float:
    return sum(pick.categories[category] for pick in picks.values()) / len(picks) if picks else BASE


def _ease(fte: float, values: Mapping[str, Any], anchors: Mapping[str, Any]) -> float:
    return piecewise(anchors["ops_over_team"], fte / max(values.get("team_ops_fte") or 0.4, 0.02))


def _performance(compute: Compute, setting: Setting) -> float:
    """Quality, latency and throughput by the weights of the dimensions."""
    dimensions = setting.weights.dimensions
    return (
        dimensions["quality"] * _quality(compute, setting)
        + dimensions["latency"] * _latency(compute, setting)
        + dimensions["throughput"] * _throughput(compute)
    )


def _quality(compute: Compute, setting: Setting) -> float:
    """Full value at the bar that was asked for, a little more above it."""
    anchors, values = setting.knowledge.anchors, setting.truths.values
    if compute.quality is None:
        return BASE
    bar = anchors["quality_bar"][values.get("quality_bar") or "medium"]
    return clamp(0.75 + 0.8 * (compute.quality - bar))


def _latency(compute: Compute, setting: Setting) -> float:
    anchors, values = setting.knowledge.anchors, setting.truths.values
    if values.get("batch_only") is True:
        return 0.8
    shown = (
        compute.ttft_ms if values.get("ttft_ms") is not None or values.get("e2e_latency_ms") is None else None
    )
    measured = shown if shown is not None else compute.e2e_ms
    if measured is None:
        return float(anchors["unknown_latency_value"])
    limit = values.get("ttft_ms") if shown is not None else values.get("e2e_latency_ms")
    limit = limit or anchors["latency_default_ms"][values.get("use_case") or "other"]
    return piecewise(anchors["latency_over_limit"], measured / limit)


def _throughput(compute: Compute) -> float:
    """Headroom at the mean load; an API's is its provider's rate limit, which isn't known here."""
    if compute.kind in ("api", "device", "none"):
        return 0.7
    return clamp(1.15 - compute.utilisation)


def _cost(usd: float, compute: Compute, setting: Setting) -> float:
    """Money and energy by the weights of the dimensions."""
    anchors, values = setting.knowledge.anchors, setting.truths.values
    budget = values.get("budget_usd_month")
    if budget:
        money = piecewise(anchors["cost_over_budget"], usd / budget)
    else:
        money = piecewise_log(anchors["cost_usd_month_log"], max(usd, 1.0))
    if compute.usd_month is None and compute.kind in ("api", "custom", "encoder", "training"):
        money = min(money, UNPRICED)
    return setting.weights.dimensions["cost"] * money + setting.weights.dimensions["energy"] * _energy(
        compute, anchors
    )


def _energy(compute: Compute, anchors: Mapping[str, Any]) -> float:
    if compute.watts is None:
        return 0.7 if compute.deployment == MANAGED_API else 0.85
    kwh = compute.watts * HOURS_PER_MONTH / 1000
    return piecewise_log(anchors["energy_kwh_month_log"], max(kwh, 1.0))
