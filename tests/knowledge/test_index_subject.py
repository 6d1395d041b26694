"""Questions about other things, names that nobody here knows, and misspellings of what is known."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from knowledge import load
from knowledge.files import DataFiles
from knowledge.index import Retriever
from knowledge.index.inverted_file import grouped
from knowledge.index.misspelling import by_first_letter, commonest_first, misspelt_for
from knowledge.index.neighbours import Neighbours, pack, read_neighbours
from knowledge.index.strangers import Strangers
from knowledge.index.subject import NamesIn, Usage, told
from knowledge.index.worded import worded
from knowledge.manifest import packaged_root
from knowledge.opening import open_knowledge


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


@pytest.mark.parametrize(
    "question",
    [
        "Groq",
        "Ollama",
        "pinecone",
        "pinecone price",
        "Ollama licence",
        "Prefect limits",
        "Cerebras",
        "gpu cloud",
    ],
)
def test_a_name_alone_and_what_can_be_asked_of_any_is_answered(retriever: Retriever, question: str) -> None:
    assert not retriever.search(question, k=3).abstained


def test_an_unknown_name_is_said(retriever: Retriever) -> None:
    assert "Grimbleflux" in retriever.search("How do we tune Grimbleflux for latency?").reason


@pytest.mark.slow
def test_most_of_the_learned_questions_are_told_apart(retriever: Retriever) -> None:
    listed = yaml.safe_load((packaged_root() / "index" / "subjects.yaml").read_text(encoding="utf-8"))
    plain = [question for question in listed["ours"] if "{name}" not in question]
    turned_away = [question for question in plain if retriever.search(question, k=1).abstained]
    assert len(turned_away) <= 0.06 * len(plain), turned_away
    let_in = [question for question in listed["others"] if not retriever.search(question, k=1).abstained]
    assert len(let_in) <= 0.1 * len(listed["others"]), let_in


def test_usual_words_are_counted_by_record() -> None:
    texts = [[text.split()] for text in ("vector stor", "vector index", "vector vector", "pric")]
    usage = Usage(worded(texts).usage(), ("the",))
    unused, rare, frequency = usage.features("the vector")
    assert (unused, rare) == (0.0, 0.0)
    assert frequency == pytest.approx(1.386, abs=1e-3)
    assert usage.features("price of bread")[:2] == (2 / 3, 1.0)
    assert usage.features("the") == (0.0, 0.0, 0.0)
    assert Usage({}, (), ("ttft",)).features("TTFT")[:2] == (0.0, 0.0)


def test_what_is_close_to_a_record_rather_belongs_here(retriever: Retriever) -> None:
    subject, question = retriever._abstention.subject, "limits of the store"
    assert subject is not None
    standing = retriever._standing.read(question, None, retriever._dense)
    assert standing is not None
    far, near = (
        subject.score(question, standing._replace(closeness=close), NamesIn(0.0, 0)) for close in (0.2, 0.6)
    )
    assert near > far + 1


def test_names_are_strange_only_where_nothing_is_near() -> None:
    strangers = Strangers({"milvu", "quantis", "qdrant"})
    assert strangers.within("Is Milvus or Qdrnt or Zorbaquant good?") == ["Zorbaquant"]
    assert strangers.within("is zorbaquant good") == ["zorbaquant"]
    assert strangers.within("cross-zorbish search") == []
    assert Strangers((), ["Hugging Face, air-gapped"]).within("huggingface airgapped quuxly") == ["quuxly"]


@pytest.mark.parametrize(
    ("question", "strange"),
    [
        ("quillhaven or qdrant for ten million vectors", ["quillhaven"]),
        ("qdrant vs quillhaven", ["quillhaven"]),
        ("is the quillhavens part of qdrant slow", []),
        ("H200 or H675", ["H675"]),
        ("qdrant on PG16 with AES256", []),
        ("qdrant vs the quillhaven", ["quillhaven"]),
        ("qdrant versus quillhaven gateway", ["quillhaven"]),
        ("quillhaven gateway versus qdrant", ["quillhaven"]),
        ("X509 or RS256 for qdrant", []),
    ],
)
def test_what_is_compared_and_what_is_numbered_as_a_device_is_a_name(
    question: str, strange: list[str]
) -> None:
    known = Strangers({"qdrant", "vector", "h200", "aes256", "million"}, codes={"x509", "rs256"})
    assert known.within(question, names_only=True) == strange


@pytest.mark.parametrize(
    ("question", "refused"),
    [
        ("please rewrite this job in Rust", True),
        ("Translate this letter for me", True),
        ("Remove the duplicates from our training set, which tool?", False),
        ("Merge the adapters into our base model or keep them apart", False),
        ("Translate all our manuals to six languages: what does it cost?", False),
        ("What is the password policy of Keycloak?", False),
        ("write our own gateway or use LiteLLM", False),
        ("refactor my own pipeline or buy one", False),
        ("delete vectors of one tenant, how", False),
        ("what is our admin password", True),
        ("Checkpoints are written to NFS. What storage would fix this?", False),
        ("Who can read our passwords in that file?", False),
    ],
)
def test_commands_and_own_secrets_are_no_questions_for_a_catalogue(
    retriever: Retriever, question: str, refused: bool
) -> None:
    assert bool(retriever._vocabulary.unknowable(question)) is refused


@pytest.mark.parametrize(
    ("question", "foreign"),
    [
        ("Welche Datenbank hat Vektorsuche?", True),
        ("la base es el problema", True),
        ("Best beaches near Los Angeles", False),
        ("cheap hotels near Lake Como", False),
        ("Does Zorbaquant come with RBAC?", False),
        ("Will Zorbaquant die on AWS?", False),
        ("How big is a die of silicon?", False),
        ("Does my son need a new bike?", False),
    ],
)
def test_a_place_or_a_die_makes_no_foreign_question(
    retriever: Retriever, question: str, foreign: bool
) -> None:
    assert retriever._vocabulary.is_foreign(question) is foreign


def test_in_a_situation_names_and_demands_stand_in_passing(retriever: Retriever) -> None:
    asked = "Is Zorbaquant Fabric a replacement for Kafka?"
    assert retriever.unknown_by_rule(asked) == "The catalogue doesn't know Zorbaquant."
    story = "We run six brokers on three machines, keep each event for ninety days and pay two people for it all. "
    assert retriever.unknown_by_rule(story + asked) == retriever.unknown_by_rule(asked)
    assert retriever.unknown_by_rule("Zorbaquant fails us. " + story + "What replaces it?") == ""
    joined = " ".join(["Is Zorbaquant", *["very"] * 21, "good?"])
    assert retriever.unknown_by_rule(joined)
    assert retriever.unknown_by_rule(joined.replace("good", "very good")) == ""


@pytest.mark.parametrize(
    ("question", "known"),
    [
        ("who is the CEO of Pinecone", False),
        ("How many engineers does OpenAI employ on inference?", False),
        ("how many people can label in one Label Studio project", True),
        ("As a founder, should I start with Postgres or Qdrant?", True),
    ],
)
def test_people_behind_a_product_are_asked_in_vain(retriever: Retriever, question: str, known: bool) -> None:
    assert ("people" not in retriever.unknown_by_rule(question)) is known


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


def test_an_edition_that_no_record_tells_of_is_unknown(retriever: Retriever) -> None:
    assert "Basalt" in retriever.search("What does the Qdrant Basalt tier cost?", k=1).reason
    assert not retriever.search("What does the Pinecone Enterprise plan add?", k=1).abstained
    assert not retriever.search("Pinecone standard plan minimum", k=1).abstained
    assert not retriever.search("Is the Weaviate free tier enough for a demo?", k=1).abstained


@pytest.mark.parametrize(
    "question",
    [
        "How do I plan capacity for Milvus?",
        "How should I plan memory for Qdrant?",
        "Can I plan a Kubernetes upgrade without downtime?",
        "How do I tier data in Elasticsearch?",
        "Does vLLM run on an Ubuntu LTS?",
        "Do we need a Disaster Recovery plan for Qdrant?",
    ],
)
def test_to_plan_and_to_tier_name_no_edition(retriever: Retriever, question: str) -> None:
    assert retriever._abstention.editions.unknown(question, retriever.named(question)) == ""


def test_no_question_of_a_fact_is_on_an_unknown_edition(retriever: Retriever) -> None:
    questions = [text for record in retriever.records for text in record.questions][::2]
    refused = [
        text for text in questions if retriever._abstention.editions.unknown(text, retriever.named(text))
    ]
    assert len(questions) > 15_000
    assert refused == []


def test_a_name_whose_parts_are_set_apart_is_that_name(retriever: Retriever) -> None:
    assert "pgvector" in retriever.named("does pg_vector scale")
    assert "langgraph" in retriever.named("lang-graph or crewai")
    assert "anyscale" not in retriever.named("does it work at any scale")


def test_near_questions_of_both_sorts_are_compared() -> None:
    plane = np.eye(3, dtype=np.float32)
    among = Neighbours(plane[:, :2], grouped(plane[:1, :2]), grouped(plane[1:2, :2]))
    assert among.nearness(among.points(plane[0])) == pytest.approx((1, 1, 0, 0))
    assert among.nearness(among.points(plane[1])) == pytest.approx((0, 0, 1, 1))
    assert among.nearness(among.points(np.array([1, 1, 0], dtype=np.float32))) == pytest.approx(
        [0.5**0.5] * 4
    )
    empty = Neighbours(plane[:, :2], grouped(plane[:0, :2]), grouped(plane[1:2, :2]))
    assert empty.nearness(empty.points(plane[1])) == pytest.approx((0, 0, 1, 1))


def test_the_nearest_and_the_mean_of_the_nearest_are_told_apart() -> None:
    ours = np.array([[1, 0], [0, 1], [0, 1]], dtype=np.float32)
    among = Neighbours(np.eye(2, dtype=np.float32), grouped(ours), grouped(ours[:1]))
    assert among.nearness(np.array([1, 0], dtype=np.float32)) == pytest.approx((1, 1 / 3, 1, 1))


def test_what_is_told_of_a_question_beside_its_words() -> None:
    weighed = told((0.1, 0.2, 3.0), NamesIn(0.5, 7), "one two three four five", (0.1, 0.2, 0.3, 0.4), 0.6)
    assert weighed == pytest.approx((0.1, 0.2, 3.0, 0.5, 3, 0.5, 1, 2, 3, 4, 6))


def test_neighbours_of_another_model_or_broken_ones_are_not_used(tmp_path: Path) -> None:
    assert read_neighbours(DataFiles(tmp_path), "m") is None
    (tmp_path / "index").mkdir()
    plane = np.eye(2, dtype=np.float32)
    packed = pack(plane, grouped(plane[:1]), grouped(plane[1:]), "m")
    (tmp_path / "index" / "neighbours.npz").write_bytes(packed)
    found = read_neighbours(DataFiles(tmp_path), "m")
    assert found is not None
    assert found.nearness(plane[0]) == pytest.approx((1, 1, 0, 0))
    assert read_neighbours(DataFiles(tmp_path), "other") is None
    (tmp_path / "index" / "neighbours.npz").write_bytes(b"no zip")
    assert read_neighbours(DataFiles(tmp_path), "m") is None


OWN_FACT = """facts:
- id: vllm/compliance/works-council
  component: vllm
  slots: []
  kind: compliance
  statement: The works council agreed that chat logs are read only with two of its members present.
  tier: T1
  source: {url: 'https://intranet.example/x', locator: y}
  as_of: null
  read_at: '2026-11-26'
  review_by: '2027-05-25'
"""


def test_what_ones_own_facts_answer_is_not_turned_away(tmp_path: Path) -> None:
    folder = tmp_path / "own" / "catalog" / "facts"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(OWN_FACT, encoding="utf-8")
    own = Retriever(open_knowledge(tmp_path / "own", None), tmp_path / "cache")
    found = own.search("When may chat logs be read according to the works council?", k=3)
    assert found.hits[0].record_id == "vllm/compliance/works-council"
    assert not found.abstained, found.reason
    assert own.search("how do I bake bread", k=3).abstained


def test_what_is_turned_away_names_what_nothing_is_held_about(retriever: Retriever) -> None:
    found = retriever.search("who founded the company behind Qdrant and where did they study")
    assert found.abstained
    assert "Qdrant" in found.reason
