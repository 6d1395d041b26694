"""Editions that nothing here tells of: `the Qdrant Basalt tier`, where no record of Qdrant says Basalt.

A catalogue that holds facts on a product has none on a plan that it has never heard of, however near they are; a
question on a plan that its records tell of is one for it, whatever it sounds like.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from .record import IndexRecord
from .record_terms import RecordTerms
from .words import terms

_WRITTEN = re.compile(r"[A-Za-z0-9][\w.+-]*")
LONGEST = 3
"""Words that an edition's name has at most."""


class Editions:
    """Finds named editions of known products, and whether a record tells of them."""

    def __init__(
        self,
        records: Iterable[tuple[IndexRecord, RecordTerms]],
        nouns: Iterable[str],
        general: Iterable[str] = (),
    ) -> None:
        """`nouns`: what editions are called: tier, plan, edition; `general`: words of any product's name."""
        self._nouns = frozenset(nouns)
        self._general = frozenset(term for word in general for term in terms(word))
        self._records = tuple(records)

    def unknown(self, question: str, named: Mapping[str, str]) -> str:
        """The edition as it was written, or an empty text; `named`: component ids with the words that named them."""
        for name, noun in self._editions(question, named):
            capitals = all(part[0].isupper() for part in name)
            if capitals and not any(self._told(named) & set(terms(part)) for part in name):
                return " ".join((*name, noun))
        return ""

    def tells_of(self, question: str, named: Mapping[str, str]) -> bool:
        """Whether the question is on an edition that the records of a named product tell of."""
        return any(
            all(self._told(named).issuperset(terms(part)) for part in name)
            for name, _ in self._editions(question, named)
        )

    def _editions(self, question: str, named: Mapping[str, str]) -> Iterator[tuple[list[str], str]]:
        """What stands between a product's name and one of the nouns, a few words, with the noun."""
        own = {term for text in (*named, *named.values()) for term in terms(text)}
        written = _WRITTEN.findall(question)
        for place, noun in enumerate(written):
            if noun.lower() not in self._nouns:
                continue
            for start in range(place - 1, max(place - 1 - LONGEST, 0), -1):
                before = terms(written[start - 1])
                if before and own.issuperset(before):
                    yield written[start:place], noun
                    break

    @cached_property
    def _words(self) -> dict[str, set[str]]:
        """What the records of each component say."""
        found: dict[str, set[str]] = {}
        for record, worded in self._records:
            for subject in record.subjects:
                found.setdefault(subject, set()).update(worded.everywhere)
        return found

    def _told(self, named: Mapping[str, str]) -> set[str]:
        return set(self._general).union(*(self._words.get(identity, set()) for identity in named))
