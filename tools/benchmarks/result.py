"""What a benchmark's result file says, in our names and units, before anything is added or believed."""

import math
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from knowledge.errors import InputRefused
from knowledge.own_runs import Arrivals

FORMATS = (
    "vLLM bench (JSON of serve --save-result, throughput or latency --output-json), GuideLLM (JSON report), "
    "AIPerf or GenAI-Perf (profile_export JSON or CSV), MLPerf Inference (mlperf_log_summary.txt)"
)
PERCENTILES = (95, 99)


class Place(NamedTuple):
    """Where a run says that it ran, in its own words."""

    accelerator: str = ""
    devices: str = ""
    precision: str = ""
    engine: str = ""


class Result(NamedTuple):
    """One run of a file; None or empty is what the file doesn't say."""

    tool: str
    label: str
    """Which run of the file, for messages."""
    figures: dict[str, float]
    """By the names of an own run, times in ms; throughput and requests in flight of the whole system."""
    arrivals: Arrivals
    model: str = ""
    place: Place = Place()
    input_tokens: float | None = None
    output_tokens: float | None = None
    concurrency: float | None = None
    requests: int | None = None
    failed: int = 0
    total_tokens: float | None = None
    """Prompt and answer together, where the file doesn't divide them."""
    as_of: date | None = None


def refused(label: str, why: str, hint: str = "") -> InputRefused:
    """The error for a file that isn't what it looks like."""
    return InputRefused(f"{label}: {why}", hint or f"These are read: {FORMATS}.")


def number(content: Mapping[str, Any], key: str) -> float | None:
    """A finite number above zero, or None where there is none."""
    value = content.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value > 0 else None


def found(content: Any, names: tuple[str, ...], depth: int = 6) -> Any:
    """The value of the first of `names` in nested mappings, breadth first: versions move keys about."""
    level: list[Any] = [content]
    for _ in range(depth):
        for item in level:
            for name in names:
                if isinstance(item, Mapping) and item.get(name) not in (None, "", [], {}):
                    return item[name]
        level = [
            value
            for item in level
            for value in (item.values() if isinstance(item, Mapping) else item)
            if isinstance(value, Mapping | list)
        ]
    return None


def first_text(value: Any) -> str:
    """A name, or the first of a list of names."""
    if isinstance(value, list | tuple):
        value = value[0] if value else ""
    return value.strip() if isinstance(value, str) else ""


def present(figures: Mapping[str, float | None]) -> dict[str, float]:
    """The figures that are known."""
    return {name: value for name, value in figures.items() if value is not None}


def little(rate_per_s: float | None, time_ms: float | None) -> float | None:
    """Requests in flight: rate times time."""
    return None if rate_per_s is None or time_ms is None else rate_per_s * time_ms / 1e3
