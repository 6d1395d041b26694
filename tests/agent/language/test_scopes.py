"""What is refused, what others promised, and what the speaker can't know."""

import pytest

from agent.language import Understanding, understand
from knowledge.library import Knowledge
from tools.workload import Workload

KNOWLEDGE = Knowledge()


def read(text: str, *asked: str) -> Understanding:
    return understand(text, turn=1, asked=asked, workload=Workload(), knowledge=KNOWLEDGE)


@pytest.mark.parametrize("way", ["keep away from", "steer clear of", "spare us", "we are no fans of"])
def test_a_product_to_be_kept_away_from_is_refused(way: str) -> None:
    values = {item.field: item.value for item in read(f"please {way} Kafka").updates}
    assert values == {"avoid_components": ("apache-kafka",)}


def test_a_refusal_ends_where_what_is_in_place_begins() -> None:
    values = {i.field: i.value for i in read("we have moved away from MongoDB and use Redis").updates}
    assert values == {"avoid_components": ("mongodb",), "existing_components": ("redis",)}


@pytest.mark.parametrize(
    "text",
    [
        "The consultants promised us 5 million users.",
        "5 million users were predicted and that never happened.",
    ],
)
def test_what_others_promised_is_no_fact(text: str) -> None:
    assert read(text).updates == ()


@pytest.mark.parametrize(
    "text",
    ["beyond my remit", "you'd have to ask finance", "not my department", "the sales team would know"],
)
def test_somebody_else_knows(text: str) -> None:
    assert read(text, "budget").unknown_slots == ("budget",)


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("new prices must be live within five minutes", "data_freshness", {"freshness_s": 300}),
        ("une fois par semaine", "data_freshness", {"freshness_s": 604800}),
        ("einmal pro Woche", "data_freshness", {"freshness_s": 604800}),
        ("wait two seconds for the first token, 40 ms for each token", "", {"ttft_ms": 2000, "tpot_ms": 40}),
        ("0.5 s 95 times out of 100", "latency_target", {"e2e_latency_ms": 500, "latency_percentile": 95}),
    ],
)
def test_times_belong_to_what_is_beside_them(text: str, asked: str, expected: dict[str, float]) -> None:
    values = {item.field: item.value for item in read(text, asked).updates if item.origin == "stated"}
    assert values == expected


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("How much is a p5.48xlarge?", "How much is a p5.48xlarge?"),
        ("We rent g5.xlarge. What does an m6i.metal cost?", "What does an m6i.metal cost?"),
        ("Is a db.r6g.2xlarge enough for Qdrant?", "Is a db.r6g.2xlarge enough for Qdrant?"),
        ("What does a BM.GPU.H100.8 cost?", "What does a BM.GPU.H100.8 cost?"),
        ("What is an r6g.large.search for?", "What is an r6g.large.search for?"),
        ("We are 3 engineers with 2 H100.Is Qdrant free?", "Is Qdrant free?"),
    ],
)
def test_the_full_stop_in_a_machine_s_name_ends_no_sentence(text: str, asked: str) -> None:
    assert read(text).question_text == asked
