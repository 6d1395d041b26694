"""Names in a question that nothing here knows: capitalised, and in no record, word list or English vocabulary.

A catalogue that has never heard of a product has nothing to say about it, however near its records may be.
"""

import re
from collections.abc import Collection, Iterator
from functools import cached_property

from ..embedding import read_vocabulary
from .misspelling import by_first_letter, misspelt_for
from .words import stem, terms

SHORTEST = 5
"""Shorter words are too often abbreviations of something known."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_PLURAL = re.compile(r"(?<=\d)s$")


class Strangers:
    """Finds words that are neither known nor a misspelling of what is known."""

    def __init__(self, used: Collection[str]) -> None:
        self._used = used

    def within(self, question: str) -> list[str]:
        """The unknown names as they were written."""
        words = enumerate(_WORD.findall(question))
        names = (word for place, word in words if _is_name(word, first=place == 0))
        return list(dict.fromkeys(name for name in names if not self._is_known(name)))

    def _is_known(self, word: str) -> bool:
        lower = _PLURAL.sub("", word.lower())
        written = any(item in self._known for item in (lower, stem(lower)))
        return written or bool(misspelt_for(lower, self._by_letter))

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._words())

    def _words(self) -> Iterator[str]:
        """Stems that are used here, and whole words of the embedding model's vocabulary."""
        yield from self._used
        for piece in read_vocabulary():
            if piece.isalpha():
                yield piece
                yield from terms(piece)

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        return by_first_letter(self._known)


def _is_name(word: str, first: bool) -> bool:
    """Written as names are; the first word of a sentence has a capital anyway."""
    return len(word) >= SHORTEST and any(letter.isupper() for letter in word[first:])
