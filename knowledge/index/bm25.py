"""BM25 whose index is built at once for all passages.

bm25s takes its passages one by one, which is most of the time for tens of thousands of short ones.
"""

from typing import Any

import bm25s
import numpy as np
import numpy.typing as npt

from .worded import Worded

Array = npt.NDArray[Any]


class Bm25(bm25s.BM25):  # type: ignore[misc]  # bm25s has no types
    """With Lucene's formula, as bm25s's own default."""

    @staticmethod
    def _compute_relevance_from_scores(
        data: Array,
        indptr: Array,
        indices: Array,
        num_docs: int,
        query_tokens_ids: Array,
        dtype: Any,
    ) -> Array:
        """The score of each passage; a term's passages occur once each, so they needn't be added one at a time."""
        scores = np.zeros(num_docs, dtype=dtype)
        for token in query_tokens_ids:
            of_term = slice(indptr[token], indptr[token + 1])
            scores[indices[of_term]] += data[of_term]
        return scores

    def index_columns(self, passages: Worded) -> None:
        """As `index`, of all passages at once."""
        self.nonoccurrence_array = None  # of other formulas alone; its searches ask for it
        self.scores = self._scores(passages.numbers, passages.lengths.astype(np.int64), len(passages.words))
        self.vocab_dict = {word: number for number, word in enumerate(passages.words)}
        self.unique_token_ids_set = set(range(len(passages.words)))

    def _scores(self, tokens: Array, lengths: Array, terms: int) -> dict[str, Any]:
        """The scores of terms in passages, by term: idf * tf / (tf + k1 * (1 - b + b * length / mean length))."""
        passages = len(lengths)
        pairs, times = np.unique(
            tokens.astype(np.int64) * passages + np.repeat(np.arange(passages), lengths), return_counts=True
        )
        term, passage = np.divmod(pairs, passages)
        having = np.bincount(term, minlength=terms)
        idf = np.log(1 + (passages - having + 0.5) / (having + 0.5)).astype(np.float32)
        damped = self.k1 * (1 - self.b + self.b * lengths / lengths.mean())
        return {
            "data": idf[term] * (times / (damped[passage] + times)).astype(np.float32),
            "indices": passage.astype(np.int32),
            "indptr": np.concatenate(([0], np.cumsum(having))),
            "num_docs": passages,
        }
