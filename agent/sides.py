"""What an answer is written from: where things are compared, the best fact on each of them first."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from knowledge.index.record import FACT_KINDS
from knowledge.index.retriever import BY_NAME

from .context import TurnContext

if TYPE_CHECKING:
    from knowledge.index import Hit, SearchResult

MOST_SIDES = 6
UNASKED = ("tradeoff", "limit", "cost")
"""Kinds of facts that tell of things of which nothing but their names is said."""


def hits_told(found: "SearchResult", question: str, context: TurnContext) -> "Sequence[Hit]":
    """The hits in the order in which they are told; where one side of a comparison isn't known, those on the others.

    A side without a fact among the hits is searched for by itself.
    """
    named = context.retriever.named(question)
    if found.abstained:
        beside_a_stranger = bool(found.unknown) and context.retriever.compares(question)
        return tuple(_best_on(named, question, context)) if beside_a_stranger else ()
    if len(named) < 2:
        return found.hits
    cards = [hit for hit in found.hits if hit.kind == "component" and hit.score == BY_NAME]
    if len(cards) > 1:
        return (*cards, *_best_on(named, question, context, UNASKED))
    told = {hit.component for hit in found.hits if hit.kind in FACT_KINDS}
    whole = (*found.hits, *_best_on((item for item in named if item not in told), question, context))
    attested = {hit.component for hit in whole if hit.kind in FACT_KINDS and hit.score == BY_NAME}
    leading = {
        identity for component, identity in firsts_on(named, whole).items() if component not in attested
    }
    return sorted(whole, key=lambda hit: hit.score < BY_NAME and hit.record_id not in leading)


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
