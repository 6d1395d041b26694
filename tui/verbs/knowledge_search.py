"""`stackwright knowledge search`: what was found, with the source and date of each fact."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import date
from textwrap import indent
from typing import TYPE_CHECKING, Any

from knowledge import Knowledge
from knowledge.aliases import nearest
from knowledge.contradictions import contradicting
from knowledge.errors import InputRefused
from knowledge.listing import is_overdue
from knowledge.records import Fact
from knowledge.row_texts import ROW_KINDS, row_sentences
from tui.settings import Settings

if TYPE_CHECKING:
    from knowledge.index import Hit, SearchResult

NOTHING = 3
MOST = 100
MOST_LINES = 8
"""Of a row, since the rest of it can be looked up."""


def search_knowledge(arguments: Namespace, settings: Settings) -> int:
    """Prints the records; exit code 3 where the knowledge base doesn't answer."""
    from knowledge.index import Retriever

    if not 1 <= arguments.k <= MOST:
        raise InputRefused(f"-k {arguments.k} is outside 1 to {MOST}.")
    question = " ".join(arguments.question)
    if not question.strip():
        raise InputRefused("The question is empty.", "Ask something, e.g. 'pgvector limits'.")
    knowledge = settings.open_knowledge()
    _check_filters(arguments, knowledge)
    result = Retriever(knowledge).search(
        question,
        k=arguments.k,
        components=arguments.component,
        slots=arguments.slot,
        kinds=arguments.kind,
    )
    for notice in result.notices:
        print(f"stackwright: {notice}", file=sys.stderr)
    if arguments.json:
        print(json.dumps(_as_json(result, knowledge, settings.date()), ensure_ascii=False))
    else:
        _print(result, knowledge, settings.date())
    return NOTHING if result.abstained or not result.hits else 0


def _check_filters(arguments: Namespace, knowledge: Knowledge) -> None:
    """UnknownName for a component, slot or kind that isn't there."""
    from knowledge.index.cards import index_records

    kinds = {record.kind for record in index_records(knowledge)} if arguments.kind else set()
    known = {"component": set(knowledge.components), "slot": set(knowledge.slots), "kind": kinds}
    for part, names in known.items():
        strange = [given for given in getattr(arguments, part) if given not in names]
        if strange:
            raise nearest(strange[0], names, part)


def _print(result: "SearchResult", knowledge: Knowledge, today: date) -> None:
    if result.abstained:
        print(f"The knowledge base doesn't answer this: {result.reason}")
        print("Nearest records:" if result.hits else "No record is near.")
    elif result.reason:
        print(result.reason)
    for place, hit in enumerate(result.hits, 1):
        print(f"{place}. {hit.record_id}  ({hit.score:.3f})")
        print(indent(_shown(hit), "   "))
        others = [identity for identity in hit.fact_ids if identity != hit.record_id]
        if others:
            print(f"   facts: {', '.join(others)}")
        elif fact := knowledge.facts.get(hit.record_id):
            print(f"   {_source_line(fact, today)}")
            if others_say := contradicting(knowledge).get(fact.id):
                print(f"   disagrees with: {', '.join(others_say)}")


def _shown(hit: "Hit") -> str:
    """The record; of a row its name, the lines that tell what is asked or the first ones, what isn't held, and how to
    see the rest."""
    if hit.kind not in ROW_KINDS:
        return hit.text
    name, *lines = hit.text.splitlines()
    sentences = row_sentences(hit.record_id, hit.text)
    told = [item.line for item in sentences if item.id in hit.telling] or ([] if hit.unheld else lines)
    unheld = [f"not held: {item}" for item in hit.unheld]
    left = len(lines) - len(told[:MOST_LINES])
    more = f"{left} more line{'s' if left > 1 else ''}: stackwright knowledge show {hit.record_id}"
    return "\n".join((name, *unheld, *told[:MOST_LINES], *([more] if left else [])))


def _source_line(fact: Fact, today: date) -> str:
    dated = f"as of {fact.as_of}" if fact.as_of else f"undated, read {fact.read_at}"
    overdue = f", past its review date {fact.review_by}" if is_overdue(fact, today) else ""
    mark = f", {fact.mark}" if fact.mark else ""
    place = f" ({fact.source.locator})" if fact.source.locator else ""
    return f"source ({fact.tier}{mark}, {dated}{overdue}): {fact.source.url}{place}"


def _as_json(result: "SearchResult", knowledge: Knowledge, today: date) -> dict[str, Any]:
    told = result.model_dump(mode="json")
    for written, hit in zip(told["hits"], result.hits, strict=True):
        written["sources"] = list(_sources(hit, knowledge, today))
    return told


def _sources(hit: "Hit", knowledge: Knowledge, today: date) -> Iterator[dict[str, Any]]:
    for identity in hit.fact_ids:
        if fact := knowledge.facts.get(identity):
            kept = fact.model_dump(
                mode="json", include={"id", "tier", "as_of", "read_at", "review_by", "source"}
            )
            contradicted = list(contradicting(knowledge).get(identity, ()))
            yield {
                **kept,
                "stale": is_overdue(fact, today),
                "conflicts_with": contradicted,
                "mark": fact.mark,
            }
