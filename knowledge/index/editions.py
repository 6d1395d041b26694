"""Editions that nothing here tells of: `the Qdrant Basalt tier`, where no record of Qdrant says Basalt.

A catalogue that holds facts on a product has none on a plan that it has never heard of, however near they are; a
question on a plan that its records tell of is one for it, whatever it sounds like.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from .record import IndexRecord
from .worded import Worded
from .words import terms

_WRITTEN = re.compile(r"[A-Za-z0-9][\w.+-]*")
LONGEST = 3
"""Words that an edition's name has at most."""


class Editions:
    """Finds named editions of known products, and whether a record tells of them."""

    def __init__(
        self,
        records: Iterable[IndexRecord],
        worded: Worded,
        nouns: Iterable[str],
        general: Iterable[str] = (),
    ) -> None:
        """`worded`: the terms of the records; `nouns`: what editions are called: tier, plan, edition; `general`: words
        of any product's name."""
        self._nouns = frozenset(nouns)
        self._general = frozenset(term for word in general for term in terms(word))
        self._worded = worded
        self._speaking = defaultdict[str, list[int]](list)
        for place, record in enumerate(records):
            for subject in record.subjects:
                self._speaking[subject].append(place)
        self._said: dict[str, frozenset[str]] = {}

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

    def _told(self, named: Mapping[str, str]) -> frozenset[str]:
        return self._general.union(*map(self._words, named))

    def _words(self, component: str) -> frozenset[str]:
        """What the records of a component say."""
        import numpy as np

        if component not in self._said:
            speaking = np.array(self._speaking.get(component, ()), dtype=np.int64)
            self._said[component] = self._worded.records(speaking).used()
        return self._said[component]
