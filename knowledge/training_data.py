"""Model FLOPs utilisation of published training runs, by accelerator."""

from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from .aliases import table_cache, validated

if TYPE_CHECKING:
    from .library import Knowledge


class TrainingMfu(BaseModel):
    """Share of the dense 16-bit peak that training reached, in percent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accelerator: str
    """Accelerator key; `*` stands for any other."""
    precision: str
    kind: Literal["dense", "moe", "pretrain"]
    """`pretrain`: long runs on hundreds of devices."""
    low_pct: float
    mfu_pct: float
    high_pct: float
    source: str
    as_of: date


def training_mfu(knowledge: "Knowledge", accelerator: str, kind: str) -> TrainingMfu:
    """The row of the accelerator, or the one that stands for any other."""
    table = table_cache(knowledge, _read)
    fallback = "dense" if kind == "pretrain" else kind
    return table.get((accelerator, kind)) or table.get((accelerator, fallback)) or table["*", fallback]


def _read(knowledge: "Knowledge") -> dict[tuple[str, str], TrainingMfu]:
    name = "perf/training_mfu.csv"
    rows = [validated(TrainingMfu, row, name) for row in knowledge.files.rows(name)]
    return {(row.accelerator, row.kind): row for row in rows}
