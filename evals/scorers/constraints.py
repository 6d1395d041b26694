"""Hard constraints that the recommendation breaks, by what the user told and not by what the advisor noted."""

from collections.abc import Sequence

from evals.trace import Trace
from evals.vocabulary import vocabulary
from tools.workload import Known

from .fields import Truth

OFF_CLOUD = frozenset({"on_prem", "air_gapped", "edge", "laptop"})
HOSTED = ("class:managed_llm_api", "class:cloud_llm_platform")
LIMITS = {
    "budget_usd_month": "monthly_infra_cost_usd",
    "e2e_latency_ms": "e2e_ms_p95",
    "ttft_ms": "ttft_ms_p95",
}
"""Field with an upper limit -> the quantity that must stay below it."""


def violations(trace: Trace, truth: Truth, said: Sequence[str] = ()) -> tuple[str, ...]:
    """Broken constraints; a limit that the advisor says is broken is its honest answer, not a violation.

    `said` are the limits that the recommendation itself names as broken.
    """
    broken = [*_hosting(trace, truth)]
    return tuple(broken if said else [*broken, *_limits(trace, truth)])


def _hosting(trace: Trace, truth: Truth) -> list[str]:
    """A hosted model or a hosted API where everything must run in the user's own rooms."""
    places = _members(truth.get("deployment", ()))
    if not places or not places <= OFF_CLOUD:
        return []
    hosted = vocabulary().expand(HOSTED) | {"compute_managed_api"}
    chosen = {vocabulary().canonical(name) for names in trace.picks.values() for name in names}
    return [f"{name} although it must run {', '.join(sorted(places))}" for name in sorted(hosted & chosen)]


def _limits(trace: Trace, truth: Truth) -> list[str]:
    found = []
    for field, quantity in LIMITS.items():
        limits = [item.upper for item in truth.get(field, ()) if item.upper is not None]
        value = trace.numbers.get(quantity)
        if limits and value is not None and value > max(limits):
            found.append(f"{quantity} {value:g} above {field} {max(limits):g}")
    return found


def _members(items: Sequence[Known]) -> set[str]:
    found: set[str] = set()
    for item in items:
        found |= set(item.value) if isinstance(item.value, tuple) else {str(item.value)}
    return found
