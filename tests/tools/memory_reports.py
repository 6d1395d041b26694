"""Published engine logs and out-of-memory reports, and what the memory model says of each."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, cast

from knowledge import Knowledge
from knowledge.hardware import accelerators
from knowledge.models import resolve_model
from tools.sizing.engine_defaults import Engine, unasked_settings
from tools.sizing.engine_memory import EngineSettings, engine_memory
from tools.sizing.fit import lacking_gib

DATA = Path(__file__).parent / "data"
Row = dict[str, str]
Settings = Callable[[Knowledge, Row], EngineSettings]
"""The settings with which a published start is computed."""


class LogCheck(NamedTuple):
    """Room for caches: logged beside predicted, in tokens or GiB."""

    id: str
    fresh: bool
    """Found after the last change to the model."""
    logged: float
    predicted: float

    @property
    def error(self) -> float:
        return self.predicted / self.logged - 1


class MemoryCheck(NamedTuple):
    """What each device lacks, in GiB, where somebody ran out of memory."""

    id: str
    lacking: float


def stated(knowledge: Knowledge, row: Row) -> EngineSettings:
    """Everything as its page has it."""
    return EngineSettings(
        memory_share=float(row["memory_share"]),
        prompt_tokens=float(row["batch_tokens"]),
        sequences=float(row["sequences"]),
        cache_precision=row["cache_precision"],
        pipeline=int(row["pipeline"]),
        work="beside" if row["engine"] == "sglang" else "within",
        sorts=row["sorts"] == "yes",
    )


def unasked(knowledge: Knowledge, row: Row) -> EngineSettings:
    """Engine, share and stages as its page has them; the rest as llm-memory takes it unasked."""
    found = unasked_settings(
        knowledge,
        cast(Engine, row["engine"]),
        accelerators(knowledge)[row["accelerator"]],
        float(row["context"]),
    )
    return found._replace(memory_share=float(row["memory_share"]), pipeline=int(row["pipeline"]))


def with_cache(settings: Settings, precision: str) -> Settings:
    """The same settings with another precision of the cache."""
    return lambda knowledge, row: settings(knowledge, row)._replace(cache_precision=precision)


def log_checks(knowledge: Knowledge, settings: Settings = stated) -> list[LogCheck]:
    """Every log of cache_logs.csv."""
    return [_log(knowledge, row, settings(knowledge, row)) for row in _rows("cache_logs.csv")]


def memory_checks(knowledge: Knowledge, settings: Settings = stated) -> list[MemoryCheck]:
    """Every report of out_of_memory.csv."""
    return [_report(knowledge, row, settings(knowledge, row)) for row in _rows("out_of_memory.csv")]


def _rows(name: str) -> list[Row]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _log(knowledge: Knowledge, row: Row, settings: EngineSettings) -> LogCheck:
    found = engine_memory(
        knowledge, resolve_model(knowledge, row["model"]), accelerators(knowledge)[row["accelerator"]],
        row["precision"], int(row["devices"]), float(row["context"]), settings,
    )  # fmt: skip
    predicted = found.tokens if row["measure"] == "tokens" else found.cache_gib
    return LogCheck(row["id"], row["set"] == "fresh", float(row["value"]), predicted)


def _report(knowledge: Knowledge, row: Row, settings: EngineSettings) -> MemoryCheck:
    """Engines that page their caches need room for one sequence; the makers' own scripts for the whole batch."""
    whole = float(row["sequences"]) if row["engine"] == "pytorch" else 1.0
    lacking = lacking_gib(
        knowledge, resolve_model(knowledge, row["model"]), accelerators(knowledge)[row["accelerator"]],
        row["precision"], int(row["devices"]),
        tokens=float(row["context"]), sequences=whole, settings=settings,
    )  # fmt: skip
    return MemoryCheck(row["id"], lacking)
