"""Which trade-offs are told: the arguments that hold for this workload and these picks, heaviest first.

The verifier keeps an argument only if all its facts were retrieved for this turn, so that nothing is
claimed without a source at hand. Per subject at most a few, so that every layer gets a word.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.expressions import Expression, parse
from knowledge.records import Argument
from tools.assessment import Option, Stack

from .evidence import pick_evidence, subjects

MAX_ARGUMENTS = 20
REPEATED = 0.85
GENERAL, PARTICULAR = 0.7, 0.1
"""A condition over three names is worth 1.0, none 0.7: what fits every workload is told last (judgement)."""


class Told(NamedTuple):
    """An argument filled in, with its evidence."""

    argument: Argument
    text: str
    evidence: tuple[str, ...]


def told_arguments(stack: Stack, values: Mapping[str, Any], knowledge: Knowledge) -> list[Told]:
    """The arguments to tell about `stack`, heaviest first, at most MAX_ARGUMENTS.

    An argument weighs what its author gave it, times how much its subject carries here, more where its
    condition is particular to such workloads, and less for each one already told of the subject.
    """
    picks = subjects(stack)
    holding = list(_holding(picks, values, knowledge))
    told: list[Told] = []
    count: Counter[str] = Counter()
    while holding and len(told) < MAX_ARGUMENTS:
        argument, subject, worth = max(holding, key=lambda item: (_now(item, count, knowledge), item[0].id))
        holding.remove((argument, subject, worth))
        text = _filled(argument, picks)
        if text is not None:
            count[subject] += 1
            told.append(Told(argument, text, evidence_of(argument, picks)))
    return told


def _holding(
    picks: Mapping[str, Option], values: Mapping[str, Any], knowledge: Knowledge
) -> Iterator[tuple[Argument, str, float]]:
    """The arguments whose conditions hold, each with its subject and its worth."""
    scope = {**values, "picked": tuple(option.component for option in picks.values())}
    for argument, when, worth in _ordered(knowledge):
        subject = _subject(argument, picks)
        if subject is None:
            continue
        scope["picked_here"] = (picks[subject].component,)
        if when.holds(scope):
            yield argument, subject, worth


def _now(item: tuple[Argument, str, float], count: Counter[str], knowledge: Knowledge) -> float:
    importance: float = knowledge.anchors["subject_importance"].get(item[1], 0.6)
    return item[2] * importance * REPEATED ** count[item[1]]


def facts_for(stack: Stack, values: Mapping[str, Any], knowledge: Knowledge) -> tuple[str, ...]:
    """Fact ids that the arguments about `stack` rest on: what to retrieve before telling them."""
    told = told_arguments(stack, values, knowledge)
    return tuple(dict.fromkeys(fact for item in told for fact in item.argument.fact_ids))


def evidence_of(argument: Argument, picks: Mapping[str, Option]) -> tuple[str, ...]:
    """The argument's facts, the picks that it names, and the argument itself."""
    named = [
        pick_evidence(slot, option).id
        for slot, option in picks.items()
        if f"{{pick:{slot}}}" in argument.text
    ]
    return tuple(dict.fromkeys((*argument.fact_ids, *named, f"argument/{argument.id}")))


@lru_cache(maxsize=8)
def _ordered(knowledge: Knowledge) -> tuple[tuple[Argument, Expression, float], ...]:
    """Arguments with their conditions and what they are worth by themselves."""
    parsed = [(argument, parse(argument.when)) for argument in knowledge.arguments.values()]
    return tuple(
        (argument, when, argument.weight * (GENERAL + PARTICULAR * min(len(when.names), 3)))
        for argument, when in parsed
    )


def _subject(argument: Argument, picks: Mapping[str, Option]) -> str | None:
    """The slot or decision that it speaks of, if it is part of the stack."""
    if argument.about in picks:
        return argument.about
    return next((slot for slot, option in picks.items() if option.component == argument.about), None)


def _filled(argument: Argument, picks: Mapping[str, Option]) -> str | None:
    """The text with its placeholders filled; None where one can't be."""
    text = argument.text
    for slot, option in picks.items():
        text = text.replace(f"{{pick:{slot}}}", option.name)
    return None if "{" in text else text
