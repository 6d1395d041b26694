"""Numbers of the search whose change would go unnoticed in its recall: each on both of its sides."""

import pytest

from knowledge import load
from knowledge.index import Retriever
from knowledge.index.editions import Editions
from knowledge.index.fusion import fuse
from knowledge.index.misspelling import by_first_letter, misspelt_for
from knowledge.index.record import Filter, IndexRecord
from knowledge.index.record_terms import terms_of


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return Retriever(load(), tmp_path_factory.mktemp("cache"))


def test_what_one_ranking_is_sure_of_comes_before_what_two_have_in_the_middle() -> None:
    middle = [f"filler-{number}" for number in range(9)]
    ranked = fuse([(1, ["sure", *middle, "both"]), (1, [*middle, "both"])])
    assert [item for item, _ in ranked if item in ("sure", "both")] == ["sure", "both"]
    near = fuse([(1, ["sure", "both"]), (1, ["other", "both"])])
    assert near[0][0] == "both"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("qdrnat", "qdrant"),
        ("qdarnb", ""),
        ("kuberneets", "kubernetes"),
        ("kubrneets", "kubernetes"),
        ("kubrneet", ""),
        ("milv", ""),
    ],
)
def test_a_short_word_may_have_one_slip_and_a_long_one_two(written: str, meant: str) -> None:
    assert misspelt_for(written, by_first_letter(["qdrant", "kubernetes", "milvus"])) == meant


def test_a_filter_by_status_admits_those_alone() -> None:
    ended = IndexRecord("component:x", "X", "component", "x", ("x",), status="eol")
    assert Filter(statuses=frozenset({"eol"})).admits(ended)
    assert not Filter(statuses=frozenset({"active"})).admits(ended)
    assert Filter().admits(ended)


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        ("Basalt", "Basalt tier"),
        ("Basalt Blue Grand", "Basalt Blue Grand tier"),
        ("Basalt Blue Grand Extra", ""),
    ],
)
def test_an_edition_has_a_name_of_three_words_at_most(words: str, unknown: str) -> None:
    record = IndexRecord("q", "Qdrant holds vectors.", "fact", "qdrant", ("qdrant",))
    editions = Editions([record], terms_of([record]), ["tier"])
    assert editions.unknown(f"What does the Qdrant {words} tier cost?", {"qdrant": "Qdrant"}) == unknown


def test_of_many_names_alone_three_cards_come_first(retriever: Retriever) -> None:
    hits = retriever.search("Qdrant, Milvus, Weaviate, Pinecone", k=12).hits
    cards = [hit.record_id for hit in hits if hit.score == 1.0 and hit.record_id.startswith("component:")]
    assert cards == ["component:qdrant", "component:milvus", "component:weaviate"]


@pytest.mark.parametrize(("score", "first"), [(0.9, "fact"), (0.4, "component:qdrant")])
def test_a_fact_about_as_good_comes_before_the_card_that_sums_it_up(
    retriever: Retriever, score: float, first: str
) -> None:
    fact = next(record.id for record in retriever.records if record.kind == "limit")
    found = retriever._facts_first([("component:qdrant", 1.0), (fact, score)])
    assert found[0][0] == (fact if first == "fact" else first)


@pytest.mark.parametrize("asked", ["L4 price gcp tokyo", "whisper-1 price", "Kimi K2 licence"])
def test_a_row_that_a_filter_leaves_out_vouches_for_nothing(retriever: Retriever, asked: str) -> None:
    """A row answers by itself; where only limits are wanted, the question is judged by what is left."""
    assert not retriever.search(asked, k=3).abstained
    assert retriever.search(asked, k=3, kinds=("limit",)).abstained
