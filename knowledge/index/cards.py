"""Texts of the records: facts under a header, and a card for each component, slot, rule and decision.

The header (component, slot, purpose, kind) is part of the text because a statement alone rarely
names what it is about; with it, recall at five rose by 13 points in the measurements of the design.
"""

from collections.abc import Iterable, Iterator

from ..library import Knowledge
from ..records import Component, Decision, Fact, Laid, Rule, Slot
from .asked import read_asked
from .record import IndexRecord

ARTICLE_CARDS = "index/article.yaml"
ARTICLE = "article"
"""The kind of the cards of the framework's article."""
_EFFECTS = {
    "exclude": "Ruled out when",
    "require": "Needs something else when",
    "warn": "Caution when",
    "guard": "More than needed when",
}
_KINDS = {
    "risk": "risk, maintenance, end of life",
    "compat": "compatibility, supported versions",
    "limit": "limit, maximum",
    "perf": "performance, latency, throughput",
    "ops": "operation, deployment",
    "compliance": "compliance, data protection",
    "licence": "licence, terms of use",
    "cost": "cost, price",
    "tradeoff": "trade-off",
    "practice": "practice, how it is done",
    "quality": "quality, accuracy",
}


def fact_record(fact: Fact, knowledge: Knowledge, questions: tuple[str, ...] = ()) -> IndexRecord:
    """A fact under its header, with the questions that it answers; those of ours don't speak of somebody else's."""
    component = knowledge.components.get(fact.component)
    slots = fact.slots or (component.slots if component else ())
    slot = knowledge.slots.get(slots[0]) if slots else None
    role = f"{slot.name}: {slot.purpose}. " if slot else ""
    text = f"{subject_name(fact.component, knowledge)}. {role}{_KINDS[fact.kind]}. {fact.statement}{_whose(fact)}"
    return IndexRecord(
        id=fact.id,
        text=text,
        kind=fact.kind,
        component=fact.component,
        subjects=(fact.component,),
        slots=slots,
        layer=slot.layer if slot else 0,
        tier=fact.tier,
        as_of=fact.as_of,
        status=component.status if component else "",
        fact_ids=(fact.id,),
        core=fact.statement,
        questions=() if fact.mark else questions,
        own=bool(fact.mark),
    )


def component_record(component: Component, knowledge: Knowledge, facts: tuple[str, ...]) -> IndexRecord:
    """What a component is: roles, vendor, licence, modes, standing."""
    roles = [knowledge.slots[slot] for slot in component.slots if slot in knowledge.slots]
    text = (
        f"{component.name}. {_joined(f'{role.name} (layer {role.layer}): {role.purpose}' for role in roles)}. "
        f"By {component.vendor}; licence {component.licence}; status {component.status.replace('_', ' ')}, "
        f"{component.maturity.replace('_', ' ')}; "
        f"runs as {_joined(sorted(component.modes)).replace('_', ' ')}. "
        f"{component.notes}{_whose(component)}"
    )
    return IndexRecord(
        id=f"component:{component.id}",
        text=text.strip(),
        kind="component",
        component=component.id,
        subjects=(component.id,),
        slots=component.slots,
        layer=roles[0].layer if roles else 0,
        status=component.status,
        fact_ids=facts,
        own=bool(component.mark),
    )


def slot_record(slot: Slot) -> IndexRecord:
    """When a role is needed, when it isn't, and what to take when unsure."""
    text = (
        f"{slot.name}: {slot.purpose}. Needed when {slot.needed_when}. Not needed when {slot.skip_when}. "
        f"Default: {slot.default_if_unsure}."
    )
    return IndexRecord(f"slot:{slot.id}", text, "slot", slots=(slot.id,), layer=slot.layer)


def _effect(rule: Rule) -> str:
    if rule.effect == "value":
        return "Speaks for it" if rule.delta > 0 else "Speaks against it"
    return _EFFECTS[rule.effect]


def rule_record(rule: Rule, knowledge: Knowledge) -> IndexRecord:
    """A constraint in words."""
    slot = knowledge.slots.get(rule.slot)
    names = _joined(subject_name(item, knowledge) for item in rule.components)
    about = ". ".join(part for part in (names, slot.name if slot else "") if part)
    return IndexRecord(
        id=f"rule:{rule.id}",
        text=f"{about}. {_effect(rule)}: {rule.text}{_whose(rule)}".lstrip(". "),
        kind="rule",
        component=rule.components[0] if len(rule.components) == 1 else "",
        subjects=rule.components,
        slots=(rule.slot,) if rule.slot else (),
        layer=slot.layer if slot else 0,
        fact_ids=rule.fact_ids,
        own=bool(rule.mark),
    )


def decision_record(decision: Decision) -> IndexRecord:
    """An option of the model strategy or of the retrieval pattern."""
    heading = decision.decision.replace("_", " ")
    text = f"{decision.name}. {heading}. {decision.description} {decision.gate_text}".strip()
    return IndexRecord(
        id=f"decision:{decision.id}",
        text=text,
        kind="decision",
        component=f"decision:{decision.id}",
        subjects=(f"decision:{decision.id}", decision.id),
        slots=(f"dec.{decision.decision}",),
        fact_ids=decision.fact_ids,
    )


def article_records(knowledge: Knowledge) -> Iterator[IndexRecord]:
    """The framework's sections and tables, in own words; what they lack is marked as ours."""
    if not knowledge.files.is_plain(ARTICLE_CARDS):
        return
    for block in knowledge.files.yaml(ARTICLE_CARDS)["cards"]:
        whose = "ours, beside the framework article" if block.get("ours") else "framework article"
        text = f"{block['title']}. {block['text']} ({whose}, {block['section']})"
        yield IndexRecord(
            f"article:{block['key']}",
            text,
            ARTICLE,
            layer=int(block.get("layer", 0)),
            questions=tuple(block.get("asked", ())),
        )


def subject_name(subject: str, knowledge: Knowledge) -> str:
    """Readable name of a component, option, slot or topic id."""
    if subject in knowledge.components:
        return knowledge.components[subject].name
    kind, _, key = subject.rpartition(":")
    if key in knowledge.decisions:
        return knowledge.decisions[key].name
    if kind == "slot" and key in knowledge.slots:
        return knowledge.slots[key].name
    return key.replace("-", " ").replace("_", " ")


def index_records(knowledge: Knowledge) -> tuple[IndexRecord, ...]:
    """Every record of the index, facts first, in a stable order."""
    by_component: dict[str, list[str]] = {}
    for fact in knowledge.facts.values():
        by_component.setdefault(fact.component, []).append(fact.id)
    asked = read_asked(knowledge.files)
    records = [fact_record(fact, knowledge, asked.get(fact.id, ())) for fact in knowledge.facts.values()]
    records += [
        component_record(item, knowledge, tuple(by_component.get(item.id, ())))
        for item in knowledge.components.values()
    ]
    records += [slot_record(slot) for slot in knowledge.slots.values()]
    records += [rule_record(rule, knowledge) for rule in knowledge.rules.values()]
    records += [decision_record(item) for item in knowledge.decisions.values()]
    records += article_records(knowledge)
    return tuple(records)


def _whose(record: Laid) -> str:
    """Whose a record is, where it isn't packaged."""
    return f" ({record.mark})" if record.mark else ""


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(parts)
