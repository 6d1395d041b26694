"""How a recommendation reads in the vocabulary of the cases: ordered, many to one, all of it data."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from knowledge import Knowledge
from knowledge.expressions import parse
from tools.assessment import Option, Stack
from tools.values import resolve, with_names
from tools.workload import Workload

from .vocabulary import data_file

ACCELERATOR_SLOT = "cmp.accelerator"
DECISION_SLOTS = {"model_strategy": "dec.model_strategy", "retrieval": "dec.retrieval_pattern"}
COMPUTE_SLOTS = ("cmp.deployment_mode", ACCELERATOR_SLOT)


class Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Named(Entry):
    """A vocabulary id and when it is the one."""

    id: str
    option: str = ""
    when: str = "true"


class Group(Entry):
    """Product slots that a vocabulary slot draws from, most important first."""

    from_: tuple[str, ...] = Field(alias="from")
    when: str = "true"
    take: int | None = None


class SlotMapping(Entry):
    take: int
    groups: tuple[Group, ...]
    otherwise: str = ""
    otherwise_when: str = "true"
    empty_basis: str = ""


class Conversion(Entry):
    to: str
    from_: str = Field(alias="from")
    factor: float


class WordMapping(Entry):
    """evals/data/mapping.yaml."""

    decisions: dict[str, tuple[Named, ...]]
    compute: tuple[Named, ...]
    slots: dict[str, SlotMapping]
    components: dict[str, str]
    numbers: dict[str, tuple[str, ...]]
    labels: dict[str, str]
    qualifiers: frozenset[str]
    count_units: frozenset[str]
    currencies: dict[str, str]
    scales: dict[str, float]
    component_fields: frozenset[str]
    conversions: tuple[Conversion, ...]
    roles_left_out: tuple[str, ...]


class Translation(NamedTuple):
    """A stack in the words of the cases."""

    picks: dict[str, list[str]]
    alternatives: dict[str, list[str]]
    citations: dict[str, list[str]]


@lru_cache(maxsize=1)
def mapping() -> WordMapping:
    """The mapping, read once."""
    return WordMapping.model_validate(data_file("mapping.yaml"))


def translate(stacks: tuple[Stack, ...], workload: Workload, knowledge: Knowledge) -> Translation:
    """The winner's picks, what would come next in each slot, and the evidence of each primary pick."""
    if not stacks:
        return Translation({}, {}, {})
    views = [_View(stack, workload, knowledge) for stack in stacks]
    picks: dict[str, list[str]] = {}
    alternatives: dict[str, list[str]] = {}
    citations: dict[str, list[str]] = {}
    for slot in (*DECISION_SLOTS, "compute", *mapping().slots):
        chosen = views[0].picks(slot)
        if not chosen:
            continue
        picks[slot] = chosen
        others = [*views[0].runners_up(slot), *(name for view in views[1:] for name in view.picks(slot)[:1])]
        alternatives[slot] = [name for name in dict.fromkeys(others) if name not in chosen]
        citations[slot] = views[0].evidence(slot)
    return Translation(picks, alternatives, citations)


def unmapped(knowledge: Knowledge) -> list[str]:
    """`slot: component` of each component that may be picked for a slot of the cases without a word there."""
    sources = {source for spec in mapping().slots.values() for group in spec.groups for source in group.from_}
    return [
        f"{slot}: {component.id}"
        for component in knowledge.components.values()
        if component.scored and component.id not in mapping().components
        for slot in component.slots
        if slot in sources
    ]


def unmapped_options(knowledge: Knowledge) -> list[str]:
    """Options of the decisions without a word in the cases."""
    words = {entry.option for entries in mapping().decisions.values() for entry in entries}
    return [option for option in knowledge.decisions if option not in words]


class _View:
    """One stack with the values that the mapping's conditions read."""

    def __init__(self, stack: Stack, workload: Workload, knowledge: Knowledge) -> None:
        self._stack = stack
        self._values = _names(stack, workload, knowledge)

    def picks(self, slot: str) -> list[str]:
        if slot in DECISION_SLOTS:
            return [self._decision(slot, self._option(slot))]
        if slot == "compute":
            return [entry.id for entry in mapping().compute if self._holds(entry.when)][:1]
        spec, group = mapping().slots[slot], self._group(slot)
        names = [_word(self._stack.picks[source].component) for source in self._filled(group)]
        limit = spec.take if group is None or group.take is None else group.take
        if names:
            return list(dict.fromkeys(names))[:limit]
        return [spec.otherwise] if spec.otherwise and self._holds(spec.otherwise_when) else []

    def runners_up(self, slot: str) -> list[str]:
        """Next best options of the product slot that gave the primary pick."""
        if slot in DECISION_SLOTS:
            options = self._stack.runners_up.get(DECISION_SLOTS[slot], ())
            return [self._decision(slot, option) for option in options]
        if slot == "compute":
            return []
        source = next(iter(self._filled(self._group(slot))), "")
        return [_word(option.component) for option in self._stack.runners_up.get(source, ())]

    def evidence(self, slot: str) -> list[str]:
        """Evidence of the primary pick, or of the decision that makes the slot unnecessary."""
        if slot in DECISION_SLOTS:
            return list(self._option(slot).reasons)
        if slot == "compute":
            sources: Iterable[str] = [name for name in COMPUTE_SLOTS if name in self._stack.picks]
            reasons = [reason for name in sources for reason in self._stack.picks[name].reasons]
            return list(dict.fromkeys(reasons)) or list(self._stack.model_strategy.reasons)
        source = next(iter(self._filled(self._group(slot))), "")
        if source:
            return list(self._stack.picks[source].reasons)
        return self.evidence(mapping().slots[slot].empty_basis or "model_strategy")

    def _option(self, slot: str) -> Option:
        return self._stack.model_strategy if slot == "model_strategy" else self._stack.retrieval_pattern

    def _decision(self, slot: str, option: Option) -> str:
        entries = (entry for entry in mapping().decisions[slot] if entry.option == option.component)
        return next((entry.id for entry in entries if self._holds(entry.when)), option.component)

    def _group(self, slot: str) -> Group | None:
        """The first group that applies and has a pick."""
        groups = (group for group in mapping().slots[slot].groups if self._holds(group.when))
        return next((group for group in groups if self._filled(group)), None)

    def _filled(self, group: Group | None) -> list[str]:
        """Product slots of the group that have a pick with a word."""
        picks = self._stack.picks
        sources = group.from_ if group else ()
        return [source for source in sources if source in picks and _word(picks[source].component)]

    def _holds(self, condition: str) -> bool:
        return parse(condition).holds(self._values)


def _names(stack: Stack, workload: Workload, knowledge: Knowledge) -> Mapping[str, Any]:
    """Fields, derived names and decision names, and where and on what the stack runs."""
    strategy, pattern = stack.model_strategy.component, stack.retrieval_pattern.component
    accelerator = stack.picks.get(ACCELERATOR_SLOT)
    decided: dict[str, Any] = {
        "strategy": strategy,
        "pattern": pattern,
        "deployment_mode": stack.deployment or None,
        "accelerator": accelerator.component if accelerator else None,
    }
    for option in (strategy, pattern):
        if option in knowledge.decisions:
            decided.update(knowledge.decisions[option].sets)
    return with_names(resolve(workload, knowledge).values, decided, knowledge)


def _word(component: str) -> str:
    """The word for a component; one that has none is shown under its own name, and so is never acceptable."""
    return mapping().components.get(component, component)
