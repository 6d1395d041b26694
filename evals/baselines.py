"""Answerers that don't advise: constant stacks, random stacks and the documented choice.

They bound what a score means. A constant or random stack shows how far one goes without listening, the
documented choice that a right answer passes its own key.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from statistics import fmean
from typing import NamedTuple

from .case import RealCase
from .paired import Standing
from .scoring import CaseScore, score_picks
from .trace import Trace
from .vocabulary import data_file, vocabulary

Answerer = Callable[[RealCase], dict[str, list[str]]]
Scores = Mapping[str, CaseScore]
ORACLE = "documented choice"
RANDOM = "random plausible stack"
DRAWS = 20


class Baseline(NamedTuple):
    """Scores by case id of an answerer: one run, or several draws that count as their mean."""

    draws: tuple[Scores, ...]
    choice_alone: bool = True
    """Only the choice of stack was scored and all else given; else a whole consultation was."""

    @property
    def standings(self) -> dict[str, Standing]:
        """Per case the mean over the draws."""
        return {
            name: Standing(
                fmean(draw[name].passed for draw in self.draws),
                fmean(draw[name].score for draw in self.draws),
                drawn=len(self.draws) > 1,
            )
            for name in self.draws[0]
        }


def baselines(
    cases: Sequence[RealCase],
    extra: Mapping[str, Scores] | None = None,
    choices: Mapping[str, Scores] | None = None,
) -> dict[str, Baseline]:
    """All by name: ours, then `extra` whole consultations, then `choices` of a stack made elsewhere."""
    own = {name: Baseline((score_answerer(answerer, cases),)) for name, answerer in answerers().items()}
    own[RANDOM] = Baseline(tuple(score_answerer(random_stack(draw), cases) for draw in range(DRAWS)))
    whole = {name: Baseline((scores,), choice_alone=False) for name, scores in (extra or {}).items()}
    given = own | whole | {name: Baseline((scores,)) for name, scores in (choices or {}).items()}
    return {name: baseline for name, baseline in given.items() if baseline.draws[0]}


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


def random_stack(draw: int) -> Answerer:
    """One plausible id a slot, another for every case; the same draw picks the same for the same case."""

    def pick(case: RealCase) -> dict[str, list[str]]:
        source = random.Random(f"{draw}/{case.id}")  # noqa: S311 - a baseline, not a secret
        return {slot: [source.choice(ids)] for slot, ids in plausible().items()}

    return pick


@lru_cache(maxsize=1)
def plausible() -> dict[str, tuple[str, ...]]:
    """stack slot -> ids that may fill it."""
    words = vocabulary()
    listed = data_file("baselines.yaml")["plausible"]
    return {slot: tuple(sorted(words.expand(names))) for slot, names in listed.items()}


def score_answerer(answerer: Answerer, cases: Iterable[RealCase]) -> dict[str, CaseScore]:
    """Scores by case id of the choice of stack alone; all else is given for free."""
    return {case.id: score_picks(case, Trace(id=case.id, picks=answerer(case))) for case in cases}


def _constant(picks: dict[str, str]) -> Answerer:
    return lambda _: {slot: [name] for slot, name in picks.items()}


def _first_acceptable(names: Iterable[str]) -> str:
    first = next(iter(names))
    return vocabulary().classes[first.removeprefix("class:")][0] if first.startswith("class:") else first
