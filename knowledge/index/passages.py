"""BM25 over passages, of which a record has one or several: it is as good as the best of them.

Robertson and Zaragoza 2009, doi 10.1561/1500000019.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]

SATURATION, LENGTH_WEIGHT = 1.2, 0.75
"""k1 and b of BM25, the values with which the record format was measured."""
PRECISION = 5
"""Digits of a score that count: closer ones tie."""


class Passages:
    """An index in memory; no record is without a passage."""

    def __init__(self, passages: Sequence[Sequence[Sequence[str]]]) -> None:
        """`passages`: of each record its passages, each a list of terms."""
        import numpy as np

        from .bm25 import Bm25

        self._starts = np.cumsum([0, *(len(of_one) for of_one in passages[:-1])])
        self._index = Bm25(k1=SATURATION, b=LENGTH_WEIGHT)
        documents = [list(terms) for of_one in passages for terms in of_one]
        self._is_empty = not any(documents)
        if not self._is_empty:
            self._index.index(documents, show_progress=False)

    def __contains__(self, term: str) -> bool:
        return not self._is_empty and term in self._index.vocab_dict

    def scores(self, wanted: Sequence[str]) -> "Vector":
        """The score of each record's best passage; 0 where it has none of the terms."""
        import numpy as np

        known = [term for term in wanted if term in self]
        if not known:
            return np.zeros(len(self._starts), dtype=np.float32)
        best = np.maximum.reduceat(self._index.get_scores(known), self._starts)
        return np.asarray(best.round(PRECISION), dtype=np.float32)
