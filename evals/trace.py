"""What remains of a run for graders: one canonical JSON file a case, free of anything the case expects."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.errors import InputRefused

SUFFIX = ".json"


class Trace(BaseModel):
    """The recorded consultation; slots, ids and quantities are those of the cases."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    picks: dict[str, list[str]] = {}
    """stack slot -> ids, primary first."""
    alternatives: dict[str, list[str]] = {}
    asked: list[str] = []
    """Workload slots in the order in which they were asked."""
    text: str = ""
    """The cited trade-off sentences of the final explanation, each with its evidence ids in brackets."""
    transcript: str = ""
    """All that the advisor said."""
    numbers: dict[str, float | int] = {}
    citations: dict[str, list[str]] = {}
    """stack slot -> evidence ids of its primary pick."""
    profile: dict[str, dict[str, Any]] = {}
    turns: int = 0
    """User messages."""
    conflicts: list[list[str]] = []
    assumptions: list[str] = []
    rejected_values: list[str] = []
    rejected_components: list[str] = []
    reply_language: str = ""
    exception: str | None = None


def to_json(trace: Trace) -> str:
    """Canonical JSON: equal traces are equal bytes."""
    content = trace.model_dump(mode="json")
    return json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def write_trace(trace: Trace, folder: Path) -> Path:
    """`<folder>/<id>.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{trace.id}{SUFFIX}"
    path.write_text(to_json(trace), encoding="utf-8", newline="\n")
    return path


def read_traces(folder: Path) -> dict[str, Trace]:
    """The traces in `folder` by case id."""
    if not folder.is_dir():
        raise InputRefused(f"The traces' folder {folder} doesn't exist.")
    traces = (_read(path) for path in sorted(folder.glob(f"*{SUFFIX}")))
    return {trace.id: trace for trace in traces}


def _read(path: Path) -> Trace:
    try:
        return Trace.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise InputRefused(f"{path.name} is not a trace of `stackwright eval advice`.") from error
