"""How good the advice is, over all cases: never one number alone, and the baselines beside it.

Reads cases and traces; a trace without a case that it can be scored by is listed, not counted.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from .about import About
from .about import as_json as about_json
from .assertions import ScriptScore, score_script
from .baselines import Baseline, Scores, baselines
from .case import AdversarialCase, RealCase
from .case_files import CaseSet
from .clusters import clustered
from .compare import SCHEMA
from .failures import reasons, script_reasons
from .intervals import LEVEL, RESAMPLES
from .scoring import CaseScore, score_case, score_picks
from .summaries import baseline_summary, by_layer, rounded, script_summary, summary
from .trace import Trace


class AdviceReport(NamedTuple):
    """Scores by case id, and what surrounds them."""

    real: dict[str, CaseScore]
    adversarial: dict[str, ScriptScore]
    cases: dict[str, RealCase | AdversarialCase]
    traces: dict[str, Trace]
    choice: dict[str, CaseScore]
    """The product's choice of stack alone, scored as most baselines are."""
    unscored: tuple[str, ...]
    problems: tuple[str, ...]
    baselines: dict[str, Baseline]
    case_of: Mapping[str, str] = {}
    """Run -> its case, where a case ran several times."""
    about: About | None = None

    @property
    def exceptions(self) -> dict[str, str]:
        """What broke, by case id."""
        return {name: trace.exception for name, trace in self.traces.items() if trace.exception}


def score_traces(
    found: CaseSet,
    traces: Mapping[str, Trace],
    known_citations: frozenset[str],
    extra: Mapping[str, Scores] | None = None,
    choices: Mapping[str, Scores] | None = None,
    case_of: Mapping[str, str] | None = None,
    about: About | None = None,
) -> AdviceReport:
    """Score every trace that has a case. More baselines: `extra` scored as whole consultations, `choices`
    by their choice of stack alone. `case_of` names the case of a run that has another name."""
    origin = case_of or {}
    real: dict[str, CaseScore] = {}
    choice: dict[str, CaseScore] = {}
    adversarial: dict[str, ScriptScore] = {}
    scored: dict[str, RealCase] = {}
    for identity, case in found.cases.items():
        if identity not in traces:
            continue
        if isinstance(case, RealCase):
            real[identity] = score_case(case, traces[identity], known_citations)
            choice[identity] = score_picks(case, traces[identity])
            name = origin.get(identity, identity)
            scored.setdefault(name, case.model_copy(update={"id": name}))
        else:
            adversarial[identity] = score_script(case, traces[identity])
    return AdviceReport(
        real=real,
        adversarial=adversarial,
        cases=found.cases,
        traces=dict(traces),
        choice=choice,
        unscored=tuple(name for name in traces if name not in real and name not in adversarial),
        problems=tuple(f"{problem.path}: {problem.text}" for problem in found.problems),
        baselines=baselines(list(scored.values()), extra, choices),
        case_of=origin,
        about=about,
    )


def as_json(report: AdviceReport) -> dict[str, Any]:
    """The whole report as plain values."""
    return {
        "schema": SCHEMA,
        "about": about_json(report.about) if report.about else None,
        "intervals": {"level": LEVEL, "pass_shares": "Wilson", "means": "bootstrap", "resamples": RESAMPLES},
        "real": {name: _of(name, report) | _case(score) for name, score in report.real.items()},
        "adversarial": {
            name: _of(name, report) | _script(score) for name, score in report.adversarial.items()
        },
        "totals": totals(report),
        "by_layer": by_layer(clustered(report.real, report.case_of)),
        "by_difficulty": _grouped(report, "difficulty"),
        "by_category": _grouped(report, "category"),
        "choice_of_stack_alone": summary(clustered(report.choice, report.case_of)),
        "baselines": _baselines(report),
        "unknown_names": sorted({name for score in report.real.values() for name in score.unknown_names}),
        "exceptions": report.exceptions,
        "unscored": list(report.unscored),
        "problems": list(report.problems),
    }


def totals(report: AdviceReport) -> dict[str, Any]:
    """Both kinds of cases in a few numbers."""
    return {
        "real": summary(clustered(report.real, report.case_of)),
        "adversarial": script_summary(clustered(report.adversarial, report.case_of)),
    }


def _baselines(report: AdviceReport) -> dict[str, dict[str, Any]]:
    """Each against the product's scores of the same kind."""
    whole, alone = (clustered(scores, report.case_of) for scores in (report.real, report.choice))
    return {
        name: baseline_summary(baseline, alone if baseline.choice_alone else whole)
        for name, baseline in report.baselines.items()
    }


def _grouped(report: AdviceReport, attribute: str) -> dict[str, dict[str, Any]]:
    groups: dict[str, dict[str, CaseScore]] = defaultdict(dict)
    for name, score in report.real.items():
        groups[str(getattr(report.cases[name], attribute))][name] = score
    return {name: summary(clustered(groups[name], report.case_of)) for name in sorted(groups)}


def _of(name: str, report: AdviceReport) -> dict[str, Any]:
    """Which case it is, and how long it took."""
    return {"case": report.case_of.get(name, name), "turns": report.traces[name].turns}


def _case(score: CaseScore) -> dict[str, Any]:
    return {
        "passed": score.passed,
        "score": rounded(score.score),
        **{name: None if value is None else rounded(value) for name, value in score.parts.items()},
        "failed": reasons(score),
        "gates": list(score.gates),
        "slots": score.fits,
        "over_engineering": list(score.over_engineering),
        "missing_mentions": list(score.missing_mentions),
        "wrong_numbers": list(score.wrong_numbers),
        "unknown_names": list(score.unknown_names),
    }


def _script(score: ScriptScore) -> dict[str, Any]:
    return {
        "passed": score.passed,
        "assertions": len(score.results),
        "held": score.held,
        "gates": list(score.gates),
        "failed": script_reasons(score),
    }
