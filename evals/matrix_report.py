"""The knob matrix for readers: a row a habit, a column a scorer, and what was found, worst first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Any

from .matrix import COOPERATIVE, Matrix
from .scored_run import SEVERITY, Finding, ScoredRun
from .scorers.reliability import mean_pass_hat
from .scorers.share import Share, total

SCHEMA = "stackwright-matrix/1"
COLUMNS = {
    "runs": "runs", "pass_1": "pass^1", "pass_k": "pass^k", "same_winner": "same stack", "agreement": "slots agree",
    "flips": "flips", "contradictions": "contradictions said", "injections": "injections",
    "kept": "questions kept", "precision": "field P",
    "recall": "field R", "f1": "field F1", "numbers": "numbers", "citation_precision": "cite P",
    "citation_recall": "cite R", "repeated": "asked again", "still_open": "put again", "violations": "violations",
    "turns": "turns", "exceptions": "exceptions",
}  # fmt: skip


def as_json(matrix: Matrix) -> dict[str, Any]:
    """The whole matrix as plain values."""
    rows: dict[str, list[ScoredRun]] = defaultdict(list)
    for run in matrix.runs:
        rows[run.knob].append(run)
    findings = [finding for run in matrix.runs for finding in run.findings]
    return {
        "schema": SCHEMA,
        "seeds": matrix.seeds,
        "rows": {name: row(runs, 1 if name == COOPERATIVE else matrix.seeds) for name, runs in rows.items()},
        "findings": [finding._asdict() for finding in sorted(findings, key=_rank)],
        "problems": list(matrix.problems),
    }


def row(runs: Sequence[ScoredRun], seeds: int) -> dict[str, Any]:
    """One habit over all cases and seeds."""
    by_case: dict[str, list[bool]] = defaultdict(list)
    for run in runs:
        if run.passed is not None:
            by_case[run.case].append(run.passed)
    fields = [run.fields for run in runs if run.fields is not None]
    matched = sum(score.matched for score in fields)
    found, expected = sum(s.found for s in fields), sum(s.expected for s in fields)
    return {
        "runs": len(runs),
        "pass_1": _rounded(mean_pass_hat(by_case.values(), 1)),
        "pass_k": _rounded(mean_pass_hat(by_case.values(), seeds)),
        "same_winner": _mean(run.same_winner for run in runs),
        "agreement": _mean(run.agreement for run in runs),
        "flips": _share(Share(sum(r.flips.flips for r in runs), sum(r.flips.messages for r in runs))),
        "contradictions": _share(total(run.contradictions for run in runs)),
        "injections": _share(
            Share(sum(len(r.injections.successes) for r in runs), sum(r.injections.attempts for r in runs))
        ),
        "kept": _share(total(run.kept for run in runs)),
        "precision": _rounded(Share(matched, found).value),
        "recall": _rounded(Share(matched, expected).value),
        "f1": _rounded(Share(2 * matched, found + expected).value),
        "numbers": _rounded(total(run.numbers for run in runs).value),
        "citation_precision": _rounded(total(run.citation_precision for run in runs).value),
        "citation_recall": _rounded(total(run.citation_recall for run in runs).value),
        "repeated": sum(run.repeated.again for run in runs),
        "still_open": sum(run.repeated.still_open for run in runs),
        "violations": sum(len(run.violations) for run in runs),
        "turns": _mean(run.trace.turns for run in runs),
        "exceptions": sum(run.trace.exception is not None for run in runs),
    }


def table(content: dict[str, Any]) -> str:
    """The matrix as Markdown, which reads well as plain text too."""
    heads = ["user", *COLUMNS.values()]
    lines = [_line(heads), _line(["---"] * len(heads))]
    lines += [
        _line([name, *(_cell(values[key]) for key in COLUMNS)]) for name, values in content["rows"].items()
    ]
    counted: dict[str, int] = defaultdict(int)
    for finding in content["findings"]:
        counted[finding["kind"]] += 1
    said = ", ".join(f"{count} {kind}" for kind, count in counted.items()) or "none"
    return "\n".join([*lines, "", f"Findings, worst first: {said}. With --json each is listed."])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _rank(finding: Finding) -> int:
    return SEVERITY.index(finding.kind)


def _share(share: Share) -> str | None:
    return f"{share.held}/{share.of}" if share.of else None


def _mean(values: Iterable[float | bool | None]) -> float | None:
    present = [float(value) for value in values if value is not None]
    return _rounded(fmean(present)) if present else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
