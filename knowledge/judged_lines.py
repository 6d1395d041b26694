"""Every line that we draw by judgement, by what is compared: whatever record draws it."""

from collections.abc import Iterable, Iterator

from .library import Knowledge
from .records import Component, Fact, Record
from .thresholds import thresholds, unnamed

JUDGEMENT = "judgement"
"""The basis of an end of a scale that no fact gives."""


class JudgedThreshold(Record):
    """A line that we draw, and where."""

    compared: str
    """What is compared: a field, a derived name or a formula over them."""
    number: float
    drawn_by: tuple[str, ...]
    """`rule:<id>`, `slot:<id>`, `derived:<name>`, `decision:<id>`, `question:<id>`, `conflict:<id>`, `argument:<id>` or
    `component:<id>`, in this order."""


_Line = tuple[tuple[str, float], str]
"""What is compared with which number, and what draws the line."""


def judged_thresholds(knowledge: Knowledge) -> tuple[JudgedThreshold, ...]:
    """All lines that no fact names."""
    places: dict[tuple[str, float], dict[str, None]] = {}
    for line, place in _drawn(knowledge):
        places.setdefault(line, {})[place] = None
    return tuple(
        JudgedThreshold(compared=name, number=number, drawn_by=tuple(drawn))
        for (name, number), drawn in sorted(places.items())
    )


def _drawn(knowledge: Knowledge) -> Iterator[_Line]:
    for rule in knowledge.rules.values():
        yield from _of(rule.when, f"rule:{rule.id}", _cited(knowledge, rule.fact_ids))
    for slot in knowledge.slots.values():
        yield from _of(slot.need, f"slot:{slot.id}")
    for item in knowledge.derived.values():
        yield from _of(item.formula, f"derived:{item.name}")
    for decision in knowledge.decisions.values():
        yield from _of(decision.gate, f"decision:{decision.id}", _cited(knowledge, decision.fact_ids))
    for question in knowledge.questions.values():
        for condition in (question.gate_when, *(part.ask_when for part in question.parts)):
            yield from _of(condition, f"question:{question.id}")
    for conflict in knowledge.conflicts:
        yield from _of(conflict.when, f"conflict:{conflict.id}")
    for argument in knowledge.arguments.values():
        yield from _of(argument.when, f"argument:{argument.id}", _cited(knowledge, argument.fact_ids))
    for component in knowledge.components.values():
        yield from _of_scale(component)


def _of(condition: str, place: str, facts: tuple[Fact, ...] = ()) -> Iterator[_Line]:
    """What the condition compares and none of the facts names."""
    lines = unnamed(condition, facts) if facts else thresholds(condition)
    return ((line, place) for line in lines)


def _of_scale(component: Component) -> Iterator[_Line]:
    """The ends of the loads over which it is comfortable, as far as they are judged."""
    for scale in component.scale:
        for end in (scale.low, scale.high) if scale.basis == JUDGEMENT else ():
            if end:
                yield (scale.metric, end), f"component:{component.id}"


def _cited(knowledge: Knowledge, ids: Iterable[str]) -> tuple[Fact, ...]:
    return tuple(knowledge.facts[item] for item in ids if item in knowledge.facts)
