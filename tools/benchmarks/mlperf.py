"""`mlperf_log_summary.txt` of MLPerf Inference: lines `name : value`, latencies in nanoseconds.

Lines as loadgen/results.cc of mlcommons/inference@b66003e writes them. The file names the system as its submitter
does and no model, so what ran where has to be said.
"""

import re
from datetime import date
from typing import NamedTuple

from knowledge.own_runs import Arrivals

from .result import Result, little, present, refused

TOOL = "MLPerf Inference"
TITLE = "MLPerf Results Summary"
LINE = re.compile(r"^\s*(?P<name>[^:]+?)\s*:\s*(?P<value>.+?)\s*$")
NS_PER_MS = 1e6
FIGURES = {
    "ttft_ms": "mean first token latency (ns)",
    "ttft_p99_ms": "99.00 percentile first token latency (ns)",
    "tpot_ms": "mean time per output token (ns)",
    "tpot_p99_ms": "99.00 percentile time to output token (ns)",
    "e2e_ms": "mean latency (ns)",
    "e2e_p95_ms": "95.00 percentile latency (ns)",
    "e2e_p99_ms": "99.00 percentile latency (ns)",
}
SAMPLES = ("completed samples per second", "scheduled samples per second", "samples per second")
TOKENS = (
    "completed tokens per second",
    "tokens per second",
    "completed tokens per second (inferred)",
    "tokens per second (inferred)",
)
ARRIVALS: dict[str, Arrivals] = {
    "server": "open",
    "interactive": "open",
    "offline": "offline",
    "singlestream": "closed",
}


class Summary(NamedTuple):
    """The lines by name."""

    lines: dict[str, str]

    def number(self, name: str) -> float | None:
        try:
            value = float(self.lines.get(name, ""))
        except ValueError:
            return None
        return value if 0 < value < float("inf") else None

    def first(self, names: tuple[str, ...]) -> float | None:
        return next((value for name in names if (value := self.number(name)) is not None), None)


def is_mlperf(text: str) -> bool:
    """Whether a text is a summary."""
    return TITLE in text[:2000]


def read_mlperf(text: str, label: str) -> Result:
    """The one run of a summary."""
    pairs = (match for line in text.splitlines() if (match := LINE.match(line)))
    lines: dict[str, str] = {}
    for pair in pairs:
        lines.setdefault(" ".join(pair["name"].lower().split()), pair["value"])
    summary = Summary(lines)
    scenario = lines.get("scenario", "").replace(" ", "").lower()
    if scenario not in ARRIVALS:
        raise refused(
            label, f"the scenario {lines.get('scenario', '')!r} isn't one of Server, Offline, SingleStream."
        )
    if lines.get("mode", "").lower() != "performanceonly":
        raise refused(label, f"its mode is {lines.get('mode', 'missing')!r}, not PerformanceOnly.")
    if lines.get("result is", "").upper() != "VALID":
        raise refused(
            label,
            f"MLPerf calls the result {lines.get('result is', 'unfinished')}.",
            "Its recommendations say why.",
        )
    return _result(summary, scenario, label)


def _result(summary: Summary, scenario: str, label: str) -> Result:
    offline = ARRIVALS[scenario] == "offline"
    figures = {
        ours: value / NS_PER_MS
        for ours, theirs in FIGURES.items()
        if not offline and (value := summary.number(theirs)) is not None
    }
    rate, tokens = summary.first(SAMPLES), summary.first(TOKENS)
    if not figures and rate is None and tokens is None:
        raise refused(label, "it holds no latency and no throughput.")
    in_flight = 1.0 if scenario == "singlestream" else little(rate, figures.get("e2e_ms"))
    return Result(
        tool=TOOL,
        label=label,
        figures=present(
            {**figures, "output_tokens_per_s": tokens, "requests_per_s": rate if tokens is None else None}
        ),
        arrivals=ARRIVALS[scenario],
        output_tokens=tokens / rate if tokens and rate else None,
        concurrency=None if offline else in_flight,
        as_of=_day(summary.lines.get("date", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
