"""How records are ranked: by words, by the best of their questions, and by the turned vector of what is asked."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge import load
from knowledge.files import DataFiles
from knowledge.index import PARTS, Retriever
from knowledge.index.lexical import LexicalIndex
from knowledge.index.names import Names
from knowledge.index.passages import Passages
from knowledge.index.query_map import FILE, QueryMap, pack, read_query_map
from knowledge.index.record import MOST_SHARING, Filter, IndexRecord
from knowledge.index.record_terms import terms_of
from knowledge.index.retriever import MAP_UNUSABLE
from knowledge.index.vectors import embedded
from knowledge.index.worded import worded

ALL = Filter()


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return Retriever(load(), tmp_path_factory.mktemp("cache"))


def index(*records: tuple[str, str, tuple[str, ...]]) -> LexicalIndex:
    made = tuple(IndexRecord(key, text, "limit", questions=asked) for key, text, asked in records)
    return LexicalIndex(made, terms_of(made), frozenset({"the", "of"}))


def test_a_record_is_as_good_as_its_best_passage() -> None:
    passages = Passages(
        worded(
            [[["kv", "cache"], ["price"]], [["cache", "cache", "eviction", "policy", "size"]], [["price"]]]
        )
    )
    scores = passages.scores(["kv", "cache", "nothing"])
    assert scores[0] > scores[1] > scores[2] == 0
    assert passages.scores(["nothing"]).tolist() == [0, 0, 0]
    one, twice = (
        Passages(worded([[["kv", "cache"]], [["kv", "cache"], ["kv", "cache"]]])).scores(["kv"]).tolist()
    )
    assert one == twice > 0
    assert Passages(worded([[[]], [[]]])).scores(["kv"]).tolist() == [0, 0]
    assert "kv" in passages
    assert "nothing" not in passages


def test_one_question_of_many_is_not_lost_among_the_others() -> None:
    others = tuple(
        f"how is topic {word} measured" for word in ("throughput", "energy", "recall", "drift", "quality")
    )
    searched = index(
        ("many", "A limit.", ("rollback of a bad adapter", *others)),
        ("one", "Rollback of a bad adapter or database: rollback plans.", ("plans for databases",)),
    )
    asked = "rollback of a bad adapter"
    assert searched.best(asked, 2, ALL) == ["one", "many"]
    assert searched.best_asked(asked, 2, ALL) == ["many"]


def test_a_record_without_questions_is_ranked_by_its_text() -> None:
    searched = index(("bare", "Warm standby of a region.", ()), ("asked", "Other.", ("cold start",)))
    assert searched.best_asked("warm standby", 5, ALL) == ["bare"]


def test_the_first_questions_share_in_the_vector_and_all_in_the_words(words: Any) -> None:
    asked = tuple(f"question {number}" for number in range(MOST_SHARING))
    record = IndexRecord("a", "Text.", "limit", questions=asked)
    longer = replace(record, questions=(*asked, "one more about rollback"))
    other = replace(record, questions=("another", *asked[1:]))
    first, same, changed = embedded([record, longer, other], words)
    assert first == pytest.approx(same)
    assert longer.text_key == record.text_key != other.text_key
    assert first != pytest.approx(changed)
    assert "rollback" in longer.words


def test_misspelt_words_are_found_and_filters_hold() -> None:
    searched = index(("a", "Quantisation to four bits.", ()), ("b", "Quantisation to four bits.", ()))
    assert searched.best("qunatisation", 5, ALL) == ["a", "b"]
    assert searched.best("qunatisation", 5, Filter(kinds=frozenset({"cost"}))) == []
    assert searched.best("the of", 5, ALL) == []
    assert index().best("anything", 5, ALL) == []


def test_the_map_turns_a_question_to_a_unit_vector() -> None:
    matrix = np.array([[0, 2], [1, 0]], dtype=np.float32)
    assert QueryMap(matrix).turned(np.array([1, 0], dtype=np.float32)) == pytest.approx([0, 1])
    plain = np.array([0.6, 0.8], dtype=np.float32)
    assert QueryMap(None).turned(plain) is plain


def written_map(folder: Path, content: bytes) -> QueryMap:
    (folder / FILE).parent.mkdir(exist_ok=True)
    (folder / FILE).write_bytes(content)
    return read_query_map(DataFiles(folder), "m", 2)


def test_a_map_of_another_model_or_none_changes_nothing(tmp_path: Path) -> None:
    vector = np.array([1, 0], dtype=np.float32)
    matrix = np.array([[0, 1], [1, 0]], dtype=np.float32)
    assert written_map(tmp_path, pack(matrix, "m")).turned(vector) == pytest.approx([0, 1])
    other = written_map(tmp_path, pack(matrix, "other"))
    (tmp_path / FILE).unlink()
    for found in (other, read_query_map(DataFiles(tmp_path), "m", 2)):
        assert found.turned(vector) == pytest.approx([1, 0])
        assert not found.is_damaged


def saved(array: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pack(np.eye(3, dtype=np.float32), "m"),
        pack(np.full((2, 2), np.nan, dtype=np.float32), "m"),
        pack(np.zeros((2, 2), dtype=np.float32), "m"),
        saved(np.eye(2, dtype=np.float32)),
        b"no zip",
    ],
    ids=["other size", "not finite", "all zero", "no archive", "no numpy file"],
)
def test_a_damaged_map_changes_nothing_and_is_told(tmp_path: Path, content: bytes) -> None:
    found = written_map(tmp_path, content)
    assert found.turned(np.array([1, 0], dtype=np.float32)) == pytest.approx([1, 0])
    assert found.is_damaged


def test_a_search_without_its_map_says_so(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not retriever.search("vLLM startup time").notices
    monkeypatch.setattr(retriever, "_query_map", QueryMap(None, is_damaged=True))
    assert retriever.search("vLLM startup time").notices == (MAP_UNUSABLE,)


def test_the_packaged_map_brings_questions_nearer_to_their_facts(retriever: Retriever) -> None:
    asked = [item for item in retriever.records if len(item.questions) > 2][::40]
    dense = retriever._dense

    def first(turn: bool) -> int:
        found = 0
        for item in asked:
            vector = dense.vector(item.questions[-1])
            nearest = dense.nearest(retriever._query_map.turned(vector) if turn else vector, 3, ALL)
            found += item.id in nearest
        return found

    assert first(turn=True) > first(turn=False)


def test_facts_of_ones_own_are_found_without_questions(retriever: Retriever, tmp_path: Path) -> None:
    chosen = {item.id: item.questions[-1] for item in retriever.records if len(item.questions) > 8}
    chosen = dict(list(chosen.items())[::100])
    ranks = PARTS - {"learned_order"}  # that knows the questions, which facts of one's own lack

    def found(own: bool) -> int:
        search = Retriever(load(), tmp_path)
        told = (
            replace(item, questions=(), own=own) if item.id in chosen else item for item in retriever.records
        )
        search.__dict__["records"] = tuple(told)
        return sum(
            key in [hit.record_id for hit in search.search(question, k=5, parts=ranks).hits]
            for key, question in chosen.items()
        )

    assert found(own=True) > found(own=False)


NAMED = Names.build(
    [
        ("c1", "Delta Lake"),
        ("c2", "Prompt Flow"),
        ("c3", "Teradata"),
        ("c4", "Vertex AI"),
        ("c5", "Apache Pinot"),
    ],
    {},
)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("a data lake or a warehouse", []),
        ("which tier data goes to", []),
        ("tera data or vertexai", ["c3", "c4"]),
        ("Why does the Pi not use it?", []),
        ("detla lake", ["c1"]),
        ("promt flow", ["c2"]),
        ("detla lakr", []),
        ("prxmpt flyw", []),
        ("prompts for a summary", []),
    ],
)
def test_a_name_of_two_words_is_misheard_word_for_word_alone(question: str, named: list[str]) -> None:
    assert sorted(NAMED.mentioned(question)) == named


def test_a_phrase_that_resembles_a_name_names_nothing(retriever: Retriever) -> None:
    assert "azure-prompt-flow" not in retriever.named("how long are prompts for a summary")
    assert retriever.named("a data lake or files") == {}
