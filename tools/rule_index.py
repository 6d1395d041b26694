"""Rules arranged for quick use: by slot and component, with what is static settled once.

A rule's `where` reads only the component, so it is settled when the index is built; its `when` reads
values and decision names and is evaluated at most once per context, whatever number of candidates
share it.
"""

import gc
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.expressions import Expression, parse
from knowledge.records import Component, Decision, Rule

from .assessment import CATEGORIES
from .cost import priced_names
from .operation import MANAGED_MODES, OWN_MODES

DECISION_SLOTS = {"model_strategy": "dec.model_strategy", "retrieval_pattern": "dec.retrieval_pattern"}


class Applied(NamedTuple):
    """A rule as it bears on one candidate."""

    rule: Rule
    when: Expression
    category: int
    """Index into CATEGORIES."""


class Candidate(NamedTuple):
    """A scored component in one slot, with its rules."""

    component: Component
    rules: tuple[Applied, ...]


class Condition(NamedTuple):
    """A condition of a slot's rules, and on which candidates (by place) what follows from it."""

    when: Expression
    effects: tuple[tuple[int, Rule, int], ...]
    """(place of the candidate, rule, category)."""
    changing: bool
    """Whether it reads a name that decisions or sizes set."""


class RuleIndex(NamedTuple):
    """Candidates by slot, and decision options with their rules."""

    slots: dict[str, tuple[Candidate, ...]]
    conditions: dict[str, tuple[Condition, ...]]
    """slot -> the distinct conditions of its rules, each evaluated once for all candidates."""
    options: dict[str, tuple[tuple[Decision, Expression, tuple[Applied, ...]], ...]]
    option_conditions: dict[str, tuple[Expression, ...]]
    """decision -> the distinct conditions of its options' rules."""
    needs: dict[str, Expression]
    changing: frozenset[str]
    """Names that decisions and sizes set, and what is derived from them."""
    reads: dict[str, tuple[str, ...]]
    """slot -> every value that the scores of its candidates depend on."""
    standings: dict[Any, Any]
    """What scores hold apart from volumes, and scored options, by what they depend on."""
    scores: dict[Any, Any]
    """Scores of a slot by what they depend on: workloads that agree on it share them."""


class Truths:
    """Conditions evaluated at most once over one set of values.

    The settings of one workload differ only in names that decisions and sizes set: what a condition
    that reads none of them says is shared between all of them.
    """

    __slots__ = ("_changing", "_own", "_shared", "settled", "values")

    def __init__(self, values: Mapping[str, Any], changing: frozenset[str] = frozenset()) -> None:
        self.values = values
        self._changing = changing
        self._shared: dict[str, bool] = {}
        self.settled: dict[str, list[int]] = {}
        """slot -> its conditions that hold whatever the changing names are."""
        self._own: dict[str, bool] = {}

    def under(self, values: Mapping[str, Any]) -> "Truths":
        """The same workload with other values of the changing names."""
        other = Truths(values, self._changing)
        if self._changing:
            other._shared, other.settled = self._shared, self.settled
        return other

    def holds(self, expression: Expression) -> bool:
        text = expression.text
        known = self._own.get(text)
        if known is None:
            known = self._shared.get(text)
        if known is None:
            memo = self._shared if self._changing.isdisjoint(expression.names) else self._own
            known = memo[text] = expression.evaluate(self.values) is True
        return known


@lru_cache(maxsize=8)
def rule_index(knowledge: Knowledge) -> RuleIndex:
    """The index of `knowledge`, built once."""
    by_slot: dict[str, list[Rule]] = {}
    for rule in knowledge.rules.values():
        by_slot.setdefault(rule.slot, []).append(rule)
    slots = {
        slot: tuple(
            Candidate(component, _applied(component, (*by_slot.get(slot, ()), *by_slot.get("", ()))))
            for component in knowledge.components.values()
            if component.scored and slot in component.slots
        )
        for slot in knowledge.slots
    }
    options = {
        kind: tuple(
            (option, parse(option.gate), _for_option(option, by_slot.get(slot, [])))
            for option in knowledge.decisions.values()
            if option.decision == kind
        )
        for kind, slot in DECISION_SLOTS.items()
    }
    needs = {slot.id: parse(slot.need) for slot in knowledge.slots.values()}
    reads = {slot: _reads(knowledge, candidates) for slot, candidates in slots.items()}
    option_conditions = {
        kind: tuple({rule.when.text: rule.when for _, _, applied in found for rule in applied}.values())
        for kind, found in options.items()
    }
    changing = _changing(knowledge)
    conditions = {slot: _conditions(candidates, changing) for slot, candidates in slots.items()}
    # The tables never die: frozen, the collector stops walking them, which took a fifth of a ranking.
    gc.freeze()
    return RuleIndex(slots, conditions, options, option_conditions, needs, changing, reads, {}, {})


def _changing(knowledge: Knowledge) -> frozenset[str]:
    """Every name that isn't settled by the workload alone."""
    settled = set(knowledge.fields)
    for name, derived in knowledge.derived.items():
        if parse(derived.formula).names <= settled:
            settled.add(name)
    rules = [*knowledge.rules.values()]
    read = {name for rule in rules for name in parse(rule.when).names}
    read |= {name for slot in knowledge.slots.values() for name in parse(slot.need).names}
    read |= {name for option in knowledge.decisions.values() for name in option.sets}
    return frozenset(read - settled)


def _conditions(candidates: tuple[Candidate, ...], changing: frozenset[str]) -> tuple[Condition, ...]:
    """Rules by condition: many candidates share one."""
    grouped: dict[str, tuple[Expression, list[tuple[int, Rule, int]]]] = {}
    for place, candidate in enumerate(candidates):
        for rule, when, category in candidate.rules:
            grouped.setdefault(when.text, (when, []))[1].append((place, rule, category))
    return tuple(
        Condition(when, tuple(effects), not changing.isdisjoint(when.names))
        for when, effects in grouped.values()
    )


ALWAYS_READ = (
    "existing_components", "avoid_components", "existing_cloud", "perimeter_closed", "sovereign_only",
    "api_terms_refused", "edge_only", "licence_policy", "large_team", "tiny_team", "compliance", "residency",
)  # fmt: skip
"""What gates and attribute scores read besides rules, envelopes and prices."""


def _reads(knowledge: Knowledge, candidates: tuple[Candidate, ...]) -> tuple[str, ...]:
    """Everything that the scores of these candidates depend on."""
    names = {*ALWAYS_READ, "budget_usd_month"}
    for candidate in candidates:
        names.update(name for applied in candidate.rules for name in applied.when.names)
        names.update(envelope.metric for envelope in candidate.component.scale)
        names.update(priced_names(knowledge, candidate.component.id))
    return tuple(sorted(names))


def component_attributes(component: Component) -> dict[str, Any]:
    """What a rule's `where` may read of a component."""
    return {
        "id": component.id,
        "status": component.status,
        "licence_class": component.licence_class,
        "ops_complexity": component.ops_complexity,
        "managed": bool(component.modes & MANAGED_MODES),
        "self_hosted": bool(component.modes & OWN_MODES),
        "jurisdiction": component.jurisdiction,
        "maturity": component.maturity,
        "vendor_type": component.vendor_type,
        "months_since_release": component.months_since_release,
        "exit_path": component.exit_path,
        "slots": component.slots,
        "modes": tuple(component.modes),
        "clouds": tuple(component.clouds),
    }


def _applied(component: Component, rules: tuple[Rule, ...]) -> tuple[Applied, ...]:
    attributes = component_attributes(component)
    return tuple(
        Applied(rule, parse(rule.when), CATEGORIES.index(rule.category))
        for rule in rules
        if (not rule.components or component.id in rule.components)
        and (not rule.where or parse(rule.where).holds(attributes))
    )


def _for_option(option: Decision, rules: list[Rule]) -> tuple[Applied, ...]:
    return tuple(
        Applied(rule, parse(rule.when), CATEGORIES.index(rule.category))
        for rule in rules
        if not rule.components or option.id in rule.components
    )
