"""Questions about other things, names that nobody here knows, and misspellings of what is known."""

import pytest
import yaml

from knowledge import load
from knowledge.index import Retriever
from knowledge.index.misspelling import by_first_letter, commonest_first, misspelt_for
from knowledge.index.strangers import Strangers
from knowledge.index.subject import Usage
from knowledge.manifest import packaged_root


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return Retriever(load(), tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize(
    "question",
    [
        "Which bread flour for a sourdough starter?",
        "Lap record at the Nuerburgring",
        "How wide is the strait of Gibraltar?",
        "Who is on call tonight in our office?",
        "Is there an outage in our region right now?",
        "Write a function that parses dates",
        "Does the Grimbleflux database support joins?",
    ],
)
def test_what_the_catalogue_can_not_know_is_turned_away(retriever: Retriever, question: str) -> None:
    assert retriever.search(question, k=3).abstained


@pytest.mark.parametrize(
    "question",
    [
        "Which vector store can two people run?",
        "Is pgvector enough for five million rows?",
        "postgers or mongo for chat histories",
        "kubernets or plain containers?",
        "Welche Vektordatenbank passt zu uns?",
        "How do we keep tail latency low with a reranker?",
    ],
)
def test_what_it_is_for_is_answered(retriever: Retriever, question: str) -> None:
    assert not retriever.search(question, k=3).abstained


def test_an_unknown_name_is_said(retriever: Retriever) -> None:
    assert "Grimbleflux" in retriever.search("How do we tune Grimbleflux for latency?").reason


def test_most_of_the_learned_questions_are_told_apart(retriever: Retriever) -> None:
    listed = yaml.safe_load((packaged_root() / "index" / "subjects.yaml").read_text(encoding="utf-8"))
    plain = [question for question in listed["ours"] if "{name}" not in question]
    turned_away = [question for question in plain if retriever.search(question, k=1).abstained]
    assert len(turned_away) <= 0.06 * len(plain), turned_away
    let_in = [question for question in listed["others"] if not retriever.search(question, k=1).abstained]
    assert len(let_in) <= 0.1 * len(listed["others"]), let_in


def test_usual_words_are_counted_by_record() -> None:
    usage = Usage(("vector store", "vector index", "vector vector", "price"), ("the",))
    unused, rare, frequency = usage.features("the vector")
    assert (unused, rare) == (0.0, 0.0)
    assert frequency == pytest.approx(1.386, abs=1e-3)
    assert usage.features("price of bread")[:2] == (2 / 3, 1.0)
    assert usage.features("the") == (0.0, 0.0, 0.0)
    assert Usage((), (), ("ttft",)).features("TTFT")[:2] == (0.0, 0.0)


def test_names_are_strange_only_where_nothing_is_near() -> None:
    strangers = Strangers({"milvu", "quantis", "qdrant"})
    assert strangers.within("Is Milvus or Qdrnt or Zorbaquant good?") == ["Zorbaquant"]
    assert strangers.within("is zorbaquant good") == ["zorbaquant"]
    assert Strangers((), ["Hugging Face, air-gapped"]).within("huggingface airgapped quuxly") == ["quuxly"]


def test_a_misspelling_is_right_in_its_first_letter() -> None:
    known = by_first_letter(["embedding", "latency", "gpu"])
    assert misspelt_for("embeddng", known) == "embedding"
    assert misspelt_for("ltaency", known) == "latency"
    assert misspelt_for("xmbedding", known) == ""
    assert misspelt_for("emb3dding", known) == ""


def test_of_two_words_as_near_the_commoner_one_is_meant() -> None:
    known = by_first_letter(commonest_first({"cast": 2, "cost": 483, "coats": 2}))
    assert misspelt_for("coast", known) == "cost"
    assert (
        misspelt_for("coats", by_first_letter(commonest_first({"boats": 9, "coots": 1, "coast": 1})))
        == "coast"
    )
