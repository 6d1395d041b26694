"""Search over a small knowledge base: ranking, filters, abstention, fallbacks."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from knowledge.index import FACT_KINDS, Retriever
from knowledge.index.asked_text import CUT, MOST_READ, read_of
from knowledge.library import Knowledge
from knowledge.sentence_model import EmbeddingUnavailable

Plant = Callable[[dict[str, Any]], Path]


@pytest.fixture
def retriever(tree: dict[str, Any], plant: Plant, words: Any, tmp_path: Path) -> Retriever:
    return Retriever(Knowledge(plant(tree)), tmp_path / "cache", words)


def test_records_cover_facts_and_cards(retriever: Retriever) -> None:
    kinds = {record.id: record.kind for record in retriever.records}
    assert kinds["pgvector/limit/hnsw-dims"] == "limit"
    assert kinds["component:qdrant"] == "component"
    assert kinds["slot:sto.vector_db"] == "slot"
    assert kinds["rule:pgvector-dims"] == "rule"
    assert kinds["decision:vector"] == "decision"


def test_a_fact_record_names_component_role_and_kind(retriever: Retriever) -> None:
    text = retriever.by_ids(["pgvector/limit/hnsw-dims"])[0].text
    assert text.startswith("pgvector. Vector store: find similar vectors. limit")
    assert text.endswith("HNSW indexes work up to 2,000 dimensions.")


def test_finds_the_fact_first(retriever: Retriever, no_network: list[str]) -> None:
    result = retriever.search("How many dimensions can an HNSW index of pgvector have?", kinds=FACT_KINDS)
    assert result.hits[0].fact_ids == ("pgvector/limit/hnsw-dims",)
    assert not result.abstained
    assert result.notices == ()
    assert no_network == []


def test_what_sources_disagree_on_is_shown_side_by_side(
    tree: dict[str, Any], plant: Plant, words: Any, tmp_path: Path
) -> None:
    facts = tree["catalog/facts/storage.yaml"]["facts"]
    first, last = facts[0], facts[-1]
    first["conflicts_with"], last["conflicts_with"] = [last["id"]], [first["id"]]
    found = Retriever(Knowledge(plant(tree)), tmp_path / "cache", words)
    for asked, other in ((first, last), (last, first)):
        ids = [hit.record_id for hit in found.search(asked["statement"], kinds=FACT_KINDS).hits]
        assert ids[:2] == [asked["id"], other["id"]]
        assert len(ids) == len(set(ids))
    only = found.search(first["statement"], kinds=[first["kind"]]).hits
    assert last["id"] not in {hit.record_id for hit in only}


def test_filters_narrow(retriever: Retriever) -> None:
    hits = retriever.search("vector store", components=["qdrant"]).hits
    assert {hit.record_id for hit in hits} == {"component:qdrant", "qdrant/perf/latency"}
    assert {hit.kind for hit in retriever.search("vector store", kinds=["slot"]).hits} == {"slot"}
    assert retriever.search("vector store", slots=["srv.gateway"]).hits == ()


def test_an_alias_and_a_misspelling_name_a_component(retriever: Retriever) -> None:
    assert list(retriever.named("does pg vec cope")) == ["pgvector"]
    assert list(retriever.named("Is pgvektor enough?")) == ["pgvector"]
    assert list(retriever.named("Zilliz Cloud or something else?")) == ["zilliz-cloud"]
    assert retriever.named("Which vector store is best?") == {}


def test_an_ordinary_word_is_a_name_only_with_a_capital(
    tree: dict[str, Any], plant: Plant, words: Any, tmp_path: Path
) -> None:
    components = tree["catalog/components/storage.yaml"]["components"]
    components.append(components[1] | {"id": "unstructured", "name": "Unstructured"})
    retriever = Retriever(Knowledge(plant(tree)), tmp_path / "cache", words)
    assert retriever.named("Which store suits unstructured data?") == {}
    assert list(retriever.named("Is the Unstructured library any good?")) == ["unstructured"]


def test_an_ordinary_word_is_a_name_where_it_is_compared_with_one(
    tree: dict[str, Any], plant: Plant, words: Any, tmp_path: Path
) -> None:
    components = tree["catalog/components/storage.yaml"]["components"]
    components += [
        components[1] | {"id": name, "name": name.capitalize()} for name in ("unstructured", "chalk")
    ]
    retriever = Retriever(Knowledge(plant(tree)), tmp_path / "cache", words)
    for question in (
        "unstructured or qdrant",
        "qdrant vs unstructured",
        "qdrant over unstructured for files",
    ):
        assert set(retriever.named(question)) == {"qdrant", "unstructured"}
    assert set(retriever.named("chalk vs unstructured")) == {"chalk", "unstructured"}
    assert retriever.named("structured or unstructured text") == {}
    assert retriever.named("chalk or unstructured text") == {}
    assert retriever.named("unstructured text vs tables") == {}
    assert set(retriever.named("unstructured text in qdrant")) == {"qdrant"}


def test_abstains_where_the_catalogue_has_no_such_fact(retriever: Retriever) -> None:
    price = retriever.search("What is the monthly price of Qdrant?")
    assert price.abstained
    assert "price of Qdrant" in price.reason
    assert not retriever.search("What p99 latency does Qdrant have?").abstained
    assert not retriever.search("Does Zilliz Cloud sign a BAA?").abstained
    assert retriever.search("Is pgvector covered by a HIPAA agreement?").abstained


def test_a_fact_that_names_the_component_in_passing_counts(
    tree: dict[str, Any], plant: Plant, words: Any, tmp_path: Path
) -> None:
    tree["catalog/facts/storage.yaml"]["facts"][1]["statement"] = "Beside Qdrant it costs 20 USD a month."
    retriever = Retriever(Knowledge(plant(tree)), tmp_path / "cache", words)
    assert not retriever.search("What is the monthly price of Qdrant?").abstained


def test_a_cost_without_money_is_no_price(
    tree: dict[str, Any], plant: Plant, words: Any, tmp_path: Path
) -> None:
    fact = tree["catalog/facts/storage.yaml"]["facts"][0]
    fact |= {"kind": "cost", "component": "qdrant", "statement": "It holds every vector in memory twice."}
    retriever = Retriever(Knowledge(plant(tree)), tmp_path / "cache", words)
    assert "price of Qdrant" in retriever.search("qdrant price").reason
    assert not retriever.search("What does running Qdrant cost?").abstained


def test_a_cost_that_is_no_price_is_no_reason_to_abstain(retriever: Retriever) -> None:
    assert retriever.search("How much does Qdrant cost?").abstained
    assert not retriever.search("What is the cost of leaving Qdrant in effort?").abstained
    assert not retriever.search("How much does quantisation in Qdrant lose?").abstained


def test_abstains_where_only_time_can_tell(retriever: Retriever) -> None:
    assert retriever.search("Which vector store will be the cheapest in 2030?").abstained


def test_abstains_where_only_the_user_can_measure(retriever: Retriever) -> None:
    assert retriever.search("What p99 latency will Qdrant have on our data?").abstained


def test_fetch_for_brings_all_that_may_be_cited(retriever: Retriever) -> None:
    found = {hit.record_id for hit in retriever.fetch_for(["pgvector"], excluded=["qdrant"])}
    assert found == {
        "component:pgvector",
        "component:qdrant",
        "pgvector/limit/hnsw-dims",
        "pgvector/compat/postgres",
        "qdrant/perf/latency",
        "rule:pgvector-dims",
    }
    wider = retriever.fetch_for(["pgvector"], question="Does Zilliz Cloud sign a BAA?")
    assert "zilliz-cloud/compliance/hipaa" in {hit.record_id for hit in wider}


def test_by_ids_keeps_the_order_and_leaves_unknown_ids_out(retriever: Retriever) -> None:
    hits = retriever.by_ids(["qdrant/perf/latency", "no/such/fact", "component:pgvector"])
    assert [hit.record_id for hit in hits] == ["qdrant/perf/latency", "component:pgvector"]


def test_without_a_model_words_alone_are_searched(tree: dict[str, Any], plant: Plant, tmp_path: Path) -> None:
    class Absent:
        name, sha256, dimensions = "absent", "1" * 64, 64

        def embed(self, texts: Any) -> Any:
            raise EmbeddingUnavailable("The model can't be loaded.")

    retriever = Retriever(Knowledge(plant(tree)), tmp_path / "cache", Absent())
    result = retriever.search("HNSW dimensions of pgvector", kinds=FACT_KINDS)
    assert result.hits[0].fact_ids == ("pgvector/limit/hnsw-dims",)
    assert result.notices == ("The model can't be loaded. The search uses words alone.",)
    assert "qdrant/perf/latency" in {hit.record_id for hit in retriever.fetch_for(["qdrant"])}


def test_without_chroma_the_index_is_in_memory(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chromadb", None)
    result = retriever.search("HNSW dimensions of pgvector", kinds=FACT_KINDS)
    assert result.hits[0].fact_ids == ("pgvector/limit/hnsw-dims",)
    assert any("in memory" in notice for notice in result.notices)


def test_an_empty_knowledge_base_finds_nothing_and_says_so(
    tree: dict[str, Any], plant: Plant, words: Any, tmp_path: Path
) -> None:
    for name, content in tree.items():
        if name.startswith("catalog/") and name != "catalog/synonyms.yaml":
            content.update({key: [] for key in content})
    result = Retriever(Knowledge(plant(tree)), tmp_path / "cache", words).search("pgvector")
    assert result.hits == ()
    assert result.abstained
    assert result.reason == "The knowledge index is empty."


@pytest.mark.parametrize("query", ["", "   ", "???", "\x00", "a" * 20_000, "SELECT * FROM x; --", "日本語"])
def test_odd_questions_are_answered(retriever: Retriever, query: str) -> None:
    assert len(retriever.search(query, k=3).hits) <= 3


@pytest.mark.parametrize("place", [0, 1])
def test_of_a_long_text_what_it_asks_is_looked_up(retriever: Retriever, place: int) -> None:
    """A message may hold ten times as much, and rules that hold each name against each other would take minutes."""
    asked, told = "How does Qdrant handle filters?", "We have p5 and H100 and gpt-4o. " * 300
    text = f"{told}{asked}" if place else f"{asked} {told}"
    found = retriever.search(text)
    assert found.hits == retriever.search(asked).hits
    assert found.notices == (CUT,)
    assert retriever.names_in(text) == retriever.names_in(asked)
    assert retriever.unknown_by_rule(text) == retriever.unknown_by_rule(asked)
    assert not retriever.asks_by_name(text)


def test_of_a_long_text_without_a_question_both_ends_are_read() -> None:
    text = f"qdrant licence {'x ' * 5_000} milvus"
    assert len(read_of(text)) <= MOST_READ + 1
    assert read_of(text).startswith("qdrant licence x")
    assert read_of(text).endswith("x milvus")
    assert read_of(" " * 20_000 + "qdrant") == "qdrant"
    assert read_of("?" * 20_000 + "a" * 9_000)


def test_bytes_that_are_no_text_are_no_fault(retriever: Retriever) -> None:
    assert retriever.search("qdrant \udcff licence").hits[0].component == "qdrant"


def test_equal_searches_give_equal_results(retriever: Retriever) -> None:
    assert retriever.search("latency of vector stores") == retriever.search("latency of vector stores")


def test_naming_the_package_loads_nothing_heavy() -> None:
    heavy = {"numpy", "chromadb", "onnxruntime", "tokenizers", "bm25s", "rapidfuzz"}
    code = f"import sys, knowledge.index, knowledge.verify; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_threads_do_not_mix_their_questions(retriever: Retriever) -> None:
    questions = [
        "HNSW dimensions of pgvector",
        "p99 latency of Qdrant",
        "BAA of Zilliz Cloud",
        "PostgreSQL 13",
    ]
    expected = [retriever.search(question) for question in questions]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(retriever.search, questions * 10))
    assert found == expected * 10


def test_a_knowledge_base_without_vendors_has_no_platforms(retriever: Retriever) -> None:
    assert "SOC 2 of Zilliz Cloud" in retriever.search("soc 2 of zilliz cloud").reason


def test_where_no_thread_can_start_all_is_read_here(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = retriever.search("HNSW dimensions of pgvector")
    refused = ThreadPoolExecutor(1)
    refused.shutdown()
    monkeypatch.setattr(retriever._standing, "_beside", refused)
    assert retriever.search("HNSW dimensions of pgvector") == expected


def test_where_no_thread_can_start_the_first_question_is_read_here_too(
    retriever: Retriever, tree: dict[str, Any], plant: Plant, words: Any, tmp_path: Path
) -> None:
    expected = retriever.search("HNSW dimensions of pgvector")
    fresh = Retriever(Knowledge(plant(tree)), tmp_path / "cache", words)
    refused = ThreadPoolExecutor(1)
    refused.shutdown()
    vars(fresh._standing)["_beside"] = refused
    assert fresh.search("HNSW dimensions of pgvector") == expected


def test_after_warming_all_is_read_that_a_question_may_need(tmp_path: Path) -> None:
    """What isn't is read while somebody waits for an answer."""
    retriever = Retriever(Knowledge(), tmp_path)
    retriever.warm()
    read = retriever._abstention
    assert {"_statements"} <= vars(read._coverage).keys()
    assert {"counts", "_by_letter"} <= vars(read.usage).keys()
    assert {"subject", "editions", "_strangers"} <= vars(read).keys()
    assert {"_rows", "_lexical", "_judged", "_order", "_signal_reader"} <= vars(retriever).keys()


@pytest.mark.parametrize("question", ["Ray", "ray", "Temporal?"])
def test_an_ordinary_word_alone_is_a_name(question: str, tmp_path: Path) -> None:
    named = Retriever(Knowledge(), tmp_path).named(question)
    assert set(named) & {"ray", "temporal"}
