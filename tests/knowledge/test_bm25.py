"""The index of all passages at once, against the one that bm25s builds passage by passage."""

import bm25s
import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from knowledge.index.bm25 import Bm25
from knowledge.index.worded import worded

WORDS = st.sampled_from(["qdrant", "shard", "limit", "cost", "gpu", "tier"])
PASSAGES = st.lists(st.lists(WORDS, max_size=8), min_size=1, max_size=12).filter(any)


@given(passages=PASSAGES, wanted=st.lists(WORDS, min_size=1, max_size=4))
def test_scores_as_passage_by_passage(passages: list[list[str]], wanted: list[str]) -> None:
    known = [word for word in wanted if any(word in passage for passage in passages)]
    assume(known)
    one_by_one, at_once = bm25s.BM25(k1=1.2, b=0.75), Bm25(k1=1.2, b=0.75)
    one_by_one.index(passages, show_progress=False)
    at_once.index_columns(worded([passage] for passage in passages))

    np.testing.assert_allclose(at_once.get_scores(known), one_by_one.get_scores(known), atol=1e-5)
