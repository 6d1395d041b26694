"""Every id that a record points to exists."""

from collections.abc import Collection, Iterable, Iterator

from ..aliases import nearest
from .finding import Finding, error, warning
from .tables import Tables

CLOUDS = frozenset({"aws", "azure", "gcp"})
"""Clouds as places: what runs on them inherits what facts about `cloud:<name>` say."""


def check_references(tables: Tables, protocols: frozenset[str]) -> Iterator[Finding]:
    """Dangling ids in facts, components, rules, decisions, arguments, slots and questions."""
    yield from _facts(tables)
    yield from _components(tables, protocols)
    yield from _rules(tables)
    yield from _decisions_and_arguments(tables)
    yield from _slots(tables)
    yield from _questions(tables)


def _facts(tables: Tables) -> Iterator[Finding]:
    for placed in tables.facts.values():
        fact, file = placed.record, placed.file
        yield from _unknown(file, fact.id, "slot", fact.slots, _slot_ids(tables))
        yield from _unknown(file, fact.id, "fact", fact.conflicts_with, tables.facts)
        if not _is_subject(fact.component, tables):
            yield error(file, fact.id, f"It is about the unknown component {fact.component!r}.")
        if ":" not in fact.component and fact.id.split("/")[0] != fact.component:
            yield error(file, fact.id, f"The id doesn't start with its component {fact.component!r}.")
        if fact.id.split("/")[1] != fact.kind:
            yield error(file, fact.id, f"The id says {fact.id.split('/')[1]!r}, the kind is {fact.kind!r}.")


def check_conflicts(tables: Tables) -> Iterator[Finding]:
    """Facts that contradict another which doesn't say so; only of one folder, since nobody can mend another's."""
    for placed in tables.facts.values():
        fact = placed.record
        for other in fact.conflicts_with:
            if other in tables.facts and fact.id not in tables.facts[other].record.conflicts_with:
                yield error(placed.file, fact.id, f"It conflicts with {other}, which doesn't say so of it.")


def _components(tables: Tables, protocols: frozenset[str]) -> Iterator[Finding]:
    known = set(tables.components) | protocols
    for placed in tables.components.values():
        component, file = placed.record, placed.file
        yield from _unknown(file, component.id, "slot", component.slots, tables.slots)
        yield from _unknown(file, component.id, "fact", component.fact_ids, tables.facts)
        for item in sorted(component.integrates_with - known):
            yield warning(
                file, component.id, f"It integrates with {item!r}, which is no component or protocol."
            )
        for item in sorted(component.open_standard - protocols):
            yield warning(
                file, component.id, f"Its open standard {item!r} isn't listed in workload/names.yaml."
            )
        alternatives = [item for group in component.requires for item in group.split("|")]
        yield from _unknown(file, component.id, "required component", alternatives, tables.components)
        bases = [scale.basis for scale in component.scale if scale.basis != "judgement"]
        yield from _unknown(file, component.id, "fact", bases, tables.facts)


def _rules(tables: Tables) -> Iterator[Finding]:
    slots = _slot_ids(tables)
    for placed in tables.rules.values():
        rule, file = placed.record, placed.file
        yield from _unknown(file, rule.id, "slot", [rule.slot] if rule.slot else [], slots)
        options = set(tables.components) | set(tables.decisions)
        yield from _unknown(file, rule.id, "component", rule.components, options)
        yield from _unknown(file, rule.id, "fact", rule.fact_ids, tables.facts)
        needed = [item for group in rule.requires for item in group.split("|")]
        yield from _unknown(file, rule.id, "required component or slot", needed, options | set(tables.slots))


def _decisions_and_arguments(tables: Tables) -> Iterator[Finding]:
    for decision in tables.decisions.values():
        yield from _unknown(decision.file, decision.record.id, "fact", decision.record.fact_ids, tables.facts)
    subjects = _slot_ids(tables) | set(tables.components) | set(tables.decisions)
    for argument in tables.arguments.values():
        record, file = argument.record, argument.file
        yield from _unknown(file, record.id, "fact", record.fact_ids, tables.facts)
        yield from _unknown(file, record.id, "subject", [record.about], subjects)


def _slots(tables: Tables) -> Iterator[Finding]:
    for placed in tables.slots.values():
        yield from _unknown(placed.file, placed.record.id, "slot", placed.record.depends_on, tables.slots)


def _questions(tables: Tables) -> Iterator[Finding]:
    workload_slots = {placed.record.slot for placed in tables.fields.values()}
    for placed in tables.questions.values():
        question, file = placed.record, placed.file
        for part in question.parts:
            yield from _unknown(file, question.id, "field", part.fields, tables.fields)
            yield from _unknown(file, question.id, "workload slot", [part.slot], workload_slots)
    for conflict in tables.conflicts.values():
        record = conflict.record
        yield from _unknown(conflict.file, record.id, "workload slot", record.slots, workload_slots)
        yield from _unknown(conflict.file, record.id, "field", record.drops, tables.fields)


def _slot_ids(tables: Tables) -> set[str]:
    decisions = {placed.record.decision for placed in tables.decisions.values()}
    return set(tables.slots) | {f"dec.{name}" for name in decisions} | decisions


def _is_subject(subject: str, tables: Tables) -> bool:
    kind, _, key = subject.rpartition(":")
    if kind == "decision":
        return key in tables.decisions
    if kind == "cloud":
        return key in CLOUDS
    return kind == "topic" or (key in tables.slots if kind == "slot" else subject in tables.components)


def _unknown(
    file: str, identity: str, what: str, ids: Iterable[str], known: Collection[str]
) -> Iterator[Finding]:
    # Looked up one by one: a set less thousands of keys is a new set of them each time.
    missing = sorted({item for item in ids if item not in known})
    if missing:
        names = ", ".join(repr(item) for item in missing)
        hint = nearest(missing[0], known, what).hint
        yield error(
            file, identity, f"Unknown {what}{'s' if len(missing) > 1 else ''}: {names}. {hint}".rstrip()
        )
