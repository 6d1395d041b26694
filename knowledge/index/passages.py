"""BM25 over passages, of which a record has one or several: it is as good as the best of them.

Robertson and Zaragoza 2009, doi 10.1561/1500000019.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .worded import Worded

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

    def __init__(self, passages: Worded) -> None:
        import numpy as np

        from .bm25 import Bm25

        self._starts = np.cumsum(passages.counts) - passages.counts
        self._index = Bm25(k1=SATURATION, b=LENGTH_WEIGHT)
        self._is_empty = not len(passages.numbers)
        if not self._is_empty:
            self._index.index_columns(passages)

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
