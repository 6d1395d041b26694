"""Slips in the names of rows and in what is asked of them: `llama 4 maverik lisence`."""

import re
from collections.abc import Collection, Iterable
from functools import cached_property

from ...embedding import read_vocabulary
from ..misspelling import by_first_letter, misspelt_for
from ..words import singular, stem

SHORTEST = 6
"""One letter more or less makes another word of a shorter one."""
_WORD = re.compile(r"[A-Za-z]+")


class Misspellings:
    """Mends words that are neither English nor of the field and are a slip away from one that is told."""

    def __init__(self, told: Iterable[str], used: Collection[str] = frozenset()) -> None:
        """`told`: words, or phrases of them; `used`: stems that the records use, which aren't misspelt."""
        self._used = used
        self._told = frozenset(word for text in told for word in text.lower().split() if word.isalpha())

    def mended(self, question: str) -> str:
        """The question, each such word replaced.

        >>> Misspellings(["maverick", "licence"]).mended("llama 4 Maverik lisence")
        'llama 4 maverick licence'
        """
        return _WORD.sub(lambda match: self._mended(match[0]), question)

    def _mended(self, word: str) -> str:
        lower = word.lower()
        if len(word) < SHORTEST or {lower, singular(lower)} & self._known or stem(lower) in self._used:
            return word
        return misspelt_for(lower, self._by_letter, most_slips=1) or word

    @cached_property
    def _known(self) -> frozenset[str]:
        return self._told | read_vocabulary().keys()

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        return by_first_letter(sorted(self._told))
