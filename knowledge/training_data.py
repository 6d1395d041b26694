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


class TrainingRun(BaseModel):
    """Share of the dense 16-bit peak that published runs of one model reached; the median over runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accelerator: str
    architecture: str
    kind: Literal["dense", "moe"]
    precision: Literal["bf16", "fp8", "fp4"]
    share_pct: float
    """Of the 16-bit peak at any precision, attention counted; above 100 where 8 or 4 bit are faster."""
    runs: int
    source: str


class Convergence(BaseModel):
    """Samples that a benchmark's reference needs to reach its target at one batch size."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    architecture: str
    mode: Literal["lora", "pretrain"]
    global_batch: int
    samples: float
    tokens_per_sample: float
    source: str
    as_of: date


def convergence(knowledge: "Knowledge", architecture: str, mode: str) -> tuple[Convergence, ...]:
    """The published points of a benchmark, smallest batch first; none where it isn't one."""
    points = table_cache(knowledge, _read_convergence)
    return tuple(point for point in points if (point.architecture, point.mode) == (architecture, mode))


def training_runs(knowledge: "Knowledge") -> tuple[TrainingRun, ...]:
    """Every measured training run, in file order."""
    return table_cache(knowledge, _read_runs)


def long_runs(knowledge: "Knowledge", accelerator: str) -> TrainingMfu | None:
    """What pre-training runs on hundreds of the accelerator reached; None where none is published."""
    return table_cache(knowledge, _read).get((accelerator, "pretrain"))


def training_mfu(knowledge: "Knowledge", accelerator: str, kind: str) -> TrainingMfu:
    """The row of the accelerator, or the one that stands for any other."""
    table = table_cache(knowledge, _read)
    fallback = "dense" if kind == "pretrain" else kind
    return table.get((accelerator, kind)) or table.get((accelerator, fallback)) or table["*", fallback]


def _read(knowledge: "Knowledge") -> dict[tuple[str, str], TrainingMfu]:
    name = "perf/training_mfu.csv"
    rows = [validated(TrainingMfu, row, name) for row in knowledge.files.rows(name)]
    return {(row.accelerator, row.kind): row for row in rows}


def _read_runs(knowledge: "Knowledge") -> tuple[TrainingRun, ...]:
    name = "perf/training_measured.csv"
    return tuple(validated(TrainingRun, row, name) for row in knowledge.files.rows(name))


def _read_convergence(knowledge: "Knowledge") -> tuple[Convergence, ...]:
    name = "perf/samples_to_converge.csv"
    rows = [validated(Convergence, row, name) for row in knowledge.files.rows(name)]
    return tuple(sorted(rows, key=lambda row: row.global_batch))
