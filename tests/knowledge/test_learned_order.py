"""In which order the best facts come: what was learned from judged questions, and what it leaves alone."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge import load
from knowledge.embedding import MiniLm
from knowledge.errors import KnowledgeInvalid
from knowledge.files import DataFiles
from knowledge.index import FACT_KINDS, PARTS, Part, Retriever
from knowledge.index.arrays import products
from knowledge.index.inverted_file import grouped
from knowledge.index.judged import FILE as VECTORS
from knowledge.index.judged import SOURCE, JudgedAnswers, damaged, pack, read_judged, read_judged_answers
from knowledge.index.learned_order import FILE, Signals, read_order_weights, reordered, shares
from knowledge.index.neighbours import Neighbours, read_neighbours
from knowledge.index.query_map import QueryMap
from knowledge.index.retriever import ORDER_UNUSABLE

PLANE = np.eye(2, dtype=np.float32)
NONE = Signals(*[0.0] * len(Signals._fields))
WEIGHTS = tuple(range(1, len(Signals._fields) + 1))


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return Retriever(load(), tmp_path_factory.mktemp("cache"))


def test_the_nearest_questions_vote_for_what_answered_them() -> None:
    found = JudgedAnswers(grouped(PLANE), [("a", "b"), ("b",)], {}).votes(PLANE[0])
    assert found["a"] == pytest.approx(1)
    assert found["b"] == pytest.approx(1 + np.exp(-6), rel=1e-4)
    assert JudgedAnswers(grouped(PLANE[:0]), [], {}).votes(PLANE[0]) == {}


def test_only_the_nearest_vote() -> None:
    rows = np.array([[np.cos(angle), np.sin(angle)] for angle in np.linspace(0, 1.5, 60)], dtype=np.float32)
    found = JudgedAnswers(grouped(rows), [(str(place),) for place in range(60)], {}).votes(PLANE[0])
    assert set(found) == {str(place) for place in range(40)}
    assert found["0"] > found["39"] > 0


def test_products_are_those_of_one_vector_or_of_several() -> None:
    rows = np.array([[1, 2], [3, 4], [5, 6]], dtype=np.float32)
    assert products(rows, rows[0]).tolist() == (rows @ rows[0]).tolist()
    assert products(rows, rows[:2]).tolist() == (rows[:2] @ rows.T).tolist()


def test_a_learned_vector_is_compared_with_the_turned_question() -> None:
    learned = JudgedAnswers(
        grouped(PLANE), [("a",), ("b",)], {"a": PLANE[0], "b": np.array([0.6, 0.8], dtype=np.float32)}
    )
    assert learned.similarities(PLANE[1], "abc") == pytest.approx({"a": 0, "b": 0.8})
    assert learned.similarities(PLANE[0], "b") == pytest.approx({"b": 0.6})
    assert damaged().similarities(PLANE[1], "ab") == {}


def test_likeness_is_that_of_the_most_similar_question_of_each_fact() -> None:
    ours = np.array([[1, 0], [0, 1], [0.6, 0.8], [1, 0]], dtype=np.float32)
    known = Neighbours(PLANE, grouped(ours), grouped(PLANE[:0]), [("a", 2), ("b", 1)])
    assert known.likeness(PLANE[0], "abc") == pytest.approx({"a": 1, "b": 0.6}, abs=0.005)
    assert known.likeness(PLANE[1], "b") == pytest.approx({"b": 0.8}, abs=0.005)
    assert Neighbours(PLANE, grouped(ours), grouped(PLANE[:0])).likeness(PLANE[0], "ab") == {}


def written(folder: Path, content: bytes) -> JudgedAnswers | None:
    (folder / VECTORS).parent.mkdir(exist_ok=True)
    (folder / VECTORS).write_bytes(content)
    return read_judged_answers(DataFiles(folder), "m")


def test_what_was_learned_is_read_as_it_was_written(tmp_path: Path) -> None:
    content = pack(grouped(PLANE), [("a", "b"), ("b",)], {"a": PLANE[0], "b": PLANE[1]}, {"b": -1.5}, "m")
    assert read_judged_answers(DataFiles(tmp_path), "m") is None
    assert written(tmp_path, pack(grouped(PLANE), [("a",), ("b",)], {"a": PLANE[0]}, {}, "other")) is None
    found = written(tmp_path, content)
    assert found is not None
    assert not found.is_damaged
    assert found.votes(PLANE[1]) == pytest.approx({"a": np.exp(-6), "b": 1 + np.exp(-6)}, rel=1e-4)
    assert found.similarities(PLANE[1], "ab") == pytest.approx({"a": 0, "b": 1})
    assert found.usual == {"a": 0, "b": -1.5}


@pytest.mark.parametrize(
    "content",
    [b"no zip", pack(grouped(PLANE), [("a",)], {"a": PLANE[0]}, {}, "m")],
    ids=["no archive", "too few answers"],
)
def test_damage_is_told_and_nothing_votes(tmp_path: Path, content: bytes) -> None:
    found = written(tmp_path, content)
    assert found is not None
    assert found.is_damaged
    assert found.votes(PLANE[0]) == {}


def test_judged_questions_are_read_with_and_without_answers(tmp_path: Path) -> None:
    assert read_judged(DataFiles(tmp_path)) == ()
    (tmp_path / SOURCE).parent.mkdir()
    (tmp_path / SOURCE).write_text('question,fact_ids\n"How, then?",a/b c/d\nWhy?,\n', encoding="utf-8")
    assert read_judged(DataFiles(tmp_path)) == (("How, then?", ("a/b", "c/d")), ("Why?", ()))


def test_what_has_signals_is_put_in_order_and_the_rest_keeps_its_place() -> None:
    found = [("a", 0.9), ("card", 0.8), ("b", 0.7), ("own", 0.6), ("c", 0.5)]
    signals = {"a": NONE, "b": NONE._replace(votes=1.0), "c": NONE._replace(words=0.5)}
    assert reordered(found, signals, WEIGHTS) == [
        ("b", 0.9), ("card", 0.8), ("c", 0.7), ("own", 0.6), ("a", 0.5),
    ]  # fmt: skip
    assert reordered(found, {}, WEIGHTS) == found
    assert reordered(found, dict.fromkeys("abc", NONE), WEIGHTS) == found


def test_shares_are_of_the_highest_score() -> None:
    assert shares([1.0, 4.0, 0.0]) == [0.25, 1.0, 0.0]
    assert shares([0.0, 0.0]) == [0.0, 0.0]
    assert shares([]) == []


def test_weights_are_needed_for_every_signal_and_of_the_model_in_use(tmp_path: Path) -> None:
    assert read_order_weights(DataFiles(tmp_path), "m") is None
    (tmp_path / FILE).parent.mkdir()
    fields = ",".join(f'"{name}": {number}' for number, name in enumerate(Signals._fields, 1))
    (tmp_path / FILE).write_text(f'{{"model": "m", "weights": {{{fields}}}}}')
    assert read_order_weights(DataFiles(tmp_path), "m") == WEIGHTS
    assert read_order_weights(DataFiles(tmp_path), "other") is None
    (tmp_path / FILE).write_text('{"model": "m", "weights": {"votes": 1}}')
    with pytest.raises(
        KnowledgeInvalid, match=r"order_weights.json: weights are needed for words, best_question"
    ):
        read_order_weights(DataFiles(tmp_path), "m")
    (tmp_path / FILE).write_text('{"weights": {}}')
    with pytest.raises(KnowledgeInvalid, match=r"order_weights.json, \('model',\)"):
        read_order_weights(DataFiles(tmp_path), "m")


def test_every_signal_speaks_for_a_fact(retriever: Retriever) -> None:
    """Each was chosen because answers have more of it than what was found beside them."""
    assert retriever._order is not None
    assert all(weight > 0 for weight in retriever._order[0])


def test_how_usual_a_fact_is_and_where_judged_questions_lie_are_read(retriever: Retriever) -> None:
    model, knowledge = MiniLm(), load()
    question, fact = "does redis lose data at a restart", "redis/ops/restart-persistence"
    neighbours, vector = read_neighbours(knowledge.files, model.name), model.embed([question])
    assert neighbours is not None
    vectors = dict.fromkeys(knowledge.facts, vector[0])
    judged = JudgedAnswers(grouped(neighbours.points(vector)), [(fact,)], vectors, {fact: -1.5})
    signals = retriever.signals(question, QueryMap(None), judged)
    assert signals[fact].usual == -1.5
    assert signals[fact].votes == pytest.approx(1, abs=0.02)
    others = [item for found, item in signals.items() if found != fact]
    assert others
    assert {(item.usual, item.votes) for item in others} == {(0.0, 0.0)}


def test_cards_keep_their_places(retriever: Retriever) -> None:
    question = "which message broker for ordered events and replay"
    learned = retriever.search(question, k=40).hits
    found = retriever.search(question, k=40, parts=PARTS - {"learned_order"}).hits
    cards, kept = (
        [(place, hit.record_id) for place, hit in enumerate(hits) if hit.kind not in FACT_KINDS]
        for hits in (found, learned)
    )
    assert any(hit.fact_ids for hit in found if hit.kind not in FACT_KINDS)
    assert kept == cards
    assert [hit.record_id for hit in learned] != [hit.record_id for hit in found]
    assert [hit.score for hit in learned] == [hit.score for hit in found]


def test_facts_of_ones_own_keep_their_places(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    question = "how much memory does an HNSW index take"
    own = retriever.search(question, k=3, kinds={"limit", "perf", "cost"}).hits[-1].record_id
    made = Retriever(load(), tmp_path)
    records = tuple(replace(item, own=item.id == own) for item in retriever.records)
    monkeypatch.setattr(made, "records", records)
    learned, found = (
        [hit.record_id for hit in made.search(question, k=40, parts=parts).hits]
        for parts in (PARTS, PARTS - {"learned_order"})
    )
    assert learned != found
    assert learned.index(own) == found.index(own)


def test_damaged_judged_questions_are_told_and_ranks_alone_count(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    question, made = "vLLM startup time", Retriever(load(), tmp_path)
    monkeypatch.setattr(made, "_judged", damaged())
    result = made.search(question)
    assert ORDER_UNUSABLE in result.notices
    assert result.hits == retriever.search(question, parts=PARTS - {"learned_order"}).hits


def test_what_is_asked_like_a_judged_question_gets_its_answers(retriever: Retriever) -> None:
    """The first five hold more answers than without the order, on questions that were judged."""
    judged = [item for item in read_judged(load().files) if item.answers][::40]

    def found(parts: frozenset[Part]) -> int:
        hits = (retriever.search(item.text, k=5, parts=parts).hits for item in judged)
        return sum(
            len({fact for hit in each for fact in hit.fact_ids} & set(item.answers))
            for each, item in zip(hits, judged, strict=True)
        )

    assert found(PARTS) > 1.1 * found(PARTS - {"learned_order"})


def test_the_file_of_what_was_learned_holds_every_answered_question_in_bytes() -> None:
    content = load().files.bytes(VECTORS)
    with np.load(io.BytesIO(content)) as stored:
        assert stored["rows"].dtype == stored["learned"].dtype == np.int8
        assert len(stored["rows"]) == sum(bool(item.answers) for item in read_judged(load().files))
