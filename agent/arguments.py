"""Which trade-offs are told: the arguments that hold for this workload and these picks, heaviest first.

An argument is told only if all its facts were retrieved for this turn, so that nothing is claimed
without a source at hand. Per subject at most a few, so that every layer gets a word.
"""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.expressions import Expression, parse
from knowledge.records import Argument
from tools.assessment import Option, Stack

PER_SUBJECT = 3
MAX_ARGUMENTS = 20
DECISIONS = ("dec.model_strategy", "dec.retrieval_pattern")


class Told(NamedTuple):
    """An argument filled in, with its evidence."""

    argument: Argument
    text: str
    evidence: tuple[str, ...]


def told_arguments(
    stack: Stack, values: Mapping[str, Any], retrieved: frozenset[str], knowledge: Knowledge
) -> list[Told]:
    """The arguments to tell about `stack`, heaviest first, at most MAX_ARGUMENTS."""
    picks = _subjects(stack)
    scope = {**values, "picked": tuple(option.component for option in picks.values())}
    per_subject: Counter[str] = Counter()
    told: list[Told] = []
    for argument, when in _ordered(knowledge):
        subject = _subject(argument, picks)
        if subject is None or per_subject[subject] >= PER_SUBJECT or not when.holds(scope):
            continue
        text = _filled(argument, stack, picks)
        if text is None:
            continue
        per_subject[subject] += 1
        told.append(Told(argument, text, evidence_of(argument, picks[subject], retrieved)))
        if len(told) == MAX_ARGUMENTS:
            break
    return told


def facts_for(stack: Stack, values: Mapping[str, Any], knowledge: Knowledge) -> tuple[str, ...]:
    """Fact ids that the arguments about `stack` rest on: what to retrieve before telling them."""
    told = told_arguments(stack, values, frozenset(), knowledge)
    return tuple(dict.fromkeys(fact for item in told for fact in item.argument.fact_ids))


def evidence_of(argument: Argument, option: Option, retrieved: frozenset[str]) -> tuple[str, ...]:
    """The argument's facts, and what is known of the pick that it speaks of."""
    about_pick = tuple(fact for fact in option.reasons if fact in retrieved)[:1] or option.reasons[:1]
    return tuple(dict.fromkeys((*argument.fact_ids, *about_pick, f"argument/{argument.id}")))


@lru_cache(maxsize=8)
def _ordered(knowledge: Knowledge) -> tuple[tuple[Argument, Expression], ...]:
    ranked = sorted(knowledge.arguments.values(), key=lambda argument: (-argument.weight, argument.id))
    return tuple((argument, parse(argument.when)) for argument in ranked)


def _subjects(stack: Stack) -> dict[str, Option]:
    """Everything that an argument can be about: slots and decisions of the stack."""
    return {
        DECISIONS[0]: stack.model_strategy,
        DECISIONS[1]: stack.retrieval_pattern,
        **stack.picks,
    }


def _subject(argument: Argument, picks: Mapping[str, Option]) -> str | None:
    """The slot or decision that it speaks of, if it is part of the stack."""
    if argument.about in picks:
        return argument.about
    return next((slot for slot, option in picks.items() if option.component == argument.about), None)


def _filled(argument: Argument, stack: Stack, picks: Mapping[str, Option]) -> str | None:
    """The text with its placeholders filled; None where one can't be."""
    text = argument.text
    for slot, option in picks.items():
        text = text.replace(f"{{pick:{slot}}}", option.name)
    return None if "{" in text else text
