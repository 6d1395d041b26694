"""What one generated picture of a model is: how many steps, how large. Published operations and rates stand for it."""

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field

from .aliases import table_cache
from .prices import Confidence
from .records import Record
from .tables import read_table

if TYPE_CHECKING:
    from .library import Knowledge


class Picture(NamedTuple):
    """A square picture that is drawn in `steps` passes of denoising."""

    steps: int
    side_px: int


class PublishedPicture(Record):
    """The picture for which a model's operations in perf/models.csv stand."""

    model: str
    steps: int = Field(ge=1)
    side_px: int = Field(ge=64)
    source: str
    as_of: date
    confidence: Confidence


def picture_of(knowledge: "Knowledge", model: str) -> Picture | None:
    """None for models that draw nothing."""
    return table_cache(knowledge, _by_model).get(model)


def _by_model(knowledge: "Knowledge") -> dict[str, Picture]:
    rows = read_table(knowledge, "perf/pictures.csv", PublishedPicture)
    return {row.model: Picture(row.steps, row.side_px) for row in rows}
