"""The knowledge base for other programs: search, one record in full, and the fields of a workload."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field as Bounded

from knowledge.aliases import nearest
from knowledge.errors import InputRefused
from knowledge.listing import record_of
from knowledge.records import FieldSpec
from tools.registered import ToolInput

from .advisor import Advisor
from .citations import Source, citations
from .mcp_offer import Answer, Offer, own_offer

if TYPE_CHECKING:
    from knowledge.index import Hit


class SearchInput(ToolInput):
    question: str
    """A question or a few words, e.g. `pgvector limits above 10 million vectors`."""
    k: Annotated[int, Bounded(ge=1, le=50)] = 8
    """How many records."""
    slot: str = ""
    """Only records about this slot, e.g. sto.vector_db."""
    component: str = ""
    """Only records about this component, e.g. pgvector."""


class ShowInput(ToolInput):
    id: str
    """Id of a fact, component, slot, rule, decision or argument, or the name of a component or model."""


class FieldsInput(ToolInput):
    about: str = ""
    """Words that the name, slot or note of a field must hold, e.g. latency; left out: all fields."""


class Field(Answer):
    """A field of a workload."""

    name: str
    kind: str
    """number, enum (one of the values), set (some of them), ranking (some of them in order) or text."""
    unit: str = ""
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    slot: str = ""
    """The part of the interview that it belongs to."""
    note: str = ""


class Fields(Answer):
    fields: tuple[Field, ...]


class Found(Answer):
    record_id: str
    text: str
    score: float
    kind: str
    component: str
    evidence: tuple[str, ...]
    not_held: tuple[str, ...] = ()
    """What is asked of it and not in it."""


class SearchAnswer(Answer):
    knowledge_hash: str
    records: tuple[Found, ...]
    """Nearest first; whether they answer the question is for their texts to show."""
    abstained: bool
    """True: the catalogue holds no such fact, and the records are merely near."""
    reason: str = ""
    """Why it can't answer, when it abstains; else what of the question it can't answer, if anything."""
    evidence: tuple[Source, ...] = ()
    notices: tuple[str, ...] = ()


class Shown(Answer):
    knowledge_hash: str
    id: str
    kind: str
    text: str
    evidence: tuple[Source, ...]
    """The record itself where it is a fact, else the facts that it rests on."""


def search_knowledge(given: SearchInput, advisor: Advisor) -> SearchAnswer:
    knowledge = advisor.knowledge
    if not given.question.strip():
        raise InputRefused(
            "search_knowledge: the question is empty.", "Ask something, e.g. 'pgvector limits'."
        )
    if given.slot and given.slot not in knowledge.slots:
        raise nearest(given.slot, knowledge.slots, "slot")
    if given.component and given.component not in knowledge.components:
        raise nearest(given.component, knowledge.components, "component")
    found = advisor.retriever.search(
        given.question,
        k=given.k,
        slots=[given.slot] if given.slot else None,
        components=[given.component] if given.component else None,
    )
    facts = (fact for hit in found.hits for fact in hit.fact_ids)
    return SearchAnswer(
        knowledge_hash=knowledge.hash,
        records=tuple(_found(hit) for hit in found.hits),
        abstained=found.abstained or not found.hits,
        reason=found.reason,
        evidence=citations(facts, {}, knowledge, advisor.day("")),
        notices=found.notices,
    )


def _found(hit: "Hit") -> Found:
    return Found(
        record_id=hit.record_id,
        text=hit.text,
        score=round(hit.score, 6),
        kind=hit.kind,
        component=hit.component,
        evidence=hit.fact_ids,
        not_held=tuple(map(str, hit.unheld)),
    )


def show_knowledge(given: ShowInput, advisor: Advisor) -> Shown:
    knowledge = advisor.knowledge
    record = record_of(knowledge, given.id)
    return Shown(
        knowledge_hash=knowledge.hash,
        id=record.id,
        kind=record.kind,
        text=record.text,
        evidence=citations(record.fact_ids, {}, knowledge, advisor.day("")),
    )


def workload_fields(given: FieldsInput, advisor: Advisor) -> Fields:
    wanted = given.about.casefold().split()
    chosen = [
        field_of(spec)
        for spec in advisor.knowledge.fields.values()
        if all(word in f"{spec.name} {spec.slot} {spec.note}".casefold() for word in wanted)
    ]
    if not chosen:
        raise nearest(given.about, advisor.knowledge.fields, "field")
    return Fields(fields=tuple(chosen))


def field_of(spec: FieldSpec) -> Field:
    return Field(
        name=spec.name,
        kind=spec.kind,
        unit=spec.unit,
        values=spec.values,
        minimum=spec.minimum,
        maximum=spec.maximum,
        slot=spec.slot,
        note=spec.note,
    )


KNOWLEDGE: tuple[Offer, ...] = (
    own_offer(
        "search_knowledge",
        "Dated, sourced facts about infrastructure components for AI workloads: limits, costs, licences, "
        "compliance, operation, performance. Abstains, with the reason, where the catalogue lacks the fact asked for.",
        SearchInput,
        search_knowledge,
    ),
    own_offer(
        "show_knowledge",
        "One record in full: a fact with its source, a component, a slot, a rule, a decision, an argument "
        "or a model with its licence.",
        ShowInput,
        show_knowledge,
    ),
    own_offer(
        "workload_fields",
        "The fields that a workload may have, with units, allowed values and bounds.",
        FieldsInput,
        workload_fields,
    ),
)
