"""What a person may look up: one record in full, and what is overdue."""

from datetime import date
from difflib import get_close_matches
from typing import NamedTuple

from .contradictions import contradicting
from .errors import NothingHeld, UnknownName
from .hardware import TABLE as ACCELERATORS
from .hardware import Accelerator, resolve_accelerator
from .index.cards import article_records
from .index.record import IndexRecord
from .index.rows.records import BY_NAME_ALONE, RowRecords, service_id
from .index.spoken import component_names
from .index.vocabulary import read_word_lists
from .library import Knowledge
from .machines import MACHINE, machine_named
from .models import TABLE as MODELS
from .models import models, resolve_model
from .price_rows import price_lines
from .rate_texts import RATES, provider_rate_lines
from .records import Argument, Component, Decision, Fact, Laid, Rule, Slot
from .row_texts import ACCELERATOR, LINE, MODEL, PRICE, SERVICE, sold_model_lines
from .thresholds import judged


def stale(knowledge: Knowledge, as_of: date) -> list[Fact]:
    """Facts past their review date, the longest overdue first."""
    overdue = [fact for fact in knowledge.facts.values() if is_overdue(fact, as_of)]
    return sorted(overdue, key=lambda fact: (fact.review_by, fact.id))


def is_overdue(fact: Fact, as_of: date) -> bool:
    """Whether it is past its review date."""
    return fact.review_by < as_of


ARTICLE, CLOUD = "article:", "cloud:"
MOST_MEANT = 5
"""Of the components that a name may mean."""
_ISSUE = "open an issue with this id, what the source says and its address."
REPORT = (
    "Wrong or out of date? Correct it for yourself under this id in a folder of your own (docs/knowledge.md, "
    f"--knowledge DIR); to have it corrected for everybody, {_ISSUE}"
)
REPORT_ROW = f"Wrong or out of date? To have it corrected, {_ISSUE}"


OF_ONES_OWN = frozenset({"fact", "component", "rule", "argument"})
"""Kinds of records that a folder of one's own may hold."""


class FoundRecord(NamedTuple):
    """A record by its id, with the facts that it rests on."""

    id: str
    kind: str
    fact_ids: tuple[str, ...]
    text: str


def record_of(knowledge: Knowledge, identity: str) -> FoundRecord:
    """A fact, component, slot, rule, decision option, argument, card of the article, model, machine or accelerator by
    id or name, a component by what people call it, its prices and rate limits by its id, and what is said of a whole
    cloud.

    UnknownName offers the nearest.
    """
    key = identity.strip()
    if marked := _marked(key, knowledge):
        return marked
    for prefix in ("component:", "slot:", "rule:", "decision:", "argument:"):
        key = key.removeprefix(prefix)
    if key in knowledge.facts:
        return FoundRecord(key, "fact", (key,), _fact(knowledge.facts[key], knowledge))
    component = knowledge.components.get(key) or _component_named(knowledge, key)
    if component is not None:
        return _found_component(component, knowledge)
    if key in knowledge.slots:
        return FoundRecord(key, "slot", (), _slot(knowledge.slots[key], knowledge))
    if key in knowledge.decisions:
        decision = knowledge.decisions[key]
        return FoundRecord(key, "decision", decision.fact_ids, _decision(decision))
    if key in knowledge.rules:
        rule = knowledge.rules[key]
        return FoundRecord(key, "rule", rule.fact_ids, _rule(rule, knowledge))
    if key in knowledge.arguments:
        argument = knowledge.arguments[key]
        return FoundRecord(key, "argument", argument.fact_ids, _argument(argument))
    if knowledge.files.is_plain(MODELS) and (model := _model_named(knowledge, key)):
        return model
    if machine_named(knowledge, key):
        return _machine(key, knowledge)
    accelerator = _accelerator_named(knowledge, key)
    if accelerator is not None:
        return _accelerator(accelerator, knowledge)
    spoken = _spoken(knowledge, key)
    if len(spoken) == 1:
        return _found_component(knowledge.components[spoken[0]], knowledge)
    raise UnknownName("record", identity, spoken[:MOST_MEANT] or nearest_ids(knowledge, key))


def _marked(key: str, knowledge: Knowledge) -> FoundRecord | None:
    """What its beginning tells the kind of: a row of a table, a card of the article, a cloud."""
    if key.startswith((MODEL, ACCELERATOR, MACHINE, PRICE, SERVICE, RATES)):
        key = key.partition(LINE)[0]
    if key.startswith(ARTICLE):
        return _card(knowledge, key)
    if key.startswith(MODEL):
        return _model_or_price(key.removeprefix(MODEL), knowledge)
    if key.startswith(ACCELERATOR):
        return _accelerator(resolve_accelerator(knowledge, key.removeprefix(ACCELERATOR)), knowledge)
    if key.startswith(MACHINE):
        return _machine(key.removeprefix(MACHINE), knowledge)
    if key.startswith(SERVICE):
        return _service(key, knowledge)
    if key.startswith((PRICE, RATES)):
        return _row_of_component(key, knowledge)
    return _cloud(key.casefold(), knowledge) if key.casefold().startswith(CLOUD) else None


def _card(knowledge: Knowledge, key: str) -> FoundRecord:
    """What the framework's article says, in own words, and where."""
    cards = {card.id: card for card in article_records(knowledge)}
    if key not in cards:
        raise UnknownName("record", key, get_close_matches(key, list(cards), 3, 0.5))
    return FoundRecord(key, "article", (), _lines(key, cards[key].text))


def _cloud(key: str, knowledge: Knowledge) -> FoundRecord:
    """What is said of a cloud's platform as a whole."""
    told = [fact for fact in knowledge.facts.values() if fact.component == key]
    if not told:
        held = sorted(
            {fact.component for fact in knowledge.facts.values() if fact.component.startswith(CLOUD)}
        )
        raise UnknownName("cloud", key, held)
    said = (f"{fact.id}: {fact.statement}" for fact in told)
    return FoundRecord(
        key,
        "cloud",
        tuple(fact.id for fact in told),
        _lines(f"{key}: what is said of the platform as a whole", *said),
    )


def show(knowledge: Knowledge, identity: str) -> str:
    """One record as text, and how to report that it is wrong."""
    record = record_of(knowledge, identity)
    return f"{record.text}\n\n{REPORT if record.kind in OF_ONES_OWN else REPORT_ROW}"


def nearest_ids(knowledge: Knowledge, key: str, count: int = 3) -> list[str]:
    """The known ids that look most like `key`."""
    tables = (knowledge.components, knowledge.facts, knowledge.slots, knowledge.decisions, knowledge.rules)
    return get_close_matches(key.lower(), [item for table in tables for item in table], count, 0.5)


def _component_named(knowledge: Knowledge, name: str) -> Component | None:
    wanted = name.casefold()
    return next((item for item in knowledge.components.values() if item.name.casefold() == wanted), None)


def _found_component(component: Component, knowledge: Knowledge) -> FoundRecord:
    facts = _facts_about(component, knowledge)
    return FoundRecord(component.id, "component", facts, _component(component, facts, knowledge))


def _spoken(knowledge: Knowledge, name: str) -> list[str]:
    """Ids of the components that people call so: `EKS`, `k8s`, `wandb`."""
    names = component_names(knowledge, read_word_lists(knowledge.files))
    return sorted(names.spoken(name) & knowledge.components.keys())


def _model_named(knowledge: Knowledge, name: str) -> FoundRecord | None:
    try:
        return _model_or_price(name, knowledge)
    except UnknownName:
        return None


def _accelerator_named(knowledge: Knowledge, name: str) -> Accelerator | None:
    if not knowledge.files.is_plain(ACCELERATORS):
        return None
    try:
        return resolve_accelerator(knowledge, name)
    except UnknownName:
        return None


def _model_or_price(name: str, knowledge: Knowledge) -> FoundRecord:
    """A model, or what is held of one of which nothing but prices is."""
    rows = RowRecords(knowledge)
    if name in rows.models and name not in models(knowledge):
        return _row(rows.model(name))
    try:
        return _row(rows.model(resolve_model(knowledge, name).key))
    except UnknownName:
        if not sold_model_lines(name, knowledge):
            raise
        return _row(rows.model(name))


def _accelerator(accelerator: Accelerator, knowledge: Knowledge) -> FoundRecord:
    return _row(RowRecords(knowledge).accelerator(accelerator.key))


def _machine(name: str, knowledge: Knowledge) -> FoundRecord:
    """What a type of machine holds and costs."""
    rows, known = RowRecords(knowledge), machine_named(knowledge, name)
    if not known:
        raise UnknownName("record", name, get_close_matches(name, rows.machines, 3, 0.5))
    return _row(rows.machine(known))


def _service(key: str, knowledge: Knowledge) -> FoundRecord:
    """The list prices under a service's own name."""
    rows = RowRecords(knowledge)
    record = rows.by_id(key)
    if record is None:
        raise UnknownName("record", key, get_close_matches(key, map(service_id, rows.services), 3, 0.5))
    return _row(record)


def _row_of_component(key: str, knowledge: Knowledge) -> FoundRecord:
    """Its list prices, or its rate limits; NothingHeld where none are held of it."""
    prefix, _, name = key.partition(":")
    component = knowledge.components.get(name) or _component_named(knowledge, name)
    if component is None:
        raise UnknownName("component", name, nearest_ids(knowledge, name))
    record = RowRecords(knowledge).by_id(f"{prefix}:{component.id}")
    if record is None:
        about = "list prices" if f"{prefix}:" == PRICE else "rate limits"
        hint = f"What is held of it: stackwright knowledge show {component.id}"
        raise NothingHeld(f"No {about} of {component.name} are held.", hint)
    return _row(record)


def _row(record: IndexRecord) -> FoundRecord:
    """The text of a row of a model, a machine or an accelerator begins with the rest of its id, others with a name."""
    kind = record.id.partition(":")[0]
    text = f"{kind}:{record.text}" if record.kind in BY_NAME_ALONE else f"{record.id}: {record.text}"
    return FoundRecord(record.id, record.kind, (), text)


def _fact(fact: Fact, knowledge: Knowledge) -> str:
    others = contradicting(knowledge).get(fact.id, ())
    return _lines(
        fact.id,
        fact.statement,
        f"value: {fact.value} {fact.unit}".rstrip() if fact.value is not None else "",
        f"about: {fact.component}; kind: {fact.kind}; slots: {', '.join(fact.slots) or 'none'}",
        _attested(fact),
        f"source ({fact.tier}): {fact.source.url}{f' ({fact.source.locator})' if fact.source.locator else ''}",
        f"as of {fact.as_of or 'no date'}, read {fact.read_at}, review by {fact.review_by}",
        f"conflicts with: {', '.join(others)}" if others else "",
        _origin(fact),
    )


def _attested(fact: Fact) -> str:
    if not fact.attestation:
        return ""
    what = (
        "denies"
        if fact.denies
        else "attests, of all services"
        if fact.all_services
        else "attests"
        if fact.names_product
        else "attests, of the platform as a whole"
    )
    for_offer = f" for {', '.join(fact.offer)} alone" if fact.offer else ""
    return f"{what}{for_offer}: {', '.join(fact.attestation)}"


def _facts_about(component: Component, knowledge: Knowledge) -> tuple[str, ...]:
    about = {fact.id for fact in knowledge.facts.values() if fact.component == component.id}
    return tuple(sorted(about | set(component.fact_ids)))


def _component(component: Component, facts: tuple[str, ...], knowledge: Knowledge) -> str:
    return _lines(
        f"{component.id}: {component.name}",
        f"slots: {', '.join(component.slots)}",
        f"vendor: {component.vendor} ({component.vendor_type.replace('_', ' ')})",
        f"licence: {component.licence} ({component.licence_basis})",
        f"status: {component.status}, maturity: {component.maturity}",
        f"modes: {', '.join(sorted(component.modes))}; clouds: {', '.join(sorted(component.clouds))}",
        f"operation: {component.ops_complexity} of 5; exit: {component.exit_path.replace('_', ' ')}",
        component.notes,
        component.url,
        *(f"price: {line}" for line in price_lines(component, knowledge)),
        *provider_rate_lines(component.id, knowledge),
        _cited(facts),
        _origin(component),
    )


def _argument(argument: Argument) -> str:
    return _lines(
        argument.id,
        argument.text,
        f"about: {argument.about}",
        _cited(argument.fact_ids),
        _origin(argument),
    )


def _slot(slot: Slot, knowledge: Knowledge) -> str:
    names = sorted(item.id for item in knowledge.components.values() if slot.id in item.slots and item.scored)
    return _lines(
        f"{slot.id}: {slot.name} (layer {slot.layer})",
        slot.purpose,
        f"needed when: {slot.needed_when}",
        f"not needed when: {slot.skip_when}",
        f"default: {slot.default_if_unsure}",
        f"components: {', '.join(names) or 'none'}",
    )


def _decision(decision: Decision) -> str:
    return _lines(
        f"{decision.id}: {decision.name} ({decision.decision.replace('_', ' ')})",
        decision.description,
        f"impossible otherwise: {decision.gate_text}" if decision.gate_text else "",
        _cited(decision.fact_ids),
    )


def _rule(rule: Rule, knowledge: Knowledge) -> str:
    ours = judged(rule, [knowledge.facts[item] for item in rule.fact_ids if item in knowledge.facts])
    return _lines(
        f"{rule.id} ({rule.effect})",
        rule.text,
        f"when: {rule.when}",
        f"where: {rule.where}" if rule.where else "",
        f"for: {', '.join(rule.components) or rule.slot or 'any'}",
        f"basis: {rule.basis}",
        f"by judgement: {'; '.join(ours)}" if ours else "",
        _cited(rule.fact_ids),
        _origin(rule),
    )


def _origin(record: Laid) -> str:
    """Whose the record is, or which of its attributes were refreshed."""
    told = "; ".join(f"{item.text}{f' ({item.url})' if item.url else ''}" for item in record.origins)
    return f"origin: {told}" if told else "origin: packaged"


def _cited(fact_ids: tuple[str, ...]) -> str:
    return f"facts: {', '.join(fact_ids)}" if fact_ids else ""


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
