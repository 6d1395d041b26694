"""Scores of the candidates in one slot: six category values in [0, 1] each, and their weighted sum.

Attributes of the component, its scale envelope against the load, what it costs here, who would run it,
what is already there, and the `value`, `warn` and `guard` rules move them; see docs/formulas/ranking.md.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.records import Component

from .anchors import clamp, envelope_fit, piecewise, piecewise_log
from .assessment import CATEGORIES, Weights
from .compliance import compliance_state, demanded_regimes
from .cost import service_cost_point
from .gates import Barrier, barrier
from .operation import Operator, operator
from .profile import Profile
from .risk import vendor_score
from .rule_index import Candidate, Truths

FIT, PERFORMANCE, INTEGRATION, COST, SECURITY, VENDOR = range(6)
UNKNOWN_PERFORMANCE = 0.45
BASE = 0.6
SECURITY_FEATURES = 6


class Scored(NamedTuple):
    """A candidate with its category values, weighted score and the rules that moved it."""

    component: Component
    categories: list[float]
    score: float
    operator: Operator
    usd_month: float | None
    moved_by: tuple[str, ...]
    cautions: tuple[str, ...]
    barrier: Barrier | None


class Setting(NamedTuple):
    """What the scores of all slots share."""

    knowledge: Knowledge
    truths: Truths
    weights: Weights
    profile: Profile
    as_of: date


def score_slot(slot: str, candidates: tuple[Candidate, ...], setting: Setting) -> list[Scored]:
    """All candidates of `slot`, best first; excluded ones last, with their barrier.

    Those below the fit floor come after the fitting ones while a fitting one remains.
    """
    scored = [_score(candidate, slot, setting) for candidate in candidates]
    floor = setting.knowledge.anchors["slot_fit_floor"]
    return sorted(
        scored,
        key=lambda item: (
            item.barrier is not None,
            item.categories[FIT] < floor,
            -round(item.score, 9),
            item.component.id,
        ),
    )


def _score(candidate: Candidate, slot: str, setting: Setting) -> Scored:
    knowledge, truths = setting.knowledge, setting.truths
    component, values = candidate.component, truths.values
    blocked = barrier(candidate, slot, truths, knowledge, setting.profile, setting.as_of)
    run_by = operator(component, values)
    if blocked is not None:
        return Scored(component, [0.0] * 6, 0.0, run_by, None, (), (), blocked)
    deltas, moved, cautions = _deltas(candidate, truths)
    usd = service_cost_point(knowledge, component.id, values)
    categories = [
        _fit(component, values, knowledge),
        _performance(component, setting.weights.dimensions),
        _integration(component, values, knowledge, run_by),
        _cost(usd, values, knowledge),
        _security(component, setting, run_by),
        vendor_score(component),
    ]
    categories = [clamp(value + delta) for value, delta in zip(categories, deltas, strict=True)]
    weights = _slot_weights(knowledge, tuple(setting.weights.categories.values()))
    score = sum(weight * value for weight, value in zip(weights, categories, strict=True))
    return Scored(component, categories, score, run_by, usd, moved, cautions, None)


@lru_cache(maxsize=256)
def _slot_weights(knowledge: Knowledge, weights: tuple[float, ...]) -> tuple[float, ...]:
    """Category weights among substitutes: fit to the workload counts more than between whole stacks."""
    factor = knowledge.anchors["slot_fit_factor"]
    raw = [weight * factor if index == FIT else weight for index, weight in enumerate(weights)]
    total = sum(raw)
    return tuple(weight / total for weight in raw)


def _deltas(candidate: Candidate, truths: Truths) -> tuple[list[float], tuple[str, ...], tuple[str, ...]]:
    """Sum of the rules' moves per category, and which rules moved or warn."""
    deltas = [0.0] * len(CATEGORIES)
    moved: list[str] = []
    cautions: list[str] = []
    for rule, when, category in candidate.rules:
        if rule.effect == "exclude" or not truths.holds(when):
            continue
        deltas[category] += rule.delta
        (moved if rule.effect in ("value", "require") else cautions).append(rule.id)
    return deltas, tuple(moved), tuple(cautions)


def _fit(component: Component, values: Mapping[str, Any], knowledge: Knowledge) -> float:
    """Base fit, moved by the worst scale envelope and by reuse."""
    anchors = knowledge.anchors
    fits = [
        envelope_fit(need, envelope.low, envelope.high, anchors["envelope_comfort"])
        for envelope in component.scale
        if (need := values.get(envelope.metric)) is not None
    ]
    worst = min(fits, default=None)
    base = BASE if worst is None else 0.15 + 0.6 * worst
    return base + (anchors["reuse_fit"] if _reused(component, values) else 0.0)


def _performance(component: Component, dimensions: Mapping[str, float]) -> float:
    """Standing over the dimensions that are known; unknown ones count as below the middle."""
    if not component.performance:
        return UNKNOWN_PERFORMANCE
    known = component.performance
    return (
        dimensions["quality"] * known.get("quality", UNKNOWN_PERFORMANCE)
        + dimensions["throughput"] * known.get("throughput", UNKNOWN_PERFORMANCE)
        + dimensions["latency"] * known.get("latency", UNKNOWN_PERFORMANCE)
    )


def _integration(
    component: Component, values: Mapping[str, Any], knowledge: Knowledge, run_by: Operator
) -> float:
    anchors = knowledge.anchors
    complexity = 1 if run_by != "self" else component.ops_complexity
    ease = 1.0 - (complexity - 1) / 4
    if values.get("large_team") is True:
        ease = 0.5 + ease / 2
    elif values.get("tiny_team") is True:
        ease = ease**2
    value = 0.25 + 0.5 * ease
    if _reused(component, values):
        value += anchors["reuse_integration"]
    return value + _cloud_match(component, values, anchors)


def _cloud_match(component: Component, values: Mapping[str, Any], anchors: Mapping[str, Any]) -> float:
    """Bonus for the organisation's own cloud, penalty for another one's service."""
    clouds = values.get("existing_cloud") or ()
    if "any" in component.clouds:
        return 0.0
    if not clouds:
        return -float(anchors["cloud_match_integration"]) / 2
    if component.clouds & set(clouds):
        return float(anchors["cloud_match_integration"])
    return float(anchors["other_cloud_integration"])


def _reused(component: Component, values: Mapping[str, Any]) -> bool:
    existing = values.get("existing_components") or ()
    if component.id in existing:
        return True
    return any(item in wanted.split("|") for wanted in component.requires for item in existing)


def _cost(usd: float | None, values: Mapping[str, Any], knowledge: Knowledge) -> float:
    """Value of a monthly cost against the budget, or on the absolute scale without one."""
    if usd is None:
        return 0.5
    anchors = knowledge.anchors
    budget = values.get("budget_usd_month")
    if budget:
        return piecewise(anchors["cost_over_budget"], usd / float(budget))
    return piecewise_log(anchors["cost_usd_month_log"], max(usd, 1.0))


def _security(component: Component, setting: Setting, run_by: Operator) -> float:
    values, anchors = setting.truths.values, setting.knowledge.anchors
    control = anchors["data_control_value"]["self" if run_by == "self" else _where(component)]
    parts = [_static_security(setting.knowledge, component.id), control]
    regimes = demanded_regimes(values.get("compliance") or ())
    if regimes and run_by != "self":
        states = (
            compliance_state(setting.knowledge, component.id, regime, setting.as_of) for regime in regimes
        )
        parts.append(min(anchors["compliance_value"][state.state] for state in states))
    return float(sum(parts)) / len(parts)


def _where(component: Component) -> str:
    return "cloud" if "cloud_service" in component.modes else "byoc" if "byoc" in component.modes else "saas"


@lru_cache(maxsize=4096)
def _static_security(knowledge: Knowledge, component_id: str) -> float:
    """Licence standing and security features: what doesn't depend on the workload."""
    component = knowledge.components[component_id]
    licence: float = knowledge.anchors["licence_value"][component.licence_class]
    features = min(len(component.security_features) / SECURITY_FEATURES, 1.0)
    return 0.6 * licence + 0.4 * features
