"""Published engine logs and out-of-memory reports, and what the memory model says of each."""

import csv
from pathlib import Path
from typing import NamedTuple

from knowledge import Knowledge
from knowledge.hardware import accelerators
from knowledge.models import resolve_model
from tools.sizing.engine_memory import EngineSettings, engine_memory
from tools.sizing.fit import lacking_gib

DATA = Path(__file__).parent / "data"


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


def log_checks(knowledge: Knowledge) -> list[LogCheck]:
    """Every log of cache_logs.csv."""
    return [_log(knowledge, row) for row in _rows("cache_logs.csv")]


def memory_checks(knowledge: Knowledge) -> list[MemoryCheck]:
    """Every report of out_of_memory.csv."""
    return [_report(knowledge, row) for row in _rows("out_of_memory.csv")]


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _log(knowledge: Knowledge, row: dict[str, str]) -> LogCheck:
    found = engine_memory(
        knowledge, resolve_model(knowledge, row["model"]), accelerators(knowledge)[row["accelerator"]],
        row["precision"], int(row["devices"]), float(row["context"]), _settings(row),
    )  # fmt: skip
    predicted = found.tokens if row["measure"] == "tokens" else found.cache_gib
    return LogCheck(row["id"], row["set"] == "fresh", float(row["value"]), predicted)


def _report(knowledge: Knowledge, row: dict[str, str]) -> MemoryCheck:
    """Engines that page their caches need room for one sequence; the makers' own scripts for the whole batch."""
    whole = float(row["sequences"]) if row["engine"] == "pytorch" else 1.0
    lacking = lacking_gib(
        knowledge, resolve_model(knowledge, row["model"]), accelerators(knowledge)[row["accelerator"]],
        row["precision"], int(row["devices"]),
        tokens=float(row["context"]), sequences=whole, settings=_settings(row),
    )  # fmt: skip
    return MemoryCheck(row["id"], lacking)


def _settings(row: dict[str, str]) -> EngineSettings:
    return EngineSettings(
        memory_share=float(row["memory_share"]),
        prompt_tokens=float(row["batch_tokens"]),
        sequences=float(row["sequences"]),
        cache_precision=row["cache_precision"],
        pipeline=int(row["pipeline"]),
        work="beside" if row["engine"] == "sglang" else "within",
        sorts=row["sorts"] == "yes",
    )
