"""`stackwright eval compare A B`: what changed between two advice reports, case by case.

Cases are paired: the exact sign test on those that changed sides (McNemar) says whether more than chance
is at work, the bootstrap of the differences how much. What the reports don't have in common (date, knowledge,
users) is said; a case whose file was edited in between is another case and left out.
"""

import json
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any, TextIO

from pydantic import BaseModel, ValidationError

from knowledge.errors import InputRefused

from .about import differences
from .clusters import clustered, standings
from .paired import Standing, pair
from .summaries import difference, rounded

SCHEMA = "stackwright-advice-report/1"
KINDS = ("real", "adversarial")
NO_CASE = 3
HOW_TO_WRITE = "Write one with `stackwright eval advice PATH --json`."
CIRCUMSTANCES = ("as_of", "knowledge", "version", "user", "knobs", "seeds", "model", "profile", "path")


class StoredCase(BaseModel):
    """What comparing needs of a case; whatever else a report says of it is passed over."""

    passed: bool
    score: float | None = None
    case: str = ""


class StoredReport(BaseModel):
    """A report that can be compared."""

    real: dict[str, StoredCase]
    adversarial: dict[str, StoredCase]


def run_compare(
    a: Path, b: Path, json_output: bool = False, stdout: TextIO | None = None, stderr: TextIO | None = None
) -> int:
    """Compare two files written by `eval advice --json`; 0 when they share a case, 3 when they don't."""
    found = compare(read_report(a), read_report(b))
    out, err = stdout or sys.stdout, stderr or sys.stderr
    for warning in _warnings(found):
        print(warning, file=err)
    print(json.dumps(found, indent=1, ensure_ascii=False) if json_output else _text(found), file=out)
    if not found["shared"]:
        print(f"{a} and {b} share no case, so there is nothing to compare.", file=err)
        return NO_CASE
    return 0


def compare(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    """Cases that only one report has, that changed sides, or whose score moved; an edited case is left out."""
    edited = _edited(a, b)
    before, after = (_cases(report, edited) for report in (a, b))
    found = pair(before, after)
    moved = {
        name: [rounded(old), rounded(new)]
        for name in found.shared
        if (old := before[name].score) is not None and (new := after[name].score) is not None and old != new
    }
    return {
        "shared": len(found.shared),
        "differing": differences(a.get("about") or {}, b.get("about") or {}, CIRCUMSTANCES),
        "edited": edited,
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
        raise InputRefused(f"{path} is not a report.", HOW_TO_WRITE)
    try:
        StoredReport.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputRefused(
            f"The report {path} is not complete: {place}: {first['msg']}.", HOW_TO_WRITE
        ) from error
    return content


def _cases(report: dict[str, Any], left_out: Collection[str]) -> dict[str, Standing]:
    """Cases by id, several runs of one as one."""
    stored = StoredReport.model_validate(report)
    runs = {**stored.real, **stored.adversarial}
    cases = clustered(runs, {name: run.case or name for name, run in runs.items()})
    return {name: standing for name, standing in standings(cases).items() if name not in left_out}


def _edited(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    """Cases whose files aren't the same in both reports."""
    before, after = ((report.get("about") or {}).get("cases", {}) for report in (a, b))
    return [name for name in before if name in after and before[name] != after[name]]


def _warnings(found: dict[str, Any]) -> list[str]:
    """What makes the reports speak of different things."""
    lines = [
        f"{name} differs: {old or '-'} in A, {new or '-'} in B"
        for name, (old, new) in found["differing"].items()
    ]
    if found["edited"]:
        lines.append(f"left out, since their files differ: {', '.join(found['edited'])}")
    return lines


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
