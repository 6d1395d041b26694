"""The advice report as a table for a terminal: plain text, no colours, made from the report's JSON."""

from collections.abc import Iterable
from typing import Any

from .about import in_words
from .scoring import WEIGHTS

Rows = list[list[str]]
PARTS = tuple(WEIGHTS)


def table(report: dict[str, Any]) -> str:
    """The whole report."""
    level = f"intervals: {report['intervals']['level']:.0%}"
    blocks = [
        in_words(report["about"]) if report["about"] else "",
        _list("Not as they were frozen", report["about"]["edited"] if report["about"] else []),
        _block("Real cases", _real(report["real"])),
        _block("Adversarial scripts", _adversarial(report["adversarial"])),
        _block(f"Totals ({level})", _totals(report["totals"])),
        _block(f"By layer ({level})", _layers(report["by_layer"])),
        _block(f"By difficulty ({level})", _groups(report["by_difficulty"])),
        _block(f"By category ({level})", _groups(report["by_category"])),
        _block(f"Baselines, and the product as they are scored ({level})", _baselines(report)),
        _block("The product less each baseline, on the same cases", _differences(report["baselines"])),
        _list("Names that the vocabulary doesn't know", report["unknown_names"]),
        _list("Not scored", report["unscored"]),
        _list("Exceptions", _exceptions(report["exceptions"])),
        _list("Malformed", report["problems"]),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _real(cases: dict[str, Any]) -> Rows:
    head = ["case", "result", "score", *PARTS, "turns", "gates and misses"]
    return [head, *([name, *_case(case)] for name, case in cases.items())]


def _case(case: dict[str, Any]) -> list[str]:
    result = "pass" if case["passed"] else "FAIL"
    parts = [_number(case[part]) for part in PARTS]
    return [
        result,
        _number(case["score"]),
        *parts,
        str(case["turns"]),
        "; ".join(case["failed"] or _misses(case)),
    ]


def _misses(case: dict[str, Any]) -> list[str]:
    """What a case that passed still lacks."""
    slots = [slot for slot, fits in case["slots"].items() if not fits]
    lacking = {"slots": slots, "mentions": case["missing_mentions"], "numbers": case["wrong_numbers"]}
    return [f"{name}: {', '.join(items)}" for name, items in lacking.items() if items]


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
        also = f"gate failures {_count(real['gate_failures'])}, mean score {_ranged(real, 'score')}"
        rows.append(["real cases", _passed(real), _share(real), also])
    if scripts["cases"]:
        also = f"gates {_count(scripts['gates_held'])}/{scripts['cases']}"
        also += f", assertions {scripts['assertions_held']}/{scripts['assertions']}"
        rows.append(["adversarial scripts", _passed(scripts), _share(scripts), also])
    return rows


def _layers(layers: dict[str, Any]) -> Rows:
    rows = (
        [name, str(entry["slots"]), _number(entry["fit"]) + _range(entry["interval"])]
        for name, entry in layers.items()
    )
    return [["layer", "slots", "fit"], *rows]


def _groups(groups: dict[str, Any]) -> Rows:
    return [_HEAD, *([name, *_group(entry)] for name, entry in groups.items())]


def _baselines(report: dict[str, Any]) -> Rows:
    """Of what is given to an answerer for free there is nothing to show."""
    if not report["baselines"]:
        return []
    head = ["", "scored", "passed", "share", "score", "fit", "gate failures"]
    return [
        head,
        ["this product", "choice of stack alone", *_chosen(report["choice_of_stack_alone"])],
        ["this product", "whole consultation", *_chosen(report["totals"]["real"])],
        *([name, _scored(entry), *_chosen(entry)] for name, entry in report["baselines"].items()),
    ]


def _scored(entry: dict[str, Any]) -> str:
    scored: str = entry["scored"]
    return scored if entry["draws"] == 1 else f"{scored}, mean of {entry['draws']} draws"


def _chosen(entry: dict[str, Any]) -> list[str]:
    figures = [_ranged(entry, "score"), _number(entry["fit"]), _count(entry["gate_failures"])]
    return [_passed(entry), _share(entry), *figures]


_HEAD = ["", "passed", "share", "score", *PARTS, "gate failures"]


def _group(entry: dict[str, Any]) -> list[str]:
    parts = [_number(entry[part]) for part in PARTS]
    return [_passed(entry), _share(entry), _ranged(entry, "score"), *parts, _count(entry["gate_failures"])]


def _differences(baselines: dict[str, Any]) -> Rows:
    head = ["", "cases", "score", "share of passes", "only product", "only baseline", "sign test p"]
    return [
        head,
        *([name, *_difference(entry["product_less_baseline"])] for name, entry in baselines.items()),
    ]


def _difference(versus: dict[str, Any]) -> list[str]:
    measures = [versus["score"], versus["pass_share"]]
    counts = ["-" if versus[side] is None else str(versus[side]) for side in ("gained", "lost")]
    p_value = "-" if versus["p_value"] is None else _probability(versus["p_value"])
    shown = [f"{item['mean']:+.2f}{_range(item['interval'], '+.2f')}" if item else "-" for item in measures]
    return [str(versus["shared"]), *shown, *counts, p_value]


def _exceptions(found: dict[str, str]) -> list[str]:
    """Each text once, with the cases in which it came up."""
    texts = dict.fromkeys(found.values())
    return [f"{text} ({', '.join(name for name in found if found[name] == text)})" for text in texts]


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


def _probability(value: float) -> str:
    return f"{value:.3f}" if value >= 0.001 else "<0.001"


def _passed(entry: dict[str, Any]) -> str:
    return f"{_count(entry['passed'])}/{entry['cases']}"


def _count(value: float) -> str:
    """A whole count, or the mean of several draws."""
    return str(value) if isinstance(value, int) else f"{value:.1f}"


def _share(entry: dict[str, Any]) -> str:
    return f"{entry['passed'] / entry['cases']:.0%}{_range(entry['intervals']['pass_share'], '.0%')}"


def _ranged(entry: dict[str, Any], name: str) -> str:
    return _number(entry[name]) + _range(entry["intervals"][name])


def _range(ends: list[float] | None, form: str = ".2f") -> str:
    """` (low to high)`; nothing where no interval is known."""
    return f" ({ends[0]:{form}} to {ends[1]:{form}})" if ends else ""
