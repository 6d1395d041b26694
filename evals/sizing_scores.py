"""How good predicted figures are: error by group, order of pairs, share answered, coverage of the interval.

A refusal counts as an error of 100 %. Groups count alike whatever their size, because publishers measure some
configurations a hundred times and others once.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from statistics import fmean, median
from typing import Any, NamedTuple

from .measured_rows import Row, Shape, parsed
from .row_predictions import Answer

APART = 1.3
"""Pairs count whose measured values differ by more than this factor: less is within the noise of measuring."""
REASONS = 12
"""Reasons named in the report."""
WORST = 3
"""Groups named for each task."""
TASKS = (
    "served TPOT", "steady ITL", "single stream", "offline", "TTFT", "energy", "power", "throughput",
    "vector QPS", "index size", "training tokens/s", "time to train", "other",
)  # fmt: skip
WITHIN: dict[str, Callable[[float], bool]] = {
    "vector QPS": lambda ratio: 1 / 3 <= ratio <= 3,
    "time to train": lambda ratio: 1 / 2 <= ratio <= 2,
    "index size": lambda ratio: abs(ratio - 1) <= 0.3,
}
"""What counts as near enough, by measured over predicted or its inverse; 25 % elsewhere."""
METRIC_TASKS = {
    "decode_tokens_per_s": "single stream", "energy_per_unit_j": "energy", "energy_j_per_output_token": "energy",
    "power_w": "power", "avg_power_w": "power", "power_w_per_gpu": "power", "throughput": "throughput",
    "output_tok_s": "throughput", "median_itl_ms": "steady ITL", "qps": "vector QPS",
    "index_size_kb": "index size", "tokens_per_s_per_gpu": "training tokens/s",
    "tokens_per_s_per_chip": "training tokens/s",
    "time_to_train": "time to train",
}  # fmt: skip
LABELS = {
    "accelerator": ("accelerator", "gpu", "machine"),
    "model": ("arch_key", "model", "engine"),
    "scenario": ("scenario", "task", "index", "framework"),
}
"""The columns that say it, the most general name first."""


class Scored(NamedTuple):
    """One answer beside what was measured."""

    answer: Answer
    task: str
    measured: float | None
    source: str
    labels: dict[str, str]
    """Accelerator, model and scenario, by which errors are also told."""
    complete: bool
    alike: tuple[str, ...]
    """Answers with the same key are of one model and one load: their order can be compared."""

    @property
    def error(self) -> float:
        """Relative to the measured value; 1 for a refusal."""
        if self.answer.predicted is None or self.measured is None:
            return 1.0
        return abs(self.answer.predicted - self.measured) / self.measured

    @property
    def covered(self) -> bool | None:
        """Whether the interval holds the measured value; None without either."""
        low, high = self.answer.low, self.answer.high
        return None if low is None or high is None or self.measured is None else low <= self.measured <= high


def score(shape: Shape, row: Row, answer: Answer) -> Scored:
    """Read the measured value of an answer."""
    asked = answer.asked
    text = row.get("value" if asked.metric not in row else asked.metric, "")
    value = parsed(text)
    complete = all(row.get(name, "").lower() not in ("", "nan") for name in shape.complete)
    return Scored(
        answer,
        task_of(row, asked.quantity),
        value if value is not None and value > 0 else None,
        row.get("source") or "no source",
        {name: _label(row, columns) for name, columns in LABELS.items()},
        complete,
        _alike(row, asked.quantity),
    )


def task_of(row: Row, quantity: str) -> str:
    """The task that a figure belongs to."""
    scenario, stated = row.get("scenario", "").lower(), bool(row.get("input_tokens"))
    if quantity in METRIC_TASKS:
        return METRIC_TASKS[quantity]
    if scenario.startswith("closed-loop"):
        if quantity in ("tpot_mean", "tpot_p50") and stated:
            return "served TPOT"
        if quantity in ("ttft_mean", "ttft_p50") and "queue_saturated" not in row.get("notes", ""):
            return "TTFT"
    if scenario.startswith("steady") and quantity == "tpot_p50":
        return "steady ITL"
    if scenario.startswith("offline") and quantity == "output_throughput" and stated:
        return "offline"
    return "other"


def _label(row: Row, columns: Iterable[str]) -> str:
    return next((row[name] for name in columns if row.get(name)), "not stated")


def _alike(row: Row, quantity: str) -> tuple[str, ...]:
    lengths = (row.get("input_tokens", ""), row.get("output_tokens", ""))
    if not lengths[0]:
        lengths = (row.get("scenario", ""), "")
    return (quantity, row.get("model", ""), row.get("scope", ""), *lengths)


def report(shape: Shape, scored: Sequence[Scored], leave_group_out: bool) -> dict[str, Any]:
    """All figures, by task, by source, and why there is none."""
    by_task, by_source = _by(scored, lambda item: item.task), _by(scored, lambda item: item.source)
    reasons = Counter(item.answer.reason for item in scored if item.answer.reason)
    return {
        "schema": "stackwright-sizing-report/1",
        "shape": shape.name,
        "leave_group_out": leave_group_out,
        "rows": len(scored),
        "answered": _answered(_known(scored)),
        "tasks": {task: task_figures(task, by_task[task]) for task in TASKS if task in by_task},
        "by_source": {source: _source_figures(items) for source, items in sorted(by_source.items())},
        **{f"by_{name}": _by_label(scored, name) for name in LABELS},
        "reasons": dict(reasons.most_common(REASONS)),
    }


def task_figures(task: str, items: Sequence[Scored]) -> dict[str, Any]:
    """Errors, order and interval of one task, over the rows with a measured value."""
    known = _known(items)
    groups = _by(known, lambda item: item.answer.asked.group)
    return {
        "rows": len(known),
        "groups": len(groups),
        "answered": _answered(known),
        "macro_error": _mean(fmean(item.error for item in group) for group in groups.values()),
        "median_error": _rounded(median(item.error for item in known)) if known else None,
        "within": _mean(float(_near(task, item)) for item in known),
        "pairs": (pairs := _pairs(known))[1],
        "pairs_ordered": _rounded(pairs[0] / pairs[1]) if pairs[1] else None,
        **_interval(known),
        "worst_groups": _worst(groups),
    }


def _worst(groups: Mapping[str, Sequence[Scored]]) -> dict[str, dict[str, Any]]:
    """The groups with the largest mean errors, worst first."""
    errors = {name: fmean(item.error for item in items) for name, items in groups.items()}
    return {
        name: {
            "rows": len(groups[name]),
            "mean_error": _rounded(errors[name]),
            "in_interval": _interval(groups[name])["in_interval"],
        }
        for name in sorted(errors, key=lambda name: -errors[name])[:WORST]
    }


def pooled_order(tasks: Mapping[str, Mapping[str, Any]]) -> float | None:
    """Share of all pairs of these tasks together that are in the right order."""
    whole = sum(entry["pairs"] for entry in tasks.values())
    right = sum(entry["pairs"] * entry["pairs_ordered"] for entry in tasks.values() if entry["pairs"])
    return _rounded(right / whole) if whole else None


def _by_label(scored: Sequence[Scored], name: str) -> dict[str, dict[str, Any]]:
    """By task and label: an error means little across tasks."""
    found = _by(scored, lambda item: (item.task, item.labels[name]))
    return {f"{task}, {label}": _source_figures(items) for (task, label), items in sorted(found.items())}


def _source_figures(items: Sequence[Scored]) -> dict[str, Any]:
    known = _known(items)
    complete = [item for item in known if item.complete]
    return {
        "rows": len(known),
        "answered": _answered(known),
        "complete": len(complete),
        "complete_answered": _answered(complete),
        "median_error": _rounded(median(item.error for item in known)) if known else None,
        **_interval(known),
    }


def _interval(known: Sequence[Scored]) -> dict[str, Any]:
    """Share of the answered rows inside the interval, and the median of its high over low."""
    widths = [item.answer.high / item.answer.low for item in known if item.answer.low and item.answer.high]
    return {
        "in_interval": _mean(float(item.covered) for item in known if item.covered is not None),
        "width": _rounded(median(widths)) if widths else None,
    }


def _near(task: str, item: Scored) -> bool:
    if item.answer.predicted is None or item.measured is None:
        return False
    near = WITHIN.get(task)
    return near(item.answer.predicted / item.measured) if near else item.error <= 0.25


def _pairs(known: Sequence[Scored]) -> tuple[int, int]:
    """Pairs in the right order, and all pairs that are far enough apart; a refusal orders nothing."""
    right = whole = 0
    for items in _by(known, lambda item: item.alike).values():
        for one, other in combinations(items, 2):
            first, second = one.measured or 0.0, other.measured or 0.0
            if max(first, second) <= APART * min(first, second):
                continue
            whole += 1
            a, b = one.answer.predicted, other.answer.predicted
            right += a is not None and b is not None and (a < b) == (first < second) and a != b
    return right, whole


def _known(items: Iterable[Scored]) -> list[Scored]:
    return [item for item in items if item.measured is not None]


def _answered(items: Sequence[Scored]) -> float | None:
    return _mean(float(item.answer.predicted is not None) for item in items)


def _by(items: Iterable[Scored], key: Callable[[Scored], Any]) -> dict[Any, list[Scored]]:
    found: dict[Any, list[Scored]] = defaultdict(list)
    for item in items:
        found[key(item)].append(item)
    return found


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return _rounded(fmean(listed)) if listed else None


def _rounded(value: float) -> float:
    return round(value, 4)
