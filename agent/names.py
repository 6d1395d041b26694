"""Names in sentences: of the catalogue (components, decisions, models, accelerators), and foreign ones."""

import re
from functools import lru_cache
from typing import NamedTuple

from knowledge import Knowledge

_PROPER = re.compile(r"[A-Za-z][\w.+/-]*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|\(\s*)$")


class Names(NamedTuple):
    """How catalogue names are found in text."""

    pattern: "re.Pattern[str]"
    ids: dict[str, str]


@lru_cache(maxsize=2048)
def names_in(text: str, knowledge: Knowledge) -> tuple[str, ...]:
    """Ids of the catalogue names that `text` holds, in order; the longest name wins."""
    names = _names(knowledge)
    return tuple(names.ids[match.group(0).lower()] for match in names.pattern.finditer(text))


@lru_cache(maxsize=8)
def _names(knowledge: Knowledge) -> Names:
    """Component and option names as whole words, with and without what stands in brackets."""
    ids: dict[str, str] = {}
    named = [(item.id, item.name) for item in knowledge.components.values()]
    named += [(item.id, item.name) for item in knowledge.decisions.values()]
    for identity, full in named:
        for name in {full, re.sub(r"\s*\(.*?\)", "", full)}:
            if len(name) > 1:
                ids.setdefault(name.lower(), identity)
    ordered = sorted(ids, key=len, reverse=True) or ["\0"]
    pattern = r"(?<![\w-])(?:" + "|".join(re.escape(name) for name in ordered) + r")(?![\w-])"
    return Names(re.compile(pattern, re.I), ids)


def foreign_words(text: str, source: str) -> list[str]:
    """Words written like proper names, not at the start of a sentence, that `source` doesn't hold."""
    held = {word.strip(".-/").lower() for word in _PROPER.findall(source)}
    found = []
    for match in _PROPER.finditer(text):
        word = match.group(0).strip(".-/")
        inner = any(letter.isupper() or letter.isdigit() for letter in word[1:])
        capital = word[0].isupper() and not _SENTENCE_START.search(text[: match.start()])
        if (inner or (capital and len(word) > 1)) and word.lower() not in held:
            found.append(word)
    return found
