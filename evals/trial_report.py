"""What trials of random workloads showed: properties, each violation with its workload, and calibration."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from .calibration import Calibration, Claimed, calibrate
from .metamorphic import Violation

if TYPE_CHECKING:
    from .trials import Trial

LEGEND = (
    "tried: comparisons made; broken: comparisons that don't hold. Calibration: the share stated for the winner "
    "against how often it stays first when what is unknown is drawn from the priors."
)


class PropertyResult(NamedTuple):
    name: str
    tried: int
    broken: int
    workloads: int
    """How many workloads break it."""
    causes: dict[str, int]


class Found(NamedTuple):
    """A violation and where it was found."""

    number: int
    fields: dict[str, Any]
    violation: Violation


class TrialReport(NamedTuple):
    workloads: int
    seed: int
    as_of: date
    properties: tuple[PropertyResult, ...]
    violations: tuple[Found, ...]
    calibration: dict[str, Calibration | None]


def report_of(trials: "Sequence[Trial]", seed: int, as_of: date) -> TrialReport:
    """Everything counted."""
    found = tuple(
        Found(trial.drawn.number, trial.drawn.fields, violation)
        for trial in trials
        for verdict in trial.verdicts.values()
        for violation in verdict.violations
    )
    names = list(trials[0].verdicts) if trials else []
    calibration = {
        "what is assumed drawn": calibrate(_claims([trial.assumed for trial in trials])),
        "unstated limits drawn too": calibrate(_claims([trial.open for trial in trials])),
    }
    results = tuple(_result(name, trials, found) for name in names)
    return TrialReport(len(trials), seed, as_of, results, found, calibration)


def as_json(report: TrialReport) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "workloads": report.workloads,
        "seed": report.seed,
        "as_of": report.as_of.isoformat(),
        "properties": [item._asdict() for item in report.properties],
        "calibration": {
            name: item and {**item._asdict(), "bins": [part._asdict() for part in item.bins]}
            for name, item in report.calibration.items()
        },
        "violations": [
            {"number": item.number, **item.violation._asdict(), "workload": item.fields}
            for item in report.violations
        ],
    }


def table(report: TrialReport) -> str:
    """The report for a terminal."""
    lines = [f"{report.workloads} workloads of seed {report.seed}, as of {report.as_of.isoformat()}", ""]
    lines.append(f"{'property':24} {'tried':>7} {'broken':>7} {'workloads':>10}")
    for item in report.properties:
        lines.append(f"{item.name:24} {item.tried:>7} {item.broken:>7} {item.workloads:>10}")
        lines += [f"    {count} x {cause}" for cause, count in item.causes.items() if cause]
    for name, calibration in report.calibration.items():
        lines += ["", *_calibration_lines(name, calibration)]
    lines += ["", LEGEND]
    for found in report.violations:
        lines += [
            "",
            f"{found.violation.property}, workload {found.number}: {found.violation.text}",
            f"  {json.dumps(found.fields, ensure_ascii=False)}",
        ]
    return "\n".join(lines)


def _calibration_lines(name: str, calibration: Calibration | None) -> list[str]:
    if calibration is None:
        return [f"calibration, {name}: no winner to speak of"]
    head = f"calibration, {name}: ECE {calibration.ece:.3f}, Brier {calibration.brier:.3f} ({calibration.draws} draws)"
    return [
        head,
        *(
            f"    stated {item.stated:4.0%}  stays first {item.kept:4.0%}  ({item.draws})"
            for item in calibration.bins
        ),
    ]


def _result(name: str, trials: "Sequence[Trial]", found: Sequence[Found]) -> PropertyResult:
    mine = [item for item in found if item.violation.property == name]
    causes = Counter(item.violation.cause for item in mine)
    tried = sum(trial.verdicts[name].tried for trial in trials)
    ordered = dict(sorted(causes.items(), key=lambda pair: (-pair[1], pair[0])))
    return PropertyResult(name, tried, len(mine), len({item.number for item in mine}), ordered)


def _claims(groups: Sequence[Sequence[Claimed]]) -> list[Claimed]:
    return [claim for group in groups for claim in group]
