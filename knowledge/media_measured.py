"""Published throughput of speech and image models: seconds of audio, or images, a second on one device."""

from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from .aliases import table_cache
from .media_prices import MediaTask
from .prices import Confidence
from .records import Record
from .tables import read_table

if TYPE_CHECKING:
    from .library import Knowledge


class MediaRun(Record):
    """One published measurement."""

    model: str
    accelerator: str
    task: MediaTask
    units_per_s: float = Field(gt=0)
    unit: Literal["audio-s/s", "images/s"]
    conditions: str
    steps: int | None = Field(default=None, ge=1)
    side_px: int | None = Field(default=None, ge=64)
    """Of a picture: passes of denoising, and pixels of its side."""
    source: str
    as_of: date
    confidence: Confidence


def media_runs(knowledge: "Knowledge", model: str) -> tuple[MediaRun, ...]:
    """Measurements of `model`, the fastest first."""
    return table_cache(knowledge, _by_model).get(model, ())


def _by_model(knowledge: "Knowledge") -> dict[str, tuple[MediaRun, ...]]:
    found: dict[str, list[MediaRun]] = {}
    for row in read_table(knowledge, "perf/media_measured.csv", MediaRun):
        found.setdefault(row.model, []).append(row)
    return {
        model: tuple(sorted(rows, key=lambda row: (-row.units_per_s, row.accelerator)))
        for model, rows in found.items()
    }
