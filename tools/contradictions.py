"""Requirements that exclude each other, found before anything is ranked, and who wins meanwhile."""

from functools import lru_cache
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.expressions import Expression, parse
from knowledge.records import ConflictRule

from .assessment import Conflict
from .requirements import user_evidence_id
from .workload import Workload


class Settled(NamedTuple):
    """A workload without contradictions, and what had to be set aside for it."""

    workload: Workload
    conflicts: tuple[Conflict, ...]


def settle(workload: Workload, values: dict[str, Any], knowledge: Knowledge) -> Settled:
    """Drop the losing side of every contradiction; all are reported."""
    conflicts = []
    for rule, when in _rules(knowledge):
        if not when.holds({**values, "named_api": names_hosted_api(workload, knowledge)}):
            continue
        evidence = tuple(
            user_evidence_id(item)
            for item in workload.known.values()
            if knowledge.fields[item.field].slot in rule.slots
        )
        conflicts.append(
            Conflict(slots=rule.slots, text=rule.text, resolution=rule.resolution, evidence=evidence)
        )
        for field in rule.drops:
            workload = workload.without(field)
    return Settled(workload, tuple(conflicts))


def names_hosted_api(workload: Workload, knowledge: Knowledge) -> bool:
    """Whether the user names a model or provider that only a hosted API offers."""
    named = workload.get("model_named")
    if named is None or named.unknown:
        return False
    text = str(named.value).lower()
    return any(family in text for family in knowledge.providers["hosted_families"])


@lru_cache(maxsize=8)
def _rules(knowledge: Knowledge) -> tuple[tuple[ConflictRule, Expression], ...]:
    return tuple((rule, parse(rule.when)) for rule in knowledge.conflicts)
