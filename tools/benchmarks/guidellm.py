"""The JSON report of GuideLLM: one run for each strategy of a profile, so a sweep gives several.

Fields as src/guidellm/benchmark/schemas and schemas/statistics.py of vllm-project/guidellm@ee7a774 (Apache-2.0):
requests in seconds, tokens in ms; `inter_token_latency_ms` is the time per token without the first,
`time_per_output_token_ms` includes it.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from knowledge.own_runs import Arrivals

from .result import PERCENTILES, Result, first_text, found, number, present, refused

TOOL = "GuideLLM"
TIMES = {
    "ttft": ("time_to_first_token_ms", 1.0),
    "tpot": ("inter_token_latency_ms", 1.0),
    "e2e": ("request_latency", 1e3),
}
"""Ours -> (theirs, milliseconds in their unit)."""
CLOSED = ("synchronous", "concurrent")


def is_guidellm(content: Any) -> bool:
    """Whether a JSON object is a report."""
    return isinstance(content, Mapping) and isinstance(content.get("benchmarks"), list)


def read_guidellm(content: Mapping[str, Any], label: str) -> list[Result]:
    """Every benchmark of the report."""
    benchmarks = content["benchmarks"]
    if not benchmarks:
        raise refused(label, "the report holds no benchmark.")
    return [
        _benchmark(item, content, f"{label}, benchmark {place}") for place, item in enumerate(benchmarks, 1)
    ]


def _benchmark(item: Any, report: Mapping[str, Any], label: str) -> Result:
    metrics = item.get("metrics") if isinstance(item, Mapping) else None
    if not isinstance(metrics, Mapping):
        raise refused(label, "it has no metrics.")
    about = {key: value for key, value in item.items() if key not in ("metrics", "requests")}
    strategy = found(about, ("strategy",))
    kind = first_text(strategy.get("type_")) if isinstance(strategy, Mapping) else ""
    figures: dict[str, float | None] = {"output_tokens_per_s": _mean(metrics, "output_tokens_per_second")}
    for ours, (theirs, factor) in TIMES.items():
        figures[f"{ours}_ms"] = _times(_mean(metrics, theirs), factor)
        for at in PERCENTILES:
            figures[f"{ours}_p{at}_ms"] = _times(_percentile(metrics, theirs, at), factor)
    totals = metrics.get("request_totals")
    totals = totals if isinstance(totals, Mapping) else {}
    done = number(totals, "successful")
    if not done and figures["e2e_ms"] is None:
        raise refused(label, "no request was completed.", "Look at the server's log and repeat the run.")
    return Result(
        tool=TOOL,
        label=label,
        figures=present(figures),
        arrivals=_arrivals(kind),
        model=first_text(found(about, ("model",)) or found(_settings(report), ("model",))),
        input_tokens=_mean(metrics, "prompt_token_count"),
        output_tokens=_mean(metrics, "output_token_count"),
        concurrency=None if kind == "throughput" else _mean(metrics, "request_concurrency"),
        requests=int(done) if done else None,
        failed=int(number(totals, "errored") or 0),
        as_of=_day(about),
    )


def _settings(report: Mapping[str, Any]) -> dict[str, Any]:
    """What the report says beside its benchmarks."""
    return {key: value for key, value in report.items() if key != "benchmarks"}


def _arrivals(kind: str) -> Arrivals:
    return "closed" if kind in CLOSED else "offline" if kind == "throughput" else "open"


def _summary(metrics: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Of the requests that succeeded."""
    entry = metrics.get(name)
    summary = entry.get("successful") if isinstance(entry, Mapping) else None
    return summary if isinstance(summary, Mapping) else {}


def _mean(metrics: Mapping[str, Any], name: str) -> float | None:
    return number(_summary(metrics, name), "mean")


def _percentile(metrics: Mapping[str, Any], name: str, at: int) -> float | None:
    percentiles = _summary(metrics, name).get("percentiles")
    return number(percentiles, f"p{at}") if isinstance(percentiles, Mapping) else None


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _day(item: Mapping[str, Any]) -> date | None:
    start = number(item, "start_time") or found(item, ("measure_start_time", "request_start_time"))
    try:
        return datetime.fromtimestamp(float(start), UTC).date()
    except (TypeError, ValueError, OverflowError, OSError):
        return None
