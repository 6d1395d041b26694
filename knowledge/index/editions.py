"""Editions that nothing here tells of: `the Qdrant Titanium tier`, where no record of Qdrant says Titanium.

A catalogue that holds facts on a product has none on a plan that it has never heard of, however near they are; a
question on a plan that its records tell of is one for it, whatever it sounds like.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from .record import IndexRecord
from .words import terms

_WRITTEN = re.compile(r"[A-Za-z0-9][\w.+-]*")
SHORTEST = 4
"""Letters of a word in lower case that may name an edition: `standard plan`, but not `our plan`."""


class Editions:
    """Finds named editions of known products, and whether a record tells of them."""

    def __init__(self, records: Iterable[IndexRecord], nouns: Iterable[str]) -> None:
        """`nouns`: what editions are called: tier, plan, edition."""
        self._nouns = frozenset(nouns)
        self._words: dict[str, set[str]] = {}
        for record in records:
            for subject in record.subjects:
                self._words.setdefault(subject, set()).update(terms(record.text))

    def unknown(self, question: str, named: Mapping[str, str]) -> str:
        """The edition as it was written, or an empty text; `named`: component ids with the words that named them."""
        told = self._told(named)
        for name, noun in self._editions(question, named):
            if name and not any(told & set(terms(part)) for part in name):
                return " ".join((*name, noun))
        return ""

    def tells_of(self, question: str, named: Mapping[str, str]) -> bool:
        """Whether the question is on an edition that the records of a named product tell of."""
        told = self._told(named)
        written = _WRITTEN.findall(question)
        before = [
            word for word, noun in pairwise(written) if noun.lower() in self._nouns and len(word) >= SHORTEST
        ]
        return any(told.issuperset(terms(word)) for word in before if terms(word))

    def _editions(self, question: str, named: Mapping[str, str]) -> Iterator[tuple[list[str], str]]:
        """The capitalised words before each of the nouns, without those of the product's name, and the noun."""
        own = {term for text in (*named, *named.values()) for term in terms(text)}
        written = _WRITTEN.findall(question)
        for place, word in enumerate(written):
            if named and word.lower() in self._nouns:
                before = _capitalised(written[1:place])
                yield [part for part in before if not own.issuperset(terms(part))], word

    def _told(self, named: Mapping[str, str]) -> set[str]:
        return set().union(*(self._words.get(identity, set()) for identity in named))


def _capitalised(written: list[str]) -> list[str]:
    """The words at the end that begin with a capital.

    >>> _capitalised(["does", "the", "Platinum", "Edge"])
    ['Platinum', 'Edge']
    """
    found: list[str] = []
    for word in reversed(written):
        if not word[0].isupper():
            break
        found.insert(0, word)
    return found
