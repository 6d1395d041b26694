"""Editions that nothing here tells of: `the Qdrant Titanium tier`, where no record of Qdrant says Titanium.

A catalogue that holds facts on a product has none on a plan that it has never heard of, however near they are.
"""

import re
from collections.abc import Iterable, Mapping

from .record import IndexRecord
from .words import terms

_WRITTEN = re.compile(r"[A-Za-z0-9][\w.+-]*")


class Editions:
    """Finds named editions of known products of which no record tells."""

    def __init__(self, records: Iterable[IndexRecord], nouns: Iterable[str]) -> None:
        """`nouns`: what editions are called: tier, plan, edition."""
        self._nouns = frozenset(nouns)
        self._words: dict[str, set[str]] = {}
        for record in records:
            for subject in record.subjects:
                self._words.setdefault(subject, set()).update(terms(record.text))

    def unknown(self, question: str, named: Mapping[str, str]) -> str:
        """The edition as it was written, or an empty text; `named`: component ids with the words that named them."""
        if not named:
            return ""
        told = set().union(*(self._words.get(identity, set()) for identity in named))
        own = {term for text in (*named, *named.values()) for term in terms(text)}
        written = _WRITTEN.findall(question)
        for place, word in enumerate(written):
            if word.lower() in self._nouns:
                before = self._name_before(written[:place])
                name = [part for part in before if not own.issuperset(terms(part))]
                if name and not any(told & set(terms(part)) for part in name):
                    return " ".join((*name, word))
        return ""

    def _name_before(self, written: list[str]) -> list[str]:
        """The capitalised words right before, but the first of the sentence."""
        found: list[str] = []
        for word in reversed(written[1:]):
            if not word[0].isupper():
                break
            found.insert(0, word)
        return found
