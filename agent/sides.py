"""What an answer is written from: where things are compared, the best fact on each of them first."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import filterfalse
from typing import TYPE_CHECKING

from knowledge.index.record import FACT_KINDS
from knowledge.index.retriever import BY_NAME
from knowledge.row_texts import ROW_KINDS

from .context import TurnContext

if TYPE_CHECKING:
    from knowledge.index import Hit, SearchResult

MOST_SIDES = 6
_JOINT = re.compile(r"\b(?:or|vs\.?|versus|and|oder|ou)\b", re.IGNORECASE)
_BESIDE = re.compile(
    r"\b(?:with|without|on|for|given|under|if|when|using|beside|alongside|inside)\b", re.IGNORECASE
)
"""Behind the sides: what they are compared for, and what stands beside them."""
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
    hits = tuple(filterfalse(_beside_rows(question, named, context), found.hits))
    cards = [hit for hit in hits if hit.kind == "component" and hit.score == BY_NAME]
    if len(cards) > 1:
        return (*cards, *_best_on(named, question, context, UNASKED))
    told = {hit.component for hit in hits if hit.kind in FACT_KINDS}
    whole = (*hits, *_best_on((item for item in named if item not in told), question, context))
    attested = {hit.component for hit in whole if hit.kind in FACT_KINDS and hit.score == BY_NAME}
    leading = {
        identity for component, identity in firsts_on(named, whole).items() if component not in attested
    }
    return sorted(whole, key=lambda hit: hit.score < BY_NAME and hit.record_id not in leading)


def sides(question: str, context: TurnContext) -> Mapping[str, str]:
    """Components that are held against each other, and the forms that name them: of `Qdrant or Milvus without
    Kubernetes` two."""
    held = context.retriever.named(_compared(question))
    return held if len(held) > 1 else context.retriever.named(question)


def _compared(question: str) -> str:
    """The question up to what stands beside the sides: `vLLM or SGLang` of `vLLM or SGLang for Llama on 4 H100s?`."""
    joint = _JOINT.search(question)
    beside = _BESIDE.search(question, joint.end()) if joint else None
    return question[: beside.start()] if beside else question


def _beside_rows(question: str, named: Mapping[str, str], context: TurnContext) -> "Callable[[Hit], bool]":
    """Whether a hit is a row of what stands beside the sides."""
    compared = _compared(question)
    if compared == question:
        return lambda hit: False
    rows = context.retriever.rows_in(compared)
    return lambda hit: (
        hit.kind in ROW_KINDS and hit.record_id not in rows and hit.record_id.partition(":")[2] not in named
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
    written = "|".join(r"[\W_]*".join(map(re.escape, form.split())) for form in forms)
    return re.sub(rf"\b(?:{written})\b", " ", question, flags=re.IGNORECASE) if written else question


def _best_on(
    components: Iterable[str], question: str, context: TurnContext, kinds: Iterable[str] = FACT_KINDS
) -> "Iterator[Hit]":
    """The best fact on each of these components alone, of these kinds."""
    named = context.retriever.named(question)
    for component in list(components)[:MOST_SIDES]:
        asked = _without((form for other, form in named.items() if form != named[component]), question)
        found = context.retriever.search(asked, k=1, components=[component], kinds=kinds)
        yield from (hit for hit in found.hits if hit.component == component)
