"""What published training runs reached: their share of the peak, their booked hours, their samples to a target."""

from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from .aliases import table_cache, validated
from .prices import Confidence

if TYPE_CHECKING:
    from .library import Knowledge


class DerivedMfu(BaseModel):
    """Share of the dense 16-bit peak, in percent, derived for a device without a published run of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accelerator: str
    precision: Literal["bf16", "fp8", "fp4"]
    kind: Literal["dense", "moe"]
    mfu_pct: float
    source: str
    as_of: date


class PretrainingTotal(BaseModel):
    """Accelerator hours that were booked for one published pre-training run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    accelerator: str
    kind: Literal["dense", "moe"]
    precision: Literal["bf16", "fp8"]
    active_b: float
    """Parameters that work on a token, in billions."""
    tokens: float
    hours: float
    source: str
    note: str = ""
    as_of: date
    confidence: Confidence


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


def pretraining_totals(knowledge: "Knowledge") -> tuple[PretrainingTotal, ...]:
    """Every published total, in file order."""
    return table_cache(knowledge, _read_totals)


def derived_mfu(knowledge: "Knowledge", accelerator: str, kind: str, precision: str) -> DerivedMfu | None:
    """What is derived for a device that no run was published of; None for most."""
    return table_cache(knowledge, _read_derived).get((accelerator, kind, precision))


def _read_derived(knowledge: "Knowledge") -> dict[tuple[str, str, str], DerivedMfu]:
    name = "perf/training_mfu.csv"
    rows = [validated(DerivedMfu, row, name) for row in knowledge.files.rows(name)]
    return {(row.accelerator, row.kind, row.precision): row for row in rows}


def _read_totals(knowledge: "Knowledge") -> tuple[PretrainingTotal, ...]:
    name = "perf/pretraining_totals.csv"
    return tuple(validated(PretrainingTotal, row, name) for row in knowledge.files.rows(name))


def _read_runs(knowledge: "Knowledge") -> tuple[TrainingRun, ...]:
    name = "perf/training_measured.csv"
    return tuple(validated(TrainingRun, row, name) for row in knowledge.files.rows(name))


def _read_convergence(knowledge: "Knowledge") -> tuple[Convergence, ...]:
    name = "perf/samples_to_converge.csv"
    rows = [validated(Convergence, row, name) for row in knowledge.files.rows(name)]
    return tuple(sorted(rows, key=lambda row: row.global_batch))
