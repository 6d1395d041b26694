"""Several questions in one message, and what stands beside the sides of a choice."""

from collections.abc import Callable

import pytest

from agent.consultation import Consultation
from agent.reply import Reply

Consult = Callable[[], Consultation]


def components_told(reply: Reply) -> list[str]:
    """What the sentences are about, each once, in their order."""
    told = (identity for claim in reply.claims for identity in claim.evidence)
    bare = (identity.removeprefix("component:").removeprefix("price:") for identity in told)
    return list(dict.fromkeys(identity.partition("/")[0].partition("#")[0] for identity in bare))


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Is Weaviate free? Is Langfuse open source?", {"weaviate", "langfuse"}),
        ("Prefect or Dagster? And Kafka or Pulsar?", {"prefect", "dagster", "apache-kafka", "apache-pulsar"}),
        ("What does R2 cost per GB? And S3?", {"cloudflare-r2", "amazon-s3"}),
    ],
)
def test_each_question_that_names_something_is_answered(
    message: str, told: set[str], consult: Consult
) -> None:
    reply = consult().turn(message)
    assert set(components_told(reply)) >= told
    assert not any("no support" in notice for notice in reply.notices)


def test_what_names_nothing_goes_with_the_question_before(consult: Consult) -> None:
    assert components_told(consult().turn("Is Weaviate free? And is it written in Go?")) == ["weaviate"]


def test_of_a_question_without_an_answer_it_is_said_beside_the_others(consult: Consult) -> None:
    claims = consult().turn("What is Milvus's licence? Who founded Foobarbase, and is it like Qdrant?").claims
    assert {claim.role for claim in claims} == {"answer", "abstain"}
    assert any("milvus/licence" in identity for claim in claims for identity in claim.evidence)


def test_why_not_and_what_it_costs_are_both_answered(consult: Consult) -> None:
    consultation = consult()
    consultation.turn("RAG over our wiki for 200 lawyers")
    consultation.turn("just recommend")
    told = [
        identity
        for claim in consultation.turn("Why not Milvus? What does Pinecone cost?").claims
        for identity in claim.evidence
    ]
    assert any(identity.startswith("calc/inquiry/") for identity in told)
    assert any("pinecone" in identity for identity in told)


def test_two_choices_are_both_answered_and_what_they_are_for_is_noted(consult: Consult) -> None:
    consultation = consult()
    reply = consultation.turn(
        "Weaviate or Pinecone for 7 million vectors? And Airflow or Prefect with 2 engineers?"
    )
    assert set(components_told(reply)) >= {"weaviate", "pinecone", "apache-airflow", "prefect"}
    assert set(consultation.workload().known) >= {"vector_count", "team_engineers"}
    assert "existing_components" not in consultation.workload().known


@pytest.mark.parametrize(
    ("message", "sides", "beside"),
    [
        (
            "Weaviate or Milvus without Kubernetes for 9 million vectors?",
            {"weaviate", "milvus"},
            "kubernetes",
        ),
        ("Qdrant or Pinecone with LangChain for 3 million vectors?", {"qdrant", "pinecone"}, "langchain"),
        ("vLLM or SGLang for Llama 70B on 4 H100s?", {"vllm", "sglang"}, "model:Llama-3.3-70B"),
    ],
)
def test_what_stands_beside_the_sides_is_no_side(
    message: str, sides: set[str], beside: str, consult: Consult
) -> None:
    told = components_told(consult().turn(message))
    assert set(told) >= sides
    assert beside not in told


def test_rows_that_are_compared_are_told_whatever_stands_beside_them(consult: Consult) -> None:
    told = components_told(consult().turn("L40S or H100 for 13B at 10 rps?"))
    assert {"accelerator:L40S", "accelerator:H100-SXM-80GB"} <= set(told)


@pytest.mark.parametrize(
    "message",
    ["AWS Bedrock or OpenAI for 200 users?", "Is AWS Redshift or Google BigQuery better for 5 TB?"],
)
def test_the_maker_before_a_name_is_no_cloud_in_use(message: str, consult: Consult) -> None:
    consultation = consult()
    assert consultation.turn(message).kind == "answer"
    assert not {"existing_cloud", "existing_components"} & set(consultation.workload().known)


def test_a_use_case_that_is_stated_replaces_one_that_was_inferred(consult: Consult) -> None:
    consultation = consult()
    consultation.turn("We look at Azure AI Search for 5 million vectors")
    assert consultation.workload().known["use_case"].origin == "inferred"
    reply = consultation.turn("It is RAG over our documents for 200 users")
    known = consultation.workload().known["use_case"]
    assert (known.value, known.origin) == ("rag", "stated")
    assert "Updated: use case is now rag instead of search." in reply.heard


def test_a_use_case_in_passing_replaces_nothing(consult: Consult) -> None:
    consultation = consult()
    consultation.turn("We look at Azure AI Search for 5 million vectors")
    consultation.turn("up to 50 files in a chat")
    assert consultation.workload().known["use_case"].value == "search"
