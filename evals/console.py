"""The advice report as a table for a terminal: plain text, no colours, made from the report's JSON."""

from collections.abc import Iterable
from typing import Any

from .scoring import WEIGHTS

Rows = list[list[str]]
PARTS = tuple(WEIGHTS)


def table(report: dict[str, Any]) -> str:
    """The whole report."""
    blocks = [
        _block("Real cases", _real(report["real"])),
        _block("Adversarial scripts", _adversarial(report["adversarial"])),
        _block("Totals", _totals(report["totals"])),
        _block("By layer", _layers(report["by_layer"])),
        _block("By difficulty", _groups(report["by_difficulty"])),
        _block("By category", _groups(report["by_category"])),
        _block("Baselines (choice of stack alone, all else given)", _groups(report["baselines"])),
        _list("Names that the vocabulary doesn't know", report["unknown_names"]),
        _list("Not scored", report["unscored"]),
        _list("Exceptions", (f"{name}: {text}" for name, text in report["exceptions"].items())),
        _list("Malformed", report["problems"]),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _real(cases: dict[str, Any]) -> Rows:
    head = ["case", "result", "score", *PARTS, "turns", "gates and misses"]
    return [head, *([name, *_case(case)] for name, case in cases.items())]


def _case(case: dict[str, Any]) -> list[str]:
    slots = [slot for slot, fits in case["slots"].items() if not fits]
    remarks = [
        *(f"GATE {gate}" for gate in case["gates"]),
        *([f"slots: {', '.join(slots)}"] if slots else []),
        *([f"mentions: {', '.join(case['missing_mentions'])}"] if case["missing_mentions"] else []),
        *([f"numbers: {', '.join(case['wrong_numbers'])}"] if case["wrong_numbers"] else []),
    ]
    result = "pass" if case["passed"] else "FAIL"
    parts = [_number(case[part]) for part in PARTS]
    return [result, _number(case["score"]), *parts, str(case["turns"]), "; ".join(remarks)]


def _adversarial(scripts: dict[str, Any]) -> Rows:
    head = ["script", "result", "held", "turns", "failed"]
    return [head, *([name, *_script(script)] for name, script in scripts.items())]


def _script(script: dict[str, Any]) -> list[str]:
    result = "pass" if script["passed"] else "FAIL"
    held = f"{script['held']}/{script['assertions']}"
    return [result, held, str(script["turns"]), "; ".join(script["failed"])]


def _totals(totals: dict[str, Any]) -> Rows:
    real, scripts = totals["real"], totals["adversarial"]
    rows = [["", "passed", "share", "also"]]
    if real["cases"]:
        also = f"gate failures {real['gate_failures']}, mean score {_number(real['score'])}"
        rows.append(["real cases", f"{real['passed']}/{real['cases']}", _share(real), also])
    if scripts["cases"]:
        also = f"gates {scripts['gates_held']}/{scripts['cases']}"
        also += f", assertions {scripts['assertions_held']}/{scripts['assertions']}"
        rows.append(["adversarial scripts", f"{scripts['passed']}/{scripts['cases']}", _share(scripts), also])
    return rows


def _layers(layers: dict[str, Any]) -> Rows:
    rows = ([name, str(entry["slots"]), _number(entry["fit"])] for name, entry in layers.items())
    return [["layer", "slots", "fit"], *rows]


def _groups(groups: dict[str, Any]) -> Rows:
    rows = (
        [
            name,
            f"{entry['passed']}/{entry['cases']}",
            *(_number(entry[part]) for part in ("score", *PARTS)),
            str(entry["gate_failures"]),
        ]
        for name, entry in groups.items()
    )
    return [["", "passed", "score", *PARTS, "gate failures"], *rows]


def _block(title: str, rows: Rows) -> str:
    if len(rows) < 2:
        return ""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
    return "\n".join([title, *lines])


def _list(title: str, items: Iterable[str]) -> str:
    listed = list(items)
    return "\n".join([title, *(f"- {item}" for item in listed)]) if listed else ""


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _share(entry: dict[str, Any]) -> str:
    return f"{entry['passed'] / entry['cases']:.0%}"
