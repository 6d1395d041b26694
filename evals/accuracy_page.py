"""The page that tells how wrong sizing is, written from the report of `eval sizing`: every figure is that run's."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from importlib import resources
from pathlib import Path
from statistics import fmean, median
from typing import Any, NamedTuple

from .measured_rows import parsed
from .page_table import share, table, width
from .published_points import Compared, families
from .row_predictions import Answer
from .sizing_scores import pooled_order

SPLITS = (
    ("source", "source"),
    ("accelerator", "accelerator"),
    ("model", "model family"),
    ("scenario", "scenario"),
)
LIMITS = resources.files("evals") / "data" / "accuracy_limits.md"
NEAR_MEANS = {"vector QPS": "within x3", "time to train": "within x2", "index size": "within 30 %"}
OTHERWISE = "within 25 %"
FEWEST = 5
"""Splits of fewer rows say little and are left out."""


class Rival(NamedTuple):
    """What another tool was wrong by on the same rows."""

    metric: str
    theirs: float
    ours: float


class Beside(NamedTuple):
    """The report on another measured file."""

    name: str
    found: dict[str, Any]


def page(
    found: dict[str, Any],
    data: Path,
    fitted: str,
    today: date,
    rivals: Sequence[Rival],
    beside: Sequence[Beside] = (),
    compared: Sequence[Compared] = (),
    written: str = "",
) -> str:
    """The whole page as Markdown; `written`: the options after the file by which it was made."""
    held = (
        "each group (accelerator and architecture) left out"
        if found["leave_group_out"]
        else "nothing left out"
    )
    lines = [
        "# Accuracy of sizing",
        "",
        f"Written on {today} by `stackwright eval sizing {data.name}{written}`: {found['rows']:,} published figures, "
        f"{held}; coefficients of {fitted}. Errors are relative to the measured value; a refusal counts as 100 %. "
        "*Macro* is the mean over groups. *In interval* is the share of rows inside our 80 % interval, *high/low* its "
        "median width.",
        "",
        *_tasks(found),
        *_order(found["tasks"]),
        *_worst(found["tasks"]),
        *_rivals(rivals),
        *(line for other in beside for line in _beside(other)),
        *families(compared),
        *(line for key, title in SPLITS for line in _split(found[f"by_{key}"], title)),
        *LIMITS.read_text(encoding="utf-8").splitlines(),
        "",
    ]
    return "\n".join(lines)


def _tasks(found: dict[str, Any]) -> list[str]:
    head = (
        "task",
        "rows",
        "groups",
        "answered",
        "macro",
        "median",
        "pairs ordered",
        "in interval",
        "high/low",
    )
    return table(
        head,
        (
            (
                task, f"{entry['rows']:,}", entry["groups"], share(entry["answered"]),
                share(entry["macro_error"]), share(entry["median_error"]), share(entry["pairs_ordered"]),
                share(entry["in_interval"]), width(entry["width"]),
            )
            for task, entry in found["tasks"].items()
        ),
    )  # fmt: skip


def _order(tasks: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Both readings of the order of pairs: by task, and all pairs in one pot."""
    named = {task: entry for task, entry in tasks.items() if task != "other" and entry["pairs"]}
    if not named:
        return []
    each = fmean(entry["pairs_ordered"] for entry in named.values())
    return [
        f"*Pairs ordered* is told by task; the mean over the named tasks is {share(each)}. All their pairs in one pot, "
        f"of which most are of tasks with many rows: {share(pooled_order(named))} of "
        f"{sum(entry['pairs'] for entry in named.values()):,}; with `other` {share(pooled_order(tasks))}.",
        "",
    ]


def _worst(tasks: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The groups that each task is worst at: a mean over groups hides them."""
    head = ("task", "group", "rows", "mean error", "in interval")
    rows = [
        (
            task,
            group.replace("|", ", "),
            f"{entry['rows']:,}",
            share(entry["mean_error"]),
            share(entry["in_interval"]),
        )
        for task, figures in tasks.items()
        if task != "other"
        for group, entry in figures["worst_groups"].items()
    ]
    return ["## Worst groups", "", *table(head, rows)] if rows else []


def _beside(other: Beside) -> list[str]:
    """The tasks of another file; what counts as near is said, the reason of every refusal too."""
    head = (
        "task",
        "rows",
        "groups",
        "answered",
        "median",
        "near",
        "pairs ordered",
        "in interval",
        "high/low",
    )
    rows = (
        (
            task, f"{entry['rows']:,}", entry["groups"], share(entry["answered"]), share(entry["median_error"]),
            f"{_near(entry)} {NEAR_MEANS.get(task, OTHERWISE)}", share(entry["pairs_ordered"]),
            share(entry["in_interval"]), width(entry["width"]),
        )
        for task, entry in other.found["tasks"].items()
        if task != "other"
    )  # fmt: skip
    reasons = [f"- {count:,} figures: {reason}" for reason, count in other.found["reasons"].items()]
    told = ["Not answered:", "", *reasons, ""] if reasons else []
    return [f"## {other.name}", "", *table(head, rows), *told]


def _near(entry: Mapping[str, Any]) -> str:
    """A refusal is never near, so the share of all rows says the share of the answered ones."""
    return share(entry["within"] / entry["answered"] if entry["answered"] else None)


def _split(entries: Mapping[str, dict[str, Any]], title: str) -> list[str]:
    head = (
        f"task, {title}" if title != "source" else title,
        "rows",
        "answered",
        "median",
        "in interval",
        "high/low",
    )
    rows = (
        (
            name, f"{entry['rows']:,}", share(entry["answered"]), share(entry["median_error"]),
            share(entry["in_interval"]), width(entry["width"]),
        )
        for name, entry in entries.items()
        if entry["rows"] >= FEWEST and not name.startswith("other")
    )  # fmt: skip
    return [f"## By {title}", "", *table(head, rows)]


def _rivals(rivals: Sequence[Rival]) -> list[str]:
    if not rivals:
        return []
    head = ("figure", "rows", "AIConfigurator 0.12: mean", "median", "ours: mean", "median")
    rows = []
    for metric in sorted({item.metric for item in rivals}):
        theirs = [item.theirs for item in rivals if item.metric == metric]
        ours = [item.ours for item in rivals if item.metric == metric]
        rows.append((metric, len(ours), *(share(of(x)) for x in (theirs, ours) for of in (fmean, median))))
    return ["## Beside a kernel database, on the rows that it can predict", "", *table(head, rows)]


def rivals_of(path: Path, answers: Iterable[Answer]) -> list[Rival]:
    """Another tool's errors (`row_id`, `metric`, `measured`, `…_ape_pct`) beside ours on the same rows."""
    predicted = {(item.asked.row_id, item.asked.metric): item.predicted for item in answers}
    found = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        error = next((parsed(text) for name, text in row.items() if name.endswith("_ape_pct")), None)
        measured = parsed(row.get("measured", ""))
        ours = predicted.get((row.get("row_id", ""), row.get("metric", "")))
        if error is not None and measured and ours is not None:
            found.append(Rival(row["metric"], error / 100, abs(ours - measured) / measured))
    return found
