"""`stackwright eval compare A B`: what changed between two advice reports, case by case.

Passes are paired, so the exact sign test on the cases that changed sides (McNemar) says whether more
than chance is at work.
"""

import json
import sys
from math import comb
from pathlib import Path
from typing import Any, TextIO

from knowledge.errors import InputRefused

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
    shared = [name for name in before if name in after]
    gained = [name for name in shared if after[name]["passed"] and not before[name]["passed"]]
    lost = [name for name in shared if before[name]["passed"] and not after[name]["passed"]]
    moved = {
        name: [before[name]["score"], after[name]["score"]]
        for name in shared
        if before[name].get("score") != after[name].get("score")
    }
    return {
        "shared": len(shared),
        "only_in_a": [name for name in before if name not in after],
        "only_in_b": [name for name in after if name not in before],
        "gained": gained,
        "lost": lost,
        "p_value": sign_test(len(gained), len(lost)),
        "scores": moved,
    }


def sign_test(gained: int, lost: int) -> float:
    """Two-sided exact probability of a split at least this uneven by chance.

    >>> sign_test(5, 0)
    0.0625
    """
    changed = gained + lost
    tail = sum(comb(changed, count) for count in range(min(gained, lost) + 1)) / 2**changed
    return min(1.0, float(2 * tail))


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


def _text(found: dict[str, Any]) -> str:
    lines = [f"{found['shared']} cases in both; sign test p = {found['p_value']:.3f}"]
    for title in ("gained", "lost", "only_in_a", "only_in_b"):
        if found[title]:
            lines.append(f"{title.replace('_', ' ')}: {', '.join(found[title])}")
    lines += [f"{name}: score {old:.2f} -> {new:.2f}" for name, (old, new) in found["scores"].items()]
    return "\n".join(lines)
