"""Every expression parses, and every name in it is one that something sets."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..errors import KnowledgeInvalid
from ..expressions import parse
from ..records import Record
from .finding import Finding, error
from .tables import Tables

NAMES = "workload/names.yaml"

ARGUMENTS = "catalog/arguments/"


class Names(Record):
    """workload/names.yaml: names beside fields, derived names and what decisions set."""

    sizing: frozenset[str] = frozenset()
    resolved: frozenset[str] = frozenset()
    picked: frozenset[str] = frozenset()
    picked_here: frozenset[str] = frozenset()
    """Of arguments alone."""
    component: frozenset[str] = frozenset()
    protocols: frozenset[str] = frozenset()


class Condition(NamedTuple):
    """An expression and where it stands."""

    file: str
    identity: str
    key: str
    text: str


def check_expressions(tables: Tables, names: Names) -> Iterator[Finding]:
    """Expressions of slots, rules, decisions, arguments, questions, conflicts and derived names."""
    workload = (
        set(tables.fields) | set(tables.derived) | decision_names(tables) | names.sizing | names.resolved
    )
    for condition in conditions(tables):
        argument = condition.file.startswith(ARGUMENTS)
        yield from _check(
            condition, workload | names.picked | (names.picked_here if argument else frozenset())
        )
    for placed in tables.rules.values():
        if placed.record.where:
            where = Condition(placed.file, placed.record.id, "where", placed.record.where)
            yield from _check(where, names.component)
    yield from _derived(tables, set(tables.fields) | decision_names(tables) | names.sizing)
    for component in tables.components.values():
        for scale in component.record.scale:
            if scale.metric not in workload:
                message = f"scale: {scale.metric!r} is no field or derived name."
                yield error(component.file, component.record.id, message)


def decision_names(tables: Tables) -> set[str]:
    """Names that the options of the two decisions set."""
    return {name for placed in tables.decisions.values() for name in placed.record.sets}


def conditions(tables: Tables) -> Iterator[Condition]:
    """Every condition of slots, rules, decisions, arguments, questions and conflicts."""
    for slot in tables.slots.values():
        yield Condition(slot.file, slot.record.id, "need", slot.record.need)
    for rule in tables.rules.values():
        yield Condition(rule.file, rule.record.id, "when", rule.record.when)
    for decision in tables.decisions.values():
        yield Condition(decision.file, decision.record.id, "gate", decision.record.gate)
    for argument in tables.arguments.values():
        yield Condition(argument.file, argument.record.id, "when", argument.record.when)
    for question in tables.questions.values():
        yield Condition(question.file, question.record.id, "gate_when", question.record.gate_when)
        for part in question.record.parts:
            yield Condition(question.file, question.record.id, "ask_when", part.ask_when)
    for conflict in tables.conflicts.values():
        yield Condition(conflict.file, conflict.record.id, "when", conflict.record.when)


def _derived(tables: Tables, known: set[str]) -> Iterator[Finding]:
    """A formula may use earlier names of its file only."""
    earlier = set(known)
    for placed in tables.derived.values():
        record = placed.record
        yield from _check(Condition(placed.file, record.name, "formula", record.formula), earlier)
        earlier.add(record.name)


def _check(condition: Condition, known: Iterable[str]) -> Iterator[Finding]:
    file, identity, key, text = condition
    try:
        used = parse(text).names
    except KnowledgeInvalid as invalid:
        yield error(file, identity, f"{key}: {invalid}")
        return
    missing = sorted(used - set(known))
    if missing:
        yield error(file, identity, f"{key} uses unknown names: {', '.join(missing)}.")
