"""What an answer is written from: where things are compared, the best fact on each of them first."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import filterfalse
from typing import TYPE_CHECKING

from knowledge.index.record import FACT_KINDS
from knowledge.index.retriever import BY_NAME
from knowledge.row_texts import ROW_KINDS

from .context import TurnContext
from .inquiries import pattern

if TYPE_CHECKING:
    from knowledge.index import Hit, SearchResult

MOST_SIDES = 6
UNASKED = ("tradeoff", "limit", "cost")
"""Kinds of facts that tell of things of which nothing but their names is said."""


def hits_told(found: "SearchResult", question: str, context: TurnContext) -> "Sequence[Hit]":
    """The hits in the order in which they are told; where one side of a comparison isn't known, those on the others.

    A side without a fact among the hits is searched for by itself.
    """
    named = sides(question, context)
    if found.abstained:
        beside_a_stranger = bool(found.unknown) and context.retriever.compares(question)
        return tuple(_best_on(named, question, context)) if beside_a_stranger else ()
    if len(named) < 2:
        return found.hits
    hits = tuple(filterfalse(_is_beside(question, named, context), found.hits))
    cards = [hit for hit in hits if hit.kind == "component" and hit.score == BY_NAME]
    if len(cards) > 1:
        return (*cards, *_best_on(named, question, context, UNASKED))
    told = {hit.component for hit in hits if hit.kind in FACT_KINDS}
    untold = [item for item in named if item not in told and not _unknown(item, named, question, context)]
    whole = (*hits, *_best_on(untold, question, context))
    attested = {hit.component for hit in whole if hit.kind in FACT_KINDS and hit.score == BY_NAME}
    leading = {
        identity for component, identity in firsts_on(named, whole).items() if component not in attested
    }
    return sorted(whole, key=lambda hit: hit.score < BY_NAME and hit.record_id not in leading)


def sides(question: str, context: TurnContext) -> Mapping[str, str]:
    """Components that are held against each other, and the forms that name them: of `Qdrant or Milvus without
    Kubernetes` two; what stands behind is a side where it is of the same sort, as in `Compare them with Pinecone`."""
    named = context.retriever.named(question)
    compared = _compared(question)
    held = context.retriever.named(compared) if compared != question else named
    if len(held) < 2:
        return named
    known = context.knowledge.components
    sort = {slot for component in held for slot in known[component].slots}
    return {item: form for item, form in named.items() if item in held or sort & set(known[item].slots)}


def _compared(question: str) -> str:
    """The question up to what stands beside the sides: `vLLM or SGLang` of `vLLM or SGLang for Llama on 4 H100s?`."""
    joint = pattern("joint").search(question) or pattern("also_joint").search(question)
    beside = pattern("beside").search(question, joint.end()) if joint else None
    return question[: beside.start()] if beside else question


def _is_beside(question: str, named: Mapping[str, str], context: TurnContext) -> "Callable[[Hit], bool]":
    """Whether a hit is the card or a row of what stands beside the sides; `named`: the sides."""
    compared = _compared(question)
    if compared == question:
        return lambda hit: False
    told = {*context.retriever.rows_in(compared), *(f"component:{item}" for item in named)}
    looked_up = {*ROW_KINDS, "component"}
    return lambda hit: (
        hit.kind in looked_up and hit.record_id not in told and hit.record_id.partition(":")[2] not in named
    )


def firsts_on(components: Mapping[str, str], hits: "Sequence[Hit]") -> dict[str, str]:
    """The first of the facts that were found on each of these components."""
    return {
        hit.component: hit.record_id
        for hit in reversed(hits)
        if hit.score < BY_NAME and hit.kind in FACT_KINDS and hit.component in components
    }


def _without(forms: Iterable[str], question: str) -> str:
    """The question without these names: what is asked of one side isn't what the others are like."""
    return written(forms).sub(" ", question)


def written(forms: Iterable[str]) -> "re.Pattern[str]":
    """Finds these forms of names, which are in the singular, as they may be written; of no forms nothing."""
    longest_first = sorted(forms, key=len, reverse=True)
    texts = "|".join(r"[\W_]*".join(map(re.escape, form.split())) for form in longest_first)
    return re.compile(rf"\b(?:{texts})s?\b" if texts else r"(?!)", re.IGNORECASE)


def lacking(question: str, context: TurnContext) -> list[str]:
    """Why nothing is told of a side: what is asked is held of others only."""
    named = sides(question, context)
    if len(named) < 2:
        return []
    reasons = (_unknown(component, named, question, context) for component in list(named)[:MOST_SIDES])
    return list(filter(None, reasons))


def _unknown(component: str, named: Mapping[str, str], question: str, context: TurnContext) -> str:
    """Why nothing is held of what is asked of this one, or an empty text."""
    return context.retriever.unknown_by_rule(_of_one(component, named, question))


def _of_one(component: str, named: Mapping[str, str], question: str) -> str:
    return _without((form for other, form in named.items() if form != named[component]), question)


def _best_on(
    components: Iterable[str], question: str, context: TurnContext, kinds: Iterable[str] = FACT_KINDS
) -> "Iterator[Hit]":
    """The best fact on each of these components alone, of these kinds."""
    named = context.retriever.named(question)
    for component in list(components)[:MOST_SIDES]:
        asked = _of_one(component, named, question)
        found = context.retriever.search(asked, k=1, components=[component], kinds=kinds)
        yield from (hit for hit in found.hits if hit.component == component)
