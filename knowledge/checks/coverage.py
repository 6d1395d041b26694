"""The catalogue offers a choice in every core slot, and a source for every component that is scored."""

from collections.abc import Iterator

from .finding import Finding, error, warning
from .tables import Tables

CHOICES = 3


def check_coverage(tables: Tables) -> Iterator[Finding]:
    """Too few scored components in a core slot; scored components without a fact; stray facts."""
    scored = [placed.record for placed in tables.components.values() if placed.record.scored]
    for slot in tables.slots.values():
        count = sum(slot.record.id in component.slots for component in scored)
        if slot.record.core and count < CHOICES:
            message = f"A core slot needs {CHOICES} scored components; it has {count}."
            yield error(slot.file, slot.record.id, message)
    with_facts = {placed.record.component for placed in tables.facts.values()}
    for placed in tables.components.values():
        component = placed.record
        if component.scored and not component.fact_ids and component.id not in with_facts:
            yield warning(placed.file, component.id, "It is scored but no fact speaks of it.")
