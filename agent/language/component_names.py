"""The names under which components are known: our aliases and the catalogue's own names."""

import re
from functools import lru_cache

from knowledge.errors import KnowledgeInvalid
from knowledge.library import Knowledge

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
    """Aliases and the catalogue's own names."""
    phrases = compile_phrases(dict(table("component_aliases")["aliases"].items()))
    listed = {alias for aliases in table("component_aliases")["aliases"].values() for alias in aliases}
    for identity in sorted(component_ids(knowledge)):
        component = knowledge.components[identity]
        if set(component.slots) <= _HARDWARE or component.vendor_type == "self":
            continue
        for name in _spellings(component.name):
            if name not in listed and len(name) > 3:
                phrases.add(identity if " " in name else (identity, name), [name])
    return phrases


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
