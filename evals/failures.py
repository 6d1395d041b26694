"""Why a case failed, in the order in which the pass conditions are checked: what failed first stands first."""

from .assertions import ScriptScore
from .scoring import LEAST, PASS_SCORE, WEIGHTS, CaseScore, below, weighted

POINTS_WORTH_NAMING = 0.005


def reasons(score: CaseScore) -> list[str]:
    """Gates, then each threshold that was missed; empty for a pass."""
    if score.passed:
        return []
    lacking = {"fit": misfits(score), "mentions": score.missing_mentions}
    found = [f"gate {gate}" for gate in score.gates]
    found += [
        f"{name} {value:.2f} is below {LEAST[name]:.2f}: {', '.join(lacking[name])}"
        for name, value in below(score.parts).items()
    ]
    if score.score < PASS_SCORE:
        found.append(f"score {score.score:.2f} is below {PASS_SCORE:.2f}: {', '.join(_losses(score))}")
    return found


def misfits(score: CaseScore) -> list[str]:
    """Required slots whose picks don't fit."""
    return [slot for slot, fits in score.fits.items() if not fits]


def script_reasons(score: ScriptScore) -> list[str]:
    """Assertions that didn't hold, those of the gates first."""
    failed = [result for result in score.results if not result.held]
    failed.sort(key=lambda result: result.type not in score.gates)
    return [f"{result.type}: {result.about}".rstrip(": ") for result in failed]


def _losses(score: CaseScore) -> list[str]:
    """Which parts cost how many points of the score, the dearest first."""
    present = [name for name, value in score.parts.items() if value is not None]
    total = sum(WEIGHTS[name] for name in present)
    lost = {name: WEIGHTS[name] * (1 - (score.parts[name] or 0.0)) / total for name in present}
    lost["over-engineering"] = weighted(score.parts) - score.score
    dearest = sorted(lost.items(), key=lambda item: -item[1])
    return [f"{name} costs {points:.2f}" for name, points in dearest if points >= POINTS_WORTH_NAMING]
