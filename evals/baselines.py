"""Answerers that don't advise: constant stacks and the documented choice.

They bound what a score means. A constant stack shows how far one goes without listening, the
documented choice that a right answer passes its own key.
"""

from collections.abc import Callable, Iterable

from .case import RealCase
from .scoring import CaseScore, score_picks
from .trace import Trace
from .vocabulary import data_file, vocabulary

Answerer = Callable[[RealCase], dict[str, list[str]]]
ORACLE = "documented choice"


def answerers() -> dict[str, Answerer]:
    """Name -> how it picks: the documented choice, then each constant stack of baselines.yaml."""
    constants = data_file("baselines.yaml")["constant_stacks"]
    return {ORACLE: documented_choice} | {name: _constant(picks) for name, picks in constants.items()}


def documented_choice(case: RealCase) -> dict[str, list[str]]:
    """What the organisation chose; a required slot that isn't documented gets an acceptable id."""
    picks = {slot: list(ids) for slot, ids in case.documented_choice.items()}
    expected = case.expectations
    for slot in expected.required_slots:
        picks.setdefault(slot, [_first_acceptable(expected.acceptable[slot])])
    return picks


def score_answerer(answerer: Answerer, cases: Iterable[RealCase]) -> dict[str, CaseScore]:
    """Scores by case id of the choice of stack alone; all else is given for free."""
    return {case.id: score_picks(case, Trace(id=case.id, picks=answerer(case))) for case in cases}


def _constant(picks: dict[str, str]) -> Answerer:
    return lambda _: {slot: [name] for slot, name in picks.items()}


def _first_acceptable(names: Iterable[str]) -> str:
    first = next(iter(names))
    return vocabulary().classes[first.removeprefix("class:")][0] if first.startswith("class:") else first
