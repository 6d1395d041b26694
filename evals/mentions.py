"""Whether the trade-offs that matter are argued: patterns in cited sentences of the first words."""

import re
from collections.abc import Sequence

from .case import Mention
from .citations import OWN_PREFIXES

WORD_LIMIT = 450
_CITATION = re.compile(r"\[[^\]\s]+\]")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def mentioned(text: str, mentions: Sequence[Mention]) -> frozenset[str]:
    """Ids of the mentions made, each in a cited sentence of its own."""
    sentences = cited_sentences(text)
    fits = [[_matches(mention, sentence) for sentence in sentences] for mention in mentions]
    taken: dict[int, int] = {}
    for index in range(len(mentions)):
        _assign(index, fits, taken, set())
    return frozenset(mentions[index].id for index in taken.values())


def cited_sentences(text: str) -> list[str]:
    """The sentences with a citation within the word limit, without their citation marks.

    A tool's result or the user's own words support a number, not an argument for a component.
    """
    words = text.split()[:WORD_LIMIT]
    sentences = _SENTENCE_END.split(" ".join(words))
    return [_CITATION.sub("", sentence) for sentence in sentences if _is_argued(sentence)]


def _is_argued(sentence: str) -> bool:
    cited = [identity for mark in _CITATION.findall(sentence) for identity in mark[1:-1].split(",")]
    return any(not identity.startswith(OWN_PREFIXES) for identity in cited)


def _matches(mention: Mention, sentence: str) -> bool:
    return any(re.search(pattern, sentence, re.IGNORECASE) for pattern in mention.any_of)


def _assign(mention: int, fits: list[list[bool]], taken: dict[int, int], seen: set[int]) -> bool:
    """Give `mention` a sentence, moving earlier ones if that makes room (bipartite matching)."""
    for sentence, fit in enumerate(fits[mention]):
        if not fit or sentence in seen:
            continue
        seen.add(sentence)
        if sentence not in taken or _assign(taken[sentence], fits, taken, seen):
            taken[sentence] = mention
            return True
    return False
