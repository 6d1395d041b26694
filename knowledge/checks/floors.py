"""What the knowledge base once reached stays reached: floors as data, an error when a count falls below one."""

from collections.abc import Iterator

from pydantic import Field, ValidationError

from ..records import Component, Record
from .completeness import (
    attributes_known,
    known_kinds,
    licence_known,
    missing,
    with_prices,
)
from .finding import Finding, error
from .model_licences import model_licences_read, open_models_rated
from .overlap import measured_facts
from .tables import Tables

FLOORS = "catalog/floors.yaml"


class Floors(Record):
    """The least that must be known."""

    facts: int = 0
    licences_known: int = 0
    """Scored components whose licence or terms were read."""
    overlap_measured: int = 0
    """Facts whose words were held against their source as both stand now."""
    model_licences_read: int = 0
    """Open models whose licence was read where the maker states it."""
    attributes_known: float = Field(default=0, ge=0, le=1)
    """Share of the typed attributes, over all scored components."""
    attributes_known_each: float = Field(default=0, ge=0, le=1)
    """The same of each scored component."""
    open_models_rated: int = 0
    """Open language models with published quality results."""
    complete: dict[str, int] = Field(default_factory=dict)
    """Slot -> scored components with a fact of every kind that is asked of them."""


def check_floors(tables: Tables) -> Iterator[Finding]:
    """Counts that have fallen below the floors; without the file there are none."""
    if not tables.files.is_plain(FLOORS):
        return
    try:
        floors = Floors.model_validate(tables.yaml(FLOORS) or {})
    except ValidationError as invalid:
        yield error(FLOORS, "", str(invalid.errors()[0]["msg"]))
        return
    scored = [placed.record for placed in tables.components.values() if placed.record.scored]
    yield from _fallen("facts", len(tables.facts), floors.facts)
    yield from _fallen("licences_known", sum(map(licence_known, scored)), floors.licences_known)
    yield from _fallen("overlap_measured", measured_facts(tables), floors.overlap_measured)
    yield from _fallen("model_licences_read", model_licences_read(tables), floors.model_licences_read)
    yield from _fallen("open_models_rated", open_models_rated(tables), floors.open_models_rated)
    priced = with_prices(tables)
    yield from _fallen(
        "attributes_known", round(attributes_known(scored, priced), 4), floors.attributes_known
    )
    for component in scored:
        known = round(attributes_known([component], priced), 4)
        yield from _fallen(f"attributes_known of {component.id}", known, floors.attributes_known_each)
    complete = complete_in_slots(tables, scored)
    for slot, floor in floors.complete.items():
        yield from _fallen(f"complete {slot}", complete.get(slot, 0), floor)


def complete_in_slots(tables: Tables, scored: list[Component]) -> dict[str, int]:
    """Slot -> how many of its scored components lack no kind of fact."""
    kinds = known_kinds(placed.record for placed in tables.facts.values())
    found: dict[str, int] = {}
    for component in scored:
        if not missing(component, kinds.get(component.id, frozenset())):
            for slot in component.slots:
                found[slot] = found.get(slot, 0) + 1
    return found


def _fallen(name: str, value: float, floor: float) -> Iterator[Finding]:
    if value < floor:
        yield error(FLOORS, name, f"It has fallen to {value:g}; the floor is {floor:g}.")
