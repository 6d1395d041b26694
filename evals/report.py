"""How good the advice is, over all cases: never one number alone, and the baselines beside it.

Reads cases and traces; a trace without a case that it can be scored by is listed, not counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import Any, NamedTuple

from .assertions import ScriptScore, score_script
from .baselines import answerers, score_answerer
from .case import AdversarialCase, RealCase
from .case_files import CaseSet
from .compare import SCHEMA
from .scoring import WEIGHTS, CaseScore, score_case
from .trace import Trace
from .vocabulary import vocabulary


class AdviceReport(NamedTuple):
    """Scores by case id, and what surrounds them."""

    real: dict[str, CaseScore]
    adversarial: dict[str, ScriptScore]
    cases: dict[str, RealCase | AdversarialCase]
    turns: dict[str, int]
    exceptions: dict[str, str]
    unscored: tuple[str, ...]
    problems: tuple[str, ...]
    baselines: dict[str, dict[str, CaseScore]]


def score_traces(
    found: CaseSet, traces: Mapping[str, Trace], known_citations: frozenset[str]
) -> AdviceReport:
    """Score every trace that has a case."""
    real: dict[str, CaseScore] = {}
    adversarial: dict[str, ScriptScore] = {}
    for identity, case in found.cases.items():
        if identity not in traces:
            continue
        if isinstance(case, RealCase):
            real[identity] = score_case(case, traces[identity], known_citations)
        else:
            adversarial[identity] = score_script(case, traces[identity])
    scored = [case for identity, case in found.cases.items() if identity in real]
    real_cases = [case for case in scored if isinstance(case, RealCase)]
    return AdviceReport(
        real=real,
        adversarial=adversarial,
        cases=found.cases,
        turns={identity: trace.turns for identity, trace in traces.items()},
        exceptions={name: trace.exception for name, trace in traces.items() if trace.exception},
        unscored=tuple(name for name in traces if name not in real and name not in adversarial),
        problems=tuple(f"{problem.path}: {problem.text}" for problem in found.problems),
        baselines={name: score_answerer(answerer, real_cases) for name, answerer in answerers().items()},
    )


def as_json(report: AdviceReport) -> dict[str, Any]:
    """The whole report as plain values."""
    return {
        "schema": SCHEMA,
        "real": {name: _case(score, report.turns[name]) for name, score in report.real.items()},
        "adversarial": {
            name: _script(score, report.turns[name]) for name, score in report.adversarial.items()
        },
        "totals": totals(report),
        "by_layer": by_layer(report.real.values()),
        "by_difficulty": _grouped(report, "difficulty"),
        "by_category": _grouped(report, "category"),
        "baselines": {name: _summary(scores.values()) for name, scores in report.baselines.items()},
        "unknown_names": sorted({name for score in report.real.values() for name in score.unknown_names}),
        "exceptions": report.exceptions,
        "unscored": list(report.unscored),
        "problems": list(report.problems),
    }


def totals(report: AdviceReport) -> dict[str, Any]:
    """Both kinds of cases in a few numbers."""
    scripts = report.adversarial.values()
    assertions = [result.held for score in scripts for result in score.results]
    return {
        "real": _summary(report.real.values()),
        "adversarial": {
            "cases": len(report.adversarial),
            "passed": sum(score.passed for score in scripts),
            "gates_held": sum(not score.gates for score in scripts),
            "assertions": len(assertions),
            "assertions_held": sum(assertions),
        },
    }


def by_layer(scores: Iterable[CaseScore]) -> dict[str, dict[str, Any]]:
    """Share of the required slots of each layer whose picks fit."""
    layers = vocabulary().layers
    found: dict[str, list[bool]] = defaultdict(list)
    for score in scores:
        for slot, fits in score.fits.items():
            found[layers.get(slot, "other")].append(fits)
    order = [layer for layer in dict.fromkeys((*layers.values(), "other")) if layer in found]
    return {layer: {"slots": len(found[layer]), "fit": _round(fmean(found[layer]))} for layer in order}


def _grouped(report: AdviceReport, attribute: str) -> dict[str, dict[str, Any]]:
    groups: dict[str, list[CaseScore]] = defaultdict(list)
    for name, score in report.real.items():
        groups[str(getattr(report.cases[name], attribute))].append(score)
    return {name: _summary(groups[name]) for name in sorted(groups)}


def _summary(scores: Iterable[CaseScore]) -> dict[str, Any]:
    listed = list(scores)
    parts = {name: [score.parts[name] for score in listed] for name in WEIGHTS}
    means = {name: _mean(values) for name, values in parts.items()}
    return {
        "cases": len(listed),
        "passed": sum(score.passed for score in listed),
        "score": _mean(score.score for score in listed),
        **means,
        "gate_failures": sum(bool(score.gates) for score in listed),
    }


def _case(score: CaseScore, turns: int) -> dict[str, Any]:
    return {
        "passed": score.passed,
        "score": _round(score.score),
        **{name: None if value is None else _round(value) for name, value in score.parts.items()},
        "turns": turns,
        "gates": list(score.gates),
        "slots": score.fits,
        "over_engineering": list(score.over_engineering),
        "missing_mentions": list(score.missing_mentions),
        "wrong_numbers": list(score.wrong_numbers),
        "unknown_names": list(score.unknown_names),
    }


def _script(score: ScriptScore, turns: int) -> dict[str, Any]:
    failed = [f"{result.type}: {result.about}".rstrip(": ") for result in score.results if not result.held]
    return {
        "passed": score.passed,
        "assertions": len(score.results),
        "held": score.held,
        "turns": turns,
        "gates": list(score.gates),
        "failed": failed,
    }


def _mean(values: Iterable[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return _round(fmean(present)) if present else None


def _round(value: float) -> float:
    return round(value, 4)
