"""How much of what a choice of components needs to know is told by facts, and how much of that is still fresh."""

from collections.abc import Iterable
from datetime import date

from .checks.completeness import asked
from .listing import is_overdue
from .records import Component, Fact

PAST_REVIEW = 0.5
"""Of a fact, where nothing fresher tells the same."""


def evidence_coverage(components: Iterable[Component], facts: Iterable[Fact], as_of: date) -> float:
    """Share of the kinds of facts that are asked of these components (`completeness.asked`) that a fact tells; a kind
    that only facts past their review date tell counts half. 1 where nothing is asked."""
    told: dict[tuple[str, str], float] = {}
    for fact in facts:
        key = fact.component, fact.kind
        told[key] = max(told.get(key, 0.0), PAST_REVIEW if is_overdue(fact, as_of) else 1.0)
    counted = [told.get((item.id, kind), 0.0) for item in components for kind in asked(item)]
    return sum(counted) / len(counted) if counted else 1.0
