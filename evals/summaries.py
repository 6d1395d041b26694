"""Scores of many cases in a few numbers, each with its interval; the case is what is counted, not the run."""

from collections import defaultdict
from collections.abc import Iterable
from statistics import fmean
from typing import Any

from .assertions import ScriptScore
from .baselines import Baseline
from .clusters import Clusters, clustered, counted, standings
from .intervals import Interval, Ratio, bootstrap, bootstrap_mean, wilson
from .paired import Difference, Pairing, pair
from .scoring import WEIGHTS, CaseScore
from .vocabulary import vocabulary


def summary(cases: Clusters[CaseScore]) -> dict[str, Any]:
    """Passes, score and its parts; intervals of the pass share and of each mean, over cases."""
    parts = {name: _means(cases, name) for name in WEIGHTS}
    passed = counted([[run.passed for run in runs] for runs in cases.values()])
    measured = {"score": [fmean(run.score for run in runs) for runs in cases.values()], **parts}
    return {
        "cases": len(cases),
        "runs": sum(len(runs) for runs in cases.values()),
        "passed": passed,
        **{name: mean(values) for name, values in measured.items()},
        "gate_failures": counted([[bool(run.gates) for run in runs] for runs in cases.values()]),
        "intervals": {
            "pass_share": ends(wilson(passed, len(cases))),
            **{name: ends(bootstrap_mean(values)) for name, values in measured.items()},
        },
    }


def _means(cases: Clusters[CaseScore], part: str) -> list[float]:
    """One value a case: the mean over its runs; none of a case that lacks the part."""
    found = [[value for run in runs if (value := run.parts[part]) is not None] for runs in cases.values()]
    return [fmean(values) for values in found if values]


def script_summary(cases: Clusters[ScriptScore]) -> dict[str, Any]:
    """Adversarial scripts; a script passes when all its assertions hold."""
    passed = counted([[run.passed for run in runs] for runs in cases.values()])
    rows = [
        Ratio(sum(run.held for run in runs), sum(len(run.results) for run in runs)) for runs in cases.values()
    ]
    return {
        "cases": len(cases),
        "runs": sum(len(runs) for runs in cases.values()),
        "passed": passed,
        "gates_held": counted([[not run.gates for run in runs] for runs in cases.values()]),
        "assertions": int(sum(row.whole for row in rows)),
        "assertions_held": int(sum(row.part for row in rows)),
        "intervals": {
            "pass_share": ends(wilson(passed, len(cases))),
            "assertions_held": ends(bootstrap(rows)),
        },
    }


def by_layer(cases: Clusters[CaseScore]) -> dict[str, dict[str, Any]]:
    """Share of the required slots of each layer whose picks fit; cases are resampled, not slots or runs."""
    layers = vocabulary().layers
    found: dict[str, list[Ratio]] = defaultdict(list)
    for runs in cases.values():
        fits: dict[str, list[bool]] = defaultdict(list)
        for slot, fit in ((slot, fit) for run in runs for slot, fit in run.fits.items()):
            fits[layers.get(slot, "other")].append(fit)
        for layer, held in fits.items():
            found[layer].append(Ratio(sum(held) / len(runs), len(held) / len(runs)))
    order = [layer for layer in dict.fromkeys((*layers.values(), "other")) if layer in found]
    return {layer: _layer(found[layer]) for layer in order}


def _layer(rows: list[Ratio]) -> dict[str, Any]:
    slots = int(sum(row.whole for row in rows))
    fit = rounded(sum(row.part for row in rows) / slots)
    return {"slots": slots, "fit": fit, "interval": ends(bootstrap(rows))}


def baseline_summary(baseline: Baseline, product: Clusters[CaseScore]) -> dict[str, Any]:
    """One baseline over its cases, and the product less this baseline on the cases that both have."""
    draws = [summary(clustered(draw, {})) for draw in baseline.draws]
    found = draws[0] if len(draws) == 1 else _mean_of_draws(draws, baseline)
    versus = pair(baseline.standings, standings(product))
    return {
        **found,
        "draws": len(draws),
        "scored": "choice of stack alone" if baseline.choice_alone else "whole consultation",
        "product_less_baseline": as_difference(versus),
    }


def _mean_of_draws(draws: list[dict[str, Any]], baseline: Baseline) -> dict[str, Any]:
    """Means over draws; intervals over cases of each case's mean."""
    keys = ("passed", "score", *WEIGHTS, "gate_failures")
    each = baseline.standings.values()
    return {
        "cases": draws[0]["cases"],
        "runs": sum(draw["runs"] for draw in draws),
        **{name: mean(draw[name] for draw in draws) for name in keys},
        "intervals": {
            "pass_share": ends(bootstrap_mean([item.passed for item in each])),
            "score": ends(bootstrap_mean([item.score or 0.0 for item in each])),
        },
    }


def as_difference(found: Pairing) -> dict[str, Any]:
    """A pairing as plain values, cases counted."""
    return {
        "shared": len(found.shared),
        "gained": len(found.gained) if found.p_value is not None else None,
        "lost": len(found.lost) if found.p_value is not None else None,
        "p_value": found.p_value,
        "pass_share": difference(found.passes),
        "score": difference(found.score),
    }


def difference(found: Difference | None) -> dict[str, Any] | None:
    """A mean difference as plain values."""
    return None if found is None else {"mean": rounded(found.mean), "interval": ends(found.interval)}


def mean(values: Iterable[float | None]) -> float | None:
    """Of what is known; None when nothing is."""
    present = [value for value in values if value is not None]
    return rounded(fmean(present)) if present else None


def rounded(value: float) -> float:
    """Four digits: more would suggest that they mean something."""
    return round(value, 4)


def ends(interval: Interval | None) -> list[float] | None:
    """Low and high."""
    return None if interval is None else [rounded(end) for end in interval]
