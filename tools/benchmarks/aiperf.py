"""`profile_export` of AIPerf and GenAI-Perf, JSON or CSV: the same metrics, each with its unit.

Fields as aiperf/common/models/export_models.py of ai-dynamo/aiperf@db4f639, the JSON export schema of AIPerf 0.13 and
genai_perf/export_data of triton-inference-server/perf_analyzer@263c5f6. Their inter-token latency is a request's time
after the first token over its other tokens, which we call the time per token.
"""

import csv
import io
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from .result import PERCENTILES, Result, first_text, found, little, number, present, refused

TIMES = {"ttft": "time_to_first_token", "tpot": "inter_token_latency", "e2e": "request_latency"}
TO_MS = {"ms": 1.0, "s": 1e3, "sec": 1e3, "seconds": 1e3, "us": 1e-3, "ns": 1e-6}
HEADING = re.compile(r"^(?P<name>[^()]+?)\s*(?:\((?P<unit>[^()]*)\))?$")
STATISTICS = ("avg", "p95", "p99")


def is_aiperf(content: Any) -> bool:
    """Whether a JSON object is an export: metrics are objects with a unit."""
    return isinstance(content, Mapping) and any(
        isinstance(content.get(name), Mapping) and "unit" in content[name]
        for name in ("request_latency", "request_throughput", *TIMES.values())
    )


def is_aiperf_csv(text: str) -> bool:
    """Whether a text begins as the table of metrics does."""
    return re.match(r"﻿?\"?Metric\"?,\"?avg\"?,", text) is not None


def read_aiperf(content: Mapping[str, Any], label: str) -> Result:
    """An export as JSON."""
    config = content.get("input_config")
    config = config if isinstance(config, Mapping) else {}
    if content.get("was_cancelled") is True:
        raise refused(label, "the run was cancelled.", "Repeat it to the end.")
    tool = "GenAI-Perf" if "perf_analyzer" in config else "AIPerf"
    return _result(content, config, tool, label, _day(content.get("start_time")))


def read_aiperf_csv(text: str, label: str) -> Result:
    """An export as CSV, which names neither the model nor the load."""
    metrics: dict[str, dict[str, Any]] = {}
    columns: list[str] = []
    try:
        for row in csv.reader(io.StringIO(text.lstrip("﻿")), strict=True):
            if row and row[0] == "Metric":
                columns = ["avg" if name == "Value" else name for name in row[1:]]
            elif len(row) > 1 and columns and (heading := HEADING.match(row[0].strip())):
                name = re.sub(r"\W+", "_", heading["name"].strip().lower())
                cells = {key: _cell(cell) for key, cell in zip(columns, row[1:], strict=False)}
                metrics[name] = {"unit": heading["unit"] or "", **cells}
    except csv.Error as broken:
        raise refused(label, f"it is no sound CSV ({broken}).") from broken
    tool = "GenAI-Perf" if ",p99,p95," in text.split("\n", 1)[0] else "AIPerf"
    return _result(metrics, {}, tool, label, None)


def _result(
    metrics: Mapping[str, Any], config: Mapping[str, Any], tool: str, label: str, as_of: date | None
) -> Result:
    figures: dict[str, float | None] = {"output_tokens_per_s": _value(metrics, "output_token_throughput")}
    for ours, theirs in TIMES.items():
        figures[f"{ours}_ms"] = _milliseconds(metrics, theirs, "avg", label)
        for at in PERCENTILES:
            figures[f"{ours}_p{at}_ms"] = _milliseconds(metrics, theirs, f"p{at}", label)
    if figures["tpot_ms"] is None and figures["e2e_ms"] is None:
        raise refused(label, "it has neither inter-token nor request latencies.")
    rate = found(config, ("request_rate",))
    clients = found(config, ("concurrency", "session_concurrency"))
    mean = little(_value(metrics, "request_throughput"), figures["e2e_ms"])
    closed = not isinstance(rate, int | float) and isinstance(clients, int | float)
    return Result(
        tool=tool,
        label=label,
        figures=present(figures),
        arrivals="open" if isinstance(rate, int | float) else "closed",
        model=first_text(found(config, ("model_names", "models", "model"))),
        input_tokens=_value(metrics, "input_sequence_length"),
        output_tokens=_value(metrics, "output_sequence_length"),
        concurrency=float(clients) if closed else mean,
        requests=_count(metrics, "request_count"),
        failed=_count(metrics, "error_request_count") or 0,
        as_of=as_of,
    )


def _value(metrics: Mapping[str, Any], name: str, statistic: str = "avg") -> float | None:
    entry = metrics.get(name)
    return number(entry, statistic) if isinstance(entry, Mapping) else None


def _count(metrics: Mapping[str, Any], name: str) -> int | None:
    value = _value(metrics, name)
    return None if value is None else int(value)


def _milliseconds(metrics: Mapping[str, Any], name: str, statistic: str, label: str) -> float | None:
    value = _value(metrics, name, statistic)
    if value is None:
        return None
    unit = str(metrics[name].get("unit", "")).strip().lower()
    if unit not in TO_MS:
        raise refused(
            label, f"the unit {unit!r} of {name} isn't one of {', '.join(TO_MS)}.", "Is the file whole?"
        )
    return value * TO_MS[unit]


def _cell(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


def _day(text: Any) -> date | None:
    try:
        return datetime.fromisoformat(str(text)).date()
    except ValueError:
        return None
