"""Renew the tables of advice in docs/evaluation.md from two reports of `stackwright eval advice --json`.

.venv/bin/stackwright eval advice tests/evals/data/cases --as-of 2026-11-26 --json > given.json
.venv/bin/stackwright eval advice evals/cases --as-of 2026-11-26 --json > own.json
.venv/bin/python scripts/evaluation_figures.py given.json own.json
"""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from evals.compare import read_report
from evals.scoring import WEIGHTS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "evaluation.md"
FIRST_RUN = ROOT / "evals" / "cases" / "first_run.json"
BEGIN, END = "<!-- advice: begin -->", "<!-- advice: end -->"

Row = list[str]


def main() -> None:
    """Replace what stands between the marks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("given", type=Path)
    parser.add_argument("own", type=Path)
    parser.add_argument("--date", type=date.fromisoformat, default=date.today(), help="when they were run")
    arguments = parser.parse_args()
    tables = figures(read_report(arguments.given), read_report(arguments.own), arguments.date)
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{tables}\n{END}{after}", encoding="utf-8")


def figures(given: dict[str, Any], own: dict[str, Any], day: date) -> str:
    """Totals with the first run beside them, layers, and the baselines of the independent cases."""
    first = json.loads(FIRST_RUN.read_text(encoding="utf-8"))
    return "\n\n".join(
        [
            _table(_totals(given, own, first, day)),
            _table(_layers(given, own, first, day)),
            _table(_baselines(own)),
        ]
    )


def _totals(given: dict[str, Any], own: dict[str, Any], first: dict[str, Any], day: date) -> list[Row]:
    columns = [first["totals"], own["totals"], given["totals"]]
    rows = [
        [
            "",
            f"60 independent cases, first run {first['date']}",
            f"the same, {day}",
            f"24 given cases, {day}",
        ],
        ["real cases passed", *(_passed(item["real"]) for item in columns)],
        ["mean score", *(_mean(item["real"], "score") for item in columns)],
        *([f"mean {part}", *(_mean(item["real"], part) for item in columns)] for part in WEIGHTS),
        ["gate failures", *(str(item["real"]["gate_failures"]) for item in columns)],
        ["adversarial scripts passed", *(_passed(item["adversarial"]) for item in columns)],
    ]
    held = (
        f"{item['adversarial']['assertions_held']} of {item['adversarial']['assertions']}" for item in columns
    )
    return [*rows, ["assertions held", *held]]


def _layers(given: dict[str, Any], own: dict[str, Any], first: dict[str, Any], day: date) -> list[Row]:
    reports = [first["by_layer"], own["by_layer"], given["by_layer"]]
    head = ["fit by layer", "independent, first run", f"independent, {day}", f"given, {day}"]
    return [head, *([layer, *(_fit(report.get(layer)) for report in reports)] for layer in own["by_layer"])]


def _baselines(own: dict[str, Any]) -> list[Row]:
    head = ["answerer, 54 independent cases", "passed", "score", "product less it, score", "p"]
    choice = own["choice_of_stack_alone"]
    rows = [["this product, choice of stack alone", _passed(choice), _mean(choice, "score"), "", ""]]
    for name, entry in own["baselines"].items():
        versus = entry["product_less_baseline"]
        low, high = versus["score"]["interval"]
        difference = f"{versus['score']['mean']:+.2f} ({low:+.2f} to {high:+.2f})"
        rows.append(
            [name, _passed(entry), _mean(entry, "score"), difference, _probability(versus["p_value"])]
        )
    return [head, *rows]


def _passed(entry: dict[str, Any]) -> str:
    count = entry["passed"] if isinstance(entry["passed"], int) else f"{entry['passed']:.1f}"
    ends = entry.get("intervals", {}).get("pass_share")
    return f"{count} of {entry['cases']}" + (f" ({ends[0]:.0%} to {ends[1]:.0%})" if ends else "")


def _mean(entry: dict[str, Any], name: str) -> str:
    ends = entry.get("intervals", {}).get(name)
    return f"{entry[name]:.2f}" + (f" ({ends[0]:.2f} to {ends[1]:.2f})" if ends else "")


def _fit(entry: dict[str, Any] | None) -> str:
    if entry is None:
        return "-"
    ends = entry.get("interval")
    return f"{entry['fit']:.2f}" + (f" ({ends[0]:.2f} to {ends[1]:.2f})" if ends else "")


def _probability(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if value >= 0.001 else "< 0.001"


def _table(rows: list[Row]) -> str:
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body]).replace("%", " %")


if __name__ == "__main__":
    main()
