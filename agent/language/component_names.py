"""The names under which components are known: our aliases and the catalogue's own names."""

import re
from functools import lru_cache

from knowledge.errors import KnowledgeInvalid
from knowledge.index.names import Names
from knowledge.index.spoken import component_names
from knowledge.index.vocabulary import WordLists, read_word_lists
from knowledge.library import Knowledge
from knowledge.word_list import word_list

from .lexicon import table, words
from .message import prepare
from .phrases import Phrases, compile_phrases

_HARDWARE = frozenset({"cmp.accelerator", "cmp.deployment_mode"})
"""Slots whose components are read as hardware or deployment, not as part of a stack in place."""


def resolve(name: str, knowledge: Knowledge) -> str:
    """The catalogue's id of a component; our own name for it where the catalogue has none."""
    ids = component_ids(knowledge)
    if name in ids:
        return name
    for prefix in table("component_aliases")["prefixes"]:
        if prefix + name in ids:
            return str(prefix + name)
        if name.startswith(prefix) and name[len(prefix) :] in ids:
            return name[len(prefix) :]
    starts = [f"{prefix}{name}-" for prefix in ("", *table("component_aliases")["prefixes"])]
    longer = sorted((identity for identity in ids if identity.startswith(tuple(starts))), key=len)
    return longer[0] if longer else name


@lru_cache(maxsize=8)
def component_ids(knowledge: Knowledge) -> frozenset[str]:
    try:
        return frozenset(knowledge.components)
    except (KnowledgeInvalid, FileNotFoundError):
        return frozenset()


@lru_cache(maxsize=8)
def component_phrases(knowledge: Knowledge) -> Phrases:
    """Aliases, ours and the catalogue's, and its own names."""
    phrases = compile_phrases(dict(table("component_aliases")["aliases"].items()))
    listed = {alias for aliases in table("component_aliases")["aliases"].values() for alias in aliases}
    aliases = _catalogue_aliases(knowledge)
    for identity in sorted(component_ids(knowledge)):
        component = knowledge.components[identity]
        if set(component.slots) <= _HARDWARE or component.vendor_type == "self":
            continue
        for name in (*_spellings(component.name), *aliases.get(identity, ())):
            if name not in listed and len(name) > 3:
                phrases.add(identity if " " in name else (identity, name), [name])
    return phrases


@lru_cache(maxsize=8)
def spoken_names(knowledge: Knowledge) -> Names:
    """The names under which a search finds components, shortened ones among them."""
    return component_names(knowledge, _word_lists(knowledge))


def _catalogue_aliases(knowledge: Knowledge) -> dict[str, list[str]]:
    """Component id -> what else it is called in the catalogue, but for words of the language and names of much else."""
    lists, found = _word_lists(knowledge), dict[str, list[str]]()
    common = lists.ordinary_words | words("component_aliases", "common")
    for alias, identity in lists.aliases.items():
        name = " ".join(token.text for token in prepare(alias).tokens)
        if name not in common and not set(name.split()) <= word_list():
            found.setdefault(identity, []).append(name)
    return found


@lru_cache(maxsize=8)
def _word_lists(knowledge: Knowledge) -> WordLists:
    return read_word_lists(knowledge.files)


def _spellings(name: str) -> list[str]:
    """`Milvus / Zilliz` has two names; what stands in brackets is left out."""
    bare = re.sub(r"\([^)]*\)", "", name)
    parts = [bare, *re.split(r"\s*/\s*|\s+\+\s+|,\s*", bare)]
    found = {" ".join(token.text for token in prepare(part).tokens) for part in parts}
    return sorted(text for text in found if text and not text.replace(" ", "").isdigit())


@lru_cache(maxsize=8)
def single_names(knowledge: Knowledge) -> dict[str, str]:
    found: dict[str, str] = {}
    stop = words("component_aliases", "stop")
    for name, aliases in table("component_aliases")["aliases"].items():
        found |= {
            alias: name for alias in aliases if " " not in alias and len(alias) >= 6 and alias not in stop
        }
    return found
