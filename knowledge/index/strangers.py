"""Words in a question that nothing here knows: in no record, word list or English vocabulary, nor near one in spelling.

A catalogue that has never heard of a product has nothing to say about it, however near its records may be.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from itertools import pairwise

from ..embedding import read_vocabulary
from .misspelling import by_first_letter, misspelt_for
from .words import stem, terms

SHORTEST = 6
"""Shorter words are too often abbreviations of something known."""
PART = 3
"""The shorter half of two words that are written as one has at least so many letters."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_JOINED = re.compile(r"(?<=[A-Za-z])-[a-z]+")
"""The second part of `cross-lingual` is no name."""
_DEVICE = re.compile(r"[A-Z]{1,2}\d{3}[A-Z]?")
"""Numbers of accelerators: H200, GB300, MI355X."""
COMPARING = frozenset({"vs", "versus", "or"})
BESIDE = 2
"""Words between a name and what compares it with another, at most, both counted."""
_PLURAL = re.compile(r"(?<=\d)s$")


class Strangers:
    """Finds words that are neither known nor a misspelling of what is known."""

    def __init__(
        self,
        used: Collection[str],
        texts: Iterable[str] = (),
        possessions: Collection[str] = (),
        codes: Collection[str] = (),
    ) -> None:
        """`used`: stems; `texts`: where whole words stand; `possessions`: behind these, a name isn't asked about;
        `codes`: what looks like a device's number and is none."""
        self._used, self._texts, self._possessions, self._codes = used, texts, possessions, codes

    def within(self, question: str, *, names_only: bool = False) -> list[str]:
        """The unknown words as they were written; `names_only`: those that are written or compared as names are."""
        words = ["", *_WORD.findall(_JOINED.sub(" ", question))]
        compared = _compared(words)
        asked = (
            word
            for before, word in pairwise(words)
            if before.lower() not in self._possessions
            and (not names_only or word != word.lower() or word in compared)
        )
        return list(dict.fromkeys(word for word in asked if self._is_strange(word)))

    def _is_strange(self, word: str) -> bool:
        if _DEVICE.fullmatch(word):
            return word.lower() not in self._known and word.lower() not in self._codes
        return len(word) >= SHORTEST and not self._is_known(word)

    def _is_known(self, word: str) -> bool:
        lower = _PLURAL.sub("", word.lower())
        forms = {lower, stem(lower)}
        # What the records use is looked at first: most questions need no more, and the whole list takes a while.
        written = any(form in self._used for form in forms) or not forms.isdisjoint(self._known)
        return written or self._is_compound(lower) or bool(misspelt_for(lower, self._by_letter))

    def _is_compound(self, word: str) -> bool:
        """Whether two known words are written as one."""
        places = range(PART, len(word) - PART + 1)
        return any({word[:place], word[place:]} <= self._known for place in places)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._words())

    def _words(self) -> Iterator[str]:
        """Stems that are used here, and whole words of the embedding model's vocabulary."""
        yield from self._used
        for text in self._texts:
            yield from _WORD.findall(text.lower())
        for piece in read_vocabulary():
            if piece.isalpha():
                yield piece
                yield from terms(piece)

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        return by_first_letter(self._known)


def _compared(words: list[str]) -> frozenset[str]:
    """The words beside one that compares."""
    places = [place for place, word in enumerate(words) if word.lower() in COMPARING]
    return frozenset(
        word
        for place in places
        for word in (*words[max(place - BESIDE, 0) : place], *words[place + 1 : place + 1 + BESIDE])
    )
