"""How many values a model computes between its layers for one item: what it moves through memory."""

from datetime import date
from typing import TYPE_CHECKING

from pydantic import Field

from .aliases import table_cache
from .records import Record
from .tables import read_table

if TYPE_CHECKING:
    from .library import Knowledge


class Activations(Record):
    """One model."""

    model: str
    millions: float = Field(gt=0)
    source: str
    as_of: date


def activations_of(knowledge: "Knowledge", model: str) -> float | None:
    """Values an item; None where nobody published them."""
    return table_cache(knowledge, _by_model).get(model)


def _by_model(knowledge: "Knowledge") -> dict[str, float]:
    rows = read_table(knowledge, "perf/activations.csv", Activations)
    return {row.model: row.millions * 1e6 for row in rows}
