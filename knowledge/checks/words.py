"""The search's word lists and the assumed values speak of things that exist."""

import re
from collections.abc import Iterator

from ..errors import KnowledgeInvalid
from ..index.cards import ARTICLE
from ..index.names import normalise
from ..index.record import FACT_KINDS
from ..index.vocabulary import FILE, read_word_lists
from .finding import Finding, error
from .tables import Tables

PRIORS = "workload/priors.yaml"


def check_words(tables: Tables) -> Iterator[Finding]:
    """Aliases of unknown components, patterns that don't compile, assumed values of unknown fields."""
    yield from _word_lists(tables)
    if tables.files.is_plain(PRIORS):
        content = tables.yaml(PRIORS) or {}
        for name in sorted(set(content.get("fields", {})) - set(tables.fields)):
            yield error(PRIORS, name, "It is no workload field.")


def _word_lists(tables: Tables) -> Iterator[Finding]:
    try:
        lists = read_word_lists(tables.files)
    except KnowledgeInvalid as invalid:
        yield error(FILE, "", str(invalid))
        return
    for alias, identity in sorted(lists.aliases.items()):
        if identity not in tables.components:
            yield error(FILE, alias, f"The alias names the unknown component {identity!r}.")
    named = lists.component_of()
    for seller in sorted(name for sellers in lists.sellers.values() for name in sellers):
        if normalise(seller) not in named:
            yield error(FILE, seller, "The seller is no alias, so nothing tells what it sells.")
    for intent in lists.intents:
        for kind in sorted(intent.kinds - FACT_KINDS - {ARTICLE}):
            yield error(FILE, intent.terms[0], f"The intent asks for the unknown kind {kind!r}.")
    for attribute in lists.attributes:
        for pattern in (attribute.words, attribute.pattern):
            try:
                re.compile(pattern)
            except re.error as broken:
                yield error(FILE, attribute.name, f"The pattern {pattern!r} can't be used: {broken}.")
