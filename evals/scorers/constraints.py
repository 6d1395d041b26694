"""Hard constraints that the recommendation breaks, by what the user told and not by what the advisor noted."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from evals.trace import Trace
from evals.vocabulary import vocabulary
from tools.workload import Known

from .fields import Truth

OFF_CLOUD = frozenset({"on_prem", "air_gapped", "edge", "laptop"})
HOSTED = ("class:managed_llm_api", "class:cloud_llm_platform")


class Limit(NamedTuple):
    """What must stay below a stated limit, and how a sentence that admits otherwise speaks of it."""

    quantity: str
    said: str


LIMITS = {
    "budget_usd_month": Limit("monthly_infra_cost_usd", r"\ba month\b|\bmonthly\b|\bbudget\b"),
    "e2e_latency_ms": Limit("e2e_ms_p95", r"\bwhole answer\b|\bwhole response\b|\bend[- ]to[- ]end\b"),
    "ttft_ms": Limit("ttft_ms_p95", r"\bfirst token\b"),
}
"""By the field that states it."""


def violations(trace: Trace, truth: Truth, said: Sequence[str] = ()) -> tuple[str, ...]:
    """Broken constraints; a limit that the advisor says is broken is its honest answer, not a violation.

    `said` are the sentences in which the recommendation itself names a limit as broken: each excuses that limit
    alone, and none excuses where something runs.
    """
    return (*_hosting(trace, truth), *_limits(trace, truth, said))


def _hosting(trace: Trace, truth: Truth) -> list[str]:
    """A hosted model or a hosted API where everything must run in the user's own rooms."""
    places = _members(truth.get("deployment", ()))
    if not places or not places <= OFF_CLOUD:
        return []
    hosted = vocabulary().expand(HOSTED) | {"compute_managed_api"}
    chosen = {vocabulary().canonical(name) for names in trace.picks.values() for name in names}
    return [f"{name} although it must run {', '.join(sorted(places))}" for name in sorted(hosted & chosen)]


def _limits(trace: Trace, truth: Truth, said: Sequence[str]) -> list[str]:
    found = []
    for field, limit in LIMITS.items():
        limits = [item.upper for item in truth.get(field, ()) if item.upper is not None]
        value = trace.numbers.get(limit.quantity)
        admitted = any(re.search(limit.said, text, re.IGNORECASE) for text in said)
        if limits and value is not None and value > max(limits) and not admitted:
            found.append(f"{limit.quantity} {value:g} above {field} {max(limits):g}")
    return found


def _members(items: Sequence[Known]) -> set[str]:
    found: set[str] = set()
    for item in items:
        found |= set(item.value) if isinstance(item.value, tuple) else {str(item.value)}
    return found
