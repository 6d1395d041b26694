"""`stackwright eval compare A B`: what changed between two advice reports, case by case.

Cases are paired: the exact sign test on those that changed sides (McNemar) says whether more than chance
is at work, the bootstrap of the differences how much.
"""

import json
import sys
from pathlib import Path
from typing import Any, TextIO

from knowledge.errors import InputRefused

from .paired import Standing, pair
from .summaries import difference

SCHEMA = "stackwright-advice-report/1"
KINDS = ("real", "adversarial")


def run_compare(a: Path, b: Path, json_output: bool = False, stdout: TextIO | None = None) -> int:
    """Compare two files written by `eval advice --json`; 0 when both could be read."""
    found = compare(read_report(a), read_report(b))
    out = stdout or sys.stdout
    print(json.dumps(found, indent=1, ensure_ascii=False) if json_output else _text(found), file=out)
    return 0


def compare(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    """Cases that only one report has, that changed sides, or whose score moved."""
    before, after = _cases(a), _cases(b)
    found = pair(_standings(before), _standings(after))
    moved = {
        name: [before[name]["score"], after[name]["score"]]
        for name in found.shared
        if before[name].get("score") != after[name].get("score")
    }
    return {
        "shared": len(found.shared),
        "only_in_a": [name for name in before if name not in after],
        "only_in_b": [name for name in after if name not in before],
        "gained": list(found.gained),
        "lost": list(found.lost),
        "p_value": found.p_value,
        "pass_share_difference": difference(found.passes),
        "score_difference": difference(found.score),
        "scores": moved,
    }


def read_report(path: Path) -> dict[str, Any]:
    """A report of `eval advice --json`."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputRefused(f"The report {path} can't be read: {error}.") from error
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise InputRefused(
            f"{path} is not a report.", "Write one with `stackwright eval advice PATH --json`."
        )
    return content


def _cases(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: case for kind in KINDS for name, case in report[kind].items()}


def _standings(cases: dict[str, dict[str, Any]]) -> dict[str, Standing]:
    return {name: Standing(bool(case["passed"]), case.get("score")) for name, case in cases.items()}


def _text(found: dict[str, Any]) -> str:
    lines = [f"{found['shared']} cases in both; sign test p = {found['p_value']:.3f}"]
    for title in ("pass_share_difference", "score_difference"):
        if found[title]:
            low, high = found[title]["interval"]
            lines.append(
                f"{title.replace('_', ' ')}: {found[title]['mean']:+.2f} ({low:+.2f} to {high:+.2f})"
            )
    for title in ("gained", "lost", "only_in_a", "only_in_b"):
        if found[title]:
            lines.append(f"{title.replace('_', ' ')}: {', '.join(found[title])}")
    lines += [f"{name}: score {old:.2f} -> {new:.2f}" for name, (old, new) in found["scores"].items()]
    return "\n".join(lines)
