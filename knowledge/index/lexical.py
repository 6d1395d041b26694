"""BM25 over the records: finds exact words, versions and numbers that vectors blur."""

from collections import Counter
from functools import cached_property
from itertools import islice
from typing import Any

from .misspelling import by_first_letter, commonest_first, misspelt_for
from .record import Filter, IndexRecord
from .words import terms

SATURATION, LENGTH_WEIGHT = 1.2, 0.75
"""k1 and b of BM25, the values with which the record format was measured."""


class LexicalIndex:
    """A BM25 index in memory, built when it is first asked."""

    def __init__(self, records: tuple[IndexRecord, ...], stop_words: frozenset[str] = frozenset()) -> None:
        self._records = records
        self._stop_words = frozenset(stem for word in stop_words for stem in terms(word))
        self._index: Any = None
        self._latest: tuple[str, list[IndexRecord]] = ("", [])

    def best(self, query: str, count: int, only: Filter) -> list[str]:
        """Ids of the best records that share a term with the query, best first."""
        asked, ordered = self._latest
        if asked != query:
            ordered = self._ordered(query)
            self._latest = (query, ordered)
        return list(islice((item.id for item in ordered if only.admits(item)), count))

    def _ordered(self, query: str) -> list[IndexRecord]:
        """All records that share a term with the query; a search asks for them under several filters."""
        wanted = [term for term in terms(query) if term not in self._stop_words]
        if not wanted or not self._records:
            return []
        scored = [(-score, self._records[place]) for place, score in self._scores(wanted).items()]
        return [record for _, record in sorted(scored, key=lambda pair: (pair[0], pair[1].id))]

    def _scores(self, wanted: list[str]) -> dict[int, float]:
        """Place of a record -> its score, where it has any."""
        if self._index is None:
            self._index = self._build()
        known = [found for term in wanted if (found := self._spelt(term))]
        if not known:
            return {}
        scores = self._index.get_scores(known)
        return {int(place): round(float(scores[place]), 5) for place in scores.nonzero()[0]}

    def _spelt(self, term: str) -> str:
        """The term if a record has it, else the one that it is a misspelling of; empty for a strange one."""
        if term in self._index.vocab_dict:
            return term
        return misspelt_for(term, self._by_letter)

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        counts = Counter(term for terms_of_one in self._corpus for term in set(terms_of_one))
        return by_first_letter(commonest_first(counts))

    @cached_property
    def _corpus(self) -> list[list[str]]:
        """The terms of each record."""
        return [
            [term for term in terms(item.words) if term not in self._stop_words] for item in self._records
        ]

    def _build(self) -> Any:
        import bm25s

        index = bm25s.BM25(k1=SATURATION, b=LENGTH_WEIGHT)
        index.index(self._corpus, show_progress=False)
        return index
