"""Scores of the candidates in one slot: six category values in [0, 1] each, and their weighted sum.

Attributes of the component, its scale envelope against the load, what it costs here, who would run it,
what is already there, and the `value`, `warn` and `guard` rules move them; see docs/formulas/ranking.md.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.records import Component, Rule

from .anchors import clamp, envelope_fit, piecewise, piecewise_log
from .assessment import CATEGORIES, Weights
from .compliance import compliance_state, demanded_regimes
from .cost import Scope, priced_names, service_cost_point, typical_scope
from .gates import Barrier, barrier, rule_barrier
from .operation import Operator, operator
from .profile import Profile
from .risk import vendor_score
from .rule_index import ALWAYS_READ, RuleIndex, Truths

FIT, PERFORMANCE, INTEGRATION, COST, SECURITY, VENDOR = range(6)
UNKNOWN_PERFORMANCE = 0.45
BASE = 0.6
SECURITY_FEATURES = 6
KEPT_STANDINGS = 4_000


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


class Standing(NamedTuple):
    """What holds of a candidate whatever the volumes: all but its envelope fit and its cost."""

    component: Component
    operator: Operator
    reused: bool
    values: tuple[float, float, float, float]
    """performance, integration, security, vendor: final."""
    deltas: tuple[float, float]
    """What rules add to fit and to cost."""
    fixed_usd: tuple[float | None] | None
    """The monthly cost, where it depends on no volume."""
    moved_by: tuple[str, ...]
    cautions: tuple[str, ...]
    barrier: Barrier | None


def score_slot(slot: str, rules: RuleIndex, setting: Setting) -> list[Scored]:
    """All candidates of `slot`, best first; excluded ones last, with their barrier.

    Those below the fit floor come after the fitting ones while a fitting one remains.
    """
    knowledge, values = setting.knowledge, setting.truths.values
    weights = _slot_weights(knowledge, tuple(setting.weights.categories.values()))
    standings = _standings(slot, rules, setting)
    floor = knowledge.anchors["slot_fit_floor"]
    scope = typical_scope(knowledge, values)
    possible = [_score(item, scope, values, knowledge, weights) for item in standings if item.barrier is None]
    possible.sort(key=lambda item: (item.categories[FIT] < floor, -round(item.score, 9), item.component.id))
    excluded = [_excluded(item) for item in standings if item.barrier is not None]
    return possible + sorted(excluded, key=lambda item: item.component.id)


def _excluded(standing: Standing) -> Scored:
    return Scored(standing.component, [0.0] * 6, 0.0, standing.operator, None, (), (), standing.barrier)


def _standings(slot: str, rules: RuleIndex, setting: Setting) -> list[Standing]:
    """Gate and value the candidates; remembered by the rules that hold and the plain values that gates read."""
    values = setting.truths.values
    plain = (
        tuple([values.get(name) for name in ALWAYS_READ]),
        tuple(setting.weights.dimensions.values()),
        setting.profile.key,
        setting.as_of,
    )
    if len(rules.standings) > KEPT_STANDINGS:
        rules.standings.clear()
    kept = rules.standings.setdefault((slot, plain), {})
    held = _held(slot, rules, setting.truths)
    found: list[Standing] | None = kept.get(held)
    if found is None:
        found = kept[held] = _valued(slot, held, rules, setting, kept)
    return found


def _held(slot: str, rules: RuleIndex, truths: Truths) -> tuple[int, ...]:
    """Numbers of the slot's conditions that hold."""
    values, conditions = truths.values, rules.conditions[slot]
    settled = truths.settled.get(slot)
    if settled is None:
        settled = truths.settled[slot] = [
            number
            for number, (when, _, changing) in enumerate(conditions)
            if not changing and when.evaluate(values) is True
        ]
    moving = [
        number
        for number, (when, _, changing) in enumerate(conditions)
        if changing and when.evaluate(values) is True
    ]
    return tuple(sorted(settled + moving))


def _valued(
    slot: str, held: tuple[int, ...], rules: RuleIndex, setting: Setting, kept: dict[Any, Any]
) -> list[Standing]:
    """A standing for each candidate; those that no further rule touches are shared."""
    candidates = rules.slots[slot]
    applying: list[list[tuple[Rule, int]]] = [[] for _ in candidates]
    numbers: list[list[int]] = [[] for _ in candidates]
    for number in held:
        for place, rule, category in rules.conditions[slot][number].effects:
            applying[place].append((rule, category))
            numbers[place].append(number)
    found = []
    for candidate, applied, named in zip(candidates, applying, numbers, strict=True):
        key = (candidate.component.id, *named)
        if key not in kept:
            kept[key] = _standing(candidate.component, slot, setting, applied)
        found.append(kept[key])
    return found


def _standing(
    component: Component, slot: str, setting: Setting, applying: list[tuple[Rule, int]]
) -> Standing:
    knowledge, values = setting.knowledge, setting.truths.values
    run_by, reused = operator(component, values), _reused(component, values)
    blocked = barrier(component, slot, values, knowledge, setting.profile, setting.as_of) or next(
        (rule_barrier(rule) for rule, _ in applying if rule.effect == "exclude"), None
    )
    deltas = [0.0] * len(CATEGORIES)
    for rule, category in applying:
        deltas[category] += rule.delta
    raw = (
        _performance(component, setting.weights.dimensions) + deltas[PERFORMANCE],
        _integration(component, values, knowledge, run_by, reused) + deltas[INTEGRATION],
        _security(component, setting, run_by) + deltas[SECURITY],
        vendor_score(component) + deltas[VENDOR],
    )
    return Standing(
        component,
        run_by,
        reused,
        (clamp(raw[0]), clamp(raw[1]), clamp(raw[2]), clamp(raw[3])),
        (deltas[FIT], deltas[COST]),
        None
        if _volume_priced(knowledge, component.id)
        else (service_cost_point(knowledge, component.id, values),),
        tuple(rule.id for rule, _ in applying if rule.effect in ("value", "require")),
        tuple(rule.id for rule, _ in applying if rule.effect in ("warn", "guard")),
        blocked,
    )


def _score(
    standing: Standing,
    scope: Scope,
    values: Mapping[str, Any],
    knowledge: Knowledge,
    weights: tuple[float, ...],
) -> Scored:
    """The standing with the fit to the volumes and what they cost."""
    component, run_by, reused, settled, deltas, fixed, moved_by, cautions, _ = standing
    performance, integration, security, vendor = settled
    usd = fixed[0] if fixed is not None else service_cost_point(knowledge, component.id, values, scope)
    fit = clamp(_fit(component, values, knowledge, reused) + deltas[0])
    cost = clamp(_cost(usd, values, knowledge) + deltas[1])
    score = (
        weights[FIT] * fit
        + weights[PERFORMANCE] * performance
        + weights[INTEGRATION] * integration
        + weights[COST] * cost
        + weights[SECURITY] * security
        + weights[VENDOR] * vendor
    )
    categories = [fit, performance, integration, cost, security, vendor]
    return Scored(component, categories, score, run_by, usd, moved_by, cautions, None)


@lru_cache(maxsize=256)
def _slot_weights(knowledge: Knowledge, weights: tuple[float, ...]) -> tuple[float, ...]:
    """Category weights among substitutes: fit to the workload counts more than between whole stacks."""
    factor = knowledge.anchors["slot_fit_factor"]
    raw = [weight * factor if index == FIT else weight for index, weight in enumerate(weights)]
    total = sum(raw)
    return tuple(weight / total for weight in raw)


@lru_cache(maxsize=4096)
def _volume_priced(knowledge: Knowledge, component_id: str) -> bool:
    return bool(priced_names(knowledge, component_id))


def _fit(component: Component, values: Mapping[str, Any], knowledge: Knowledge, reused: bool) -> float:
    """Base fit, moved by the worst scale envelope and by reuse."""
    anchors = knowledge.anchors
    if not component.scale:
        return BASE + (anchors["reuse_fit"] if reused else 0.0)
    fits = [
        envelope_fit(need, envelope.low, envelope.high, anchors["envelope_comfort"])
        for envelope in component.scale
        if (need := values.get(envelope.metric)) is not None
    ]
    worst = min(fits, default=None)
    base = BASE if worst is None else 0.15 + 0.6 * worst
    return base + (anchors["reuse_fit"] if reused else 0.0)


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
    component: Component, values: Mapping[str, Any], knowledge: Knowledge, run_by: Operator, reused: bool
) -> float:
    anchors = knowledge.anchors
    complexity = 1 if run_by != "self" else component.ops_complexity
    ease = 1.0 - (complexity - 1) / 4
    if values.get("large_team") is True:
        ease = 0.5 + ease / 2
    elif values.get("tiny_team") is True:
        ease = ease**2
    value = 0.25 + 0.5 * ease
    if reused:
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
    if not existing:
        return False
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
    anchors = setting.knowledge.anchors
    regimes = demanded_regimes(setting.truths.values.get("compliance") or ())
    control = anchors["data_control_value"]["self" if run_by == "self" else _where(component)]
    parts = [_static_security(setting.knowledge, component.id), control]
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
