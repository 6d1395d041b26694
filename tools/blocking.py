"""Where no stack is left at all: the smallest set of stated requirements that exclude each other, by name.

Found by deletion: each requirement in turn is left out, and stays out if nothing is possible without it either.
"""

from collections.abc import Sequence
from datetime import date

from knowledge import Knowledge

from .assessment import Conflict
from .contradictions import conflict_evidence_ids, shortfalls
from .profile import Profile
from .ranking import Ranking, rank
from .wording import field_label, number, unit_words
from .workload import Workload

CONSTRAINING = (
    "avoid_components", "licence_policy", "compliance", "residency", "foreign_law_refused", "no_egress",
    "api_terms_refused", "offline_operation", "deployment", "hardware_platform", "owned_accelerators",
    "accelerator_wanted", "open_weights", "model_named", "model_params_b", "training_need", "context_tokens",
    "input_tokens", "output_tokens", "vector_count", "corpus_gb", "corpus_documents", "deterministic_latency",
    "budget_usd_month", "ttft_ms", "tpot_ms", "e2e_latency_ms", "peak_rate_rps", "request_rate_rps",
    "events_per_s",
)  # fmt: skip
"""Fields that can rule stacks out; those that people rather give up stand first, so that they are left out first."""
VOLUME_AND_MONEY = frozenset({"request_rate_rps", "peak_rate_rps", "events_per_s", "budget_usd_month"})


def blocked(ranking: Ranking, knowledge: Knowledge, as_of: date, profile: Profile) -> tuple[Conflict, ...]:
    """The requirements that leave no stack, and what the volume would cost without them."""
    if ranking.drafts:
        return ()

    def possible(workload: Workload) -> Ranking | None:
        found = rank(workload, knowledge, as_of, profile)
        return found if found.drafts else None

    fields = [field for field in CONSTRAINING if field in ranking.workload.known]
    free = _without(ranking.workload, fields)
    if not fields or possible(free) is None:
        return ()
    needed = list(fields)
    for field in fields:
        fewer = [item for item in needed if item != field]
        if possible(_without(ranking.workload, [item for item in fields if item not in fewer])) is None:
            needed = fewer
    other = possible(_without(ranking.workload, [item for item in needed if item not in VOLUME_AND_MONEY]))
    short = (
        () if other is None else shortfalls(ranking.workload, other.resolved.values, other.drafts, knowledge)
    )
    return (_conflict(needed, ranking.workload, knowledge), *short)


def _without(workload: Workload, fields: Sequence[str]) -> Workload:
    for field in fields:
        workload = workload.without(field)
    return workload


def _conflict(fields: Sequence[str], workload: Workload, knowledge: Knowledge) -> Conflict:
    slots = tuple(dict.fromkeys(knowledge.fields[field].slot for field in fields))
    told = [_words(field, workload, knowledge) for field in fields]
    if len(told) == 1:
        text = f"No stack is left: {told[0]} rules every one out."
    else:
        text = f"No stack is left: {', '.join(told[:-1])} and {told[-1]} exclude each other."
    evidence = conflict_evidence_ids(workload, slots, knowledge)
    return Conflict(slots=slots, text=text, resolution="One of these has to give.", evidence=evidence)


def _words(field: str, workload: Workload, knowledge: Knowledge) -> str:
    item, label = workload.known[field], field_label(field)
    value = item.upper if knowledge.fields[field].use_upper and item.upper is not None else item.point
    if isinstance(value, int | float):
        return f"{label} {number(value)} {unit_words(knowledge.fields[field].unit)}".strip()
    shown = _listed(value) if isinstance(value, tuple) else str(value)
    return f"{label} {shown.replace('_', ' ')}"


MOST_NAMED = 4


def _listed(values: tuple[str, ...]) -> str:
    """The first few by name, the rest by number."""
    rest = len(values) - MOST_NAMED
    return ", ".join(values) if rest <= 0 else f"{', '.join(values[:MOST_NAMED])} and {rest} more"
