"""Requirements that exclude each other: found before anything is ranked, and by what the ranking costs.

The conditions and their words are data (`workload/conflicts.yaml`); their figures come from `feasibility`.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.expressions import Expression, parse
from knowledge.records import ConflictRule

from .assessment import Conflict
from .draft import Draft
from .feasibility import feasibility
from .requirements import user_evidence_id
from .wording import number
from .workload import Workload

RANKED_NAMES = frozenset({"cheapest_usd_month", "budget_factor", "budget_margin", "affordable_share_pct"})
"""Names that only a ranking gives a value to."""
VOLUME_FIELDS = (
    "request_rate_rps", "peak_rate_rps", "events_per_s", "users_total", "users_concurrent",
)  # fmt: skip
TOKEN_FIELDS = frozenset({"input_tokens", "output_tokens"})


class Settled(NamedTuple):
    """A workload without contradictions, and what had to be set aside for it."""

    workload: Workload
    conflicts: tuple[Conflict, ...]


def settle(workload: Workload, values: dict[str, Any], knowledge: Knowledge) -> Settled:
    """Drop the losing side of every contradiction; all are reported."""
    named = {"named_api": names_hosted_api(workload, knowledge), **feasibility(values, knowledge)}
    found = _found(_rules(knowledge, ranked=False), {**values, **named})
    conflicts = tuple(_conflict(rule, workload, {**values, **named}, knowledge) for rule in found)
    for rule in found:
        for field in rule.drops:
            workload = workload.without(field)
    return Settled(workload, conflicts)


def shortfalls(
    workload: Workload, values: Mapping[str, Any], drafts: Sequence[Draft], knowledge: Knowledge
) -> tuple[Conflict, ...]:
    """What the candidates themselves show: no stack for the stated volume comes near the budget."""
    budget = values.get("budget_usd_month")
    if not budget or not drafts or not any(field in workload.known for field in VOLUME_FIELDS):
        return ()
    cheapest = min(draft.usd_infra for draft in drafts)
    sized = values.get("llm_work") is not True or workload.known.keys() >= TOKEN_FIELDS
    margins = knowledge.anchors["budget_margin"]
    figures = {
        "budget_margin": margins["stated_tokens" if sized else "assumed_tokens"],
        "cheapest_usd_month": cheapest,
        "budget_factor": cheapest / budget,
        "affordable_share_pct": 100 * budget / cheapest if cheapest else 100.0,
    }
    known = {**values, **figures}
    found = _found(_rules(knowledge, ranked=True), known)
    return tuple(_conflict(rule, workload, known, knowledge) for rule in found)


def names_hosted_api(workload: Workload, knowledge: Knowledge) -> bool:
    """Whether the user names a model or provider that only a hosted API offers."""
    named = workload.get("model_named")
    if named is None or named.unknown:
        return False
    text = str(named.value).lower()
    return any(family in text for family in knowledge.providers["hosted_families"])


def conflict_evidence_ids(workload: Workload, slots: Iterable[str], knowledge: Knowledge) -> tuple[str, ...]:
    """What the user said about `slots`."""
    wanted = frozenset(slots)
    said = (item for item in workload.known.values() if knowledge.fields[item.field].slot in wanted)
    return tuple(dict.fromkeys(user_evidence_id(item) for item in said))


def _found(
    rules: tuple[tuple[ConflictRule, Expression], ...], values: Mapping[str, Any]
) -> list[ConflictRule]:
    return [rule for rule, when in rules if when.holds(values)]


def _conflict(
    rule: ConflictRule, workload: Workload, values: Mapping[str, Any], knowledge: Knowledge
) -> Conflict:
    words = {
        name: number(value) if isinstance(value, int | float) else value for name, value in values.items()
    }
    return Conflict(
        slots=rule.slots,
        text=rule.text.format_map(words),
        resolution=rule.resolution.format_map(words),
        evidence=conflict_evidence_ids(workload, rule.slots, knowledge),
    )


@lru_cache(maxsize=16)
def _rules(knowledge: Knowledge, ranked: bool) -> tuple[tuple[ConflictRule, Expression], ...]:
    """The rules whose conditions need a ranking, or the others."""
    parsed = [(rule, parse(rule.when)) for rule in knowledge.conflicts]
    return tuple((rule, when) for rule, when in parsed if bool(when.names & RANKED_NAMES) is ranked)
