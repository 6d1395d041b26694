"""Search for words over the records: finds exact names, versions and numbers that vectors blur.

Two rankings: by all the words of a record, and by the one of its questions that is worded most like what is asked,
for a question of ten words is lost among those of eight others.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from .admission import Admission
from .misspelling import by_first_letter, commonest_first, misspelt_for
from .passages import Passages
from .record import Filter, IndexRecord
from .worded import Worded
from .words import terms

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]


class LexicalIndex:
    """Both rankings, in memory, built when they are first asked for."""

    def __init__(
        self,
        records: Sequence[IndexRecord],
        worded: Worded,
        stop_words: frozenset[str] = frozenset(),
    ) -> None:
        """`worded`: the terms of the records."""
        self._stop_words = frozenset(stem for word in stop_words for stem in terms(word))
        self._everything = worded
        self._ids = [record.id for record in records]
        self._admission = Admission(records)
        self._latest: dict[Passages, tuple[str, Vector]] = {}

    def best(self, query: str, count: int, only: Filter) -> list[str]:
        """Ids of the best records that share a term with the query, best first."""
        return self._first(self._whole, query, count, only)

    def best_asked(self, query: str, count: int, only: Filter) -> list[str]:
        """The same by each record's best question, or by its text where it has none."""
        return self._first(self._asked, query, count, only)

    def scores(self, query: str, ids: Sequence[str]) -> tuple[list[float], list[float]]:
        """Of these records, by all their words and by their best questions."""
        places = [self._place[identity] for identity in ids]
        whole, asked = (self._scores(passages, query)[places] for passages in (self._whole, self._asked))
        return whole.tolist(), asked.tolist()

    def _first(self, passages: Passages, query: str, count: int, only: Filter) -> list[str]:
        """Of those with a score above 0; equal ones in the order of their ids."""
        import numpy as np

        places = self._admission.places(only)
        scores = self._scores(passages, query)[places]
        least = np.partition(scores, -count)[-count] if count < len(scores) else 0
        best = ((scores >= least) & (scores > 0)).nonzero()[0]
        best_first = best[np.lexsort((self._alphabetical[places[best]], -scores[best]))][:count]
        return [self._ids[place] for place in places[best_first].tolist()]

    def _scores(self, passages: Passages, query: str) -> "Vector":
        """Of each record: one query is asked often."""
        asked, scores = self._latest.get(passages, ("", None))
        if asked != query or scores is None:
            wanted = [term for term in terms(query) if term not in self._stop_words]
            scores = passages.scores([found for term in wanted if (found := self._spelt(term))])
            self._latest[passages] = (query, scores)
        return scores

    @cached_property
    def _place(self) -> dict[str, int]:
        return {identity: place for place, identity in enumerate(self._ids)}

    @cached_property
    def _alphabetical(self) -> "npt.NDArray[np.int64]":
        """The rank of each record's id: equal scores go by it."""
        import numpy as np

        return np.argsort(np.argsort(self._ids))

    def _spelt(self, term: str) -> str:
        """The term if a record has it, else the one that it is a misspelling of; empty for a strange one."""
        return term if term in self._whole else misspelt_for(term, self._by_letter)

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        return by_first_letter(commonest_first(self._worded.usage()))

    @cached_property
    def _whole(self) -> Passages:
        return Passages(self._worded.joined())

    @cached_property
    def _asked(self) -> Passages:
        return Passages(self._worded.questions())

    @cached_property
    def _worded(self) -> Worded:
        return self._everything.without(self._stop_words)
