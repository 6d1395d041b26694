"""What a message asks of the catalogue without a question mark, and what names as an answer instead."""

from collections.abc import Callable

import pytest

from agent.consultation import Consultation

Consult = Callable[[], Consultation]


@pytest.mark.parametrize(
    ("message", "evidence"),
    [
        ("H100 price on azure", "accelerator:H100-SXM-80GB#"),
        ("A100 spot price aws", "accelerator:A100-SXM-80GB#"),
        ("h100 price in germany", "accelerator:H100-SXM-80GB#"),
        ("openai tier 1 rate limit of gpt-6-sol?", "model:gpt-6-sol#"),
        ("qdrant licence", "qdrant/licence/"),
        ("langfuse vs langsmith", "langfuse/"),
        ("H100 vs H200", "accelerator:H200"),
        ("vllm or sglang", "sglang/"),
        ("difference between qdrant and milvus", "milvus/"),
        ("airflow vs dagster vs prefect", "dagster/"),
        ("what is pinecone", "component:pinecone"),
        ("which layer does kafka belong to?", "component:apache-kafka"),
        ("is qdrant hipaa compliant", "qdrant/"),
        ("can langgraph resume after a crash", "langgraph/"),
        ("how do I back up qdrant", "qdrant/"),
    ],
)
def test_a_bare_question_is_answered_and_nothing_is_noted(
    message: str, evidence: str, consult: Consult
) -> None:
    consultation = consult()
    reply = consultation.turn(message)
    assert any(identity.startswith(evidence) for claim in reply.claims for identity in claim.evidence)
    assert reply.question is not None
    assert not consultation.workload().known


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("claude, but price matters", "model_named"),
        ("H100", "accelerator_wanted"),
        ("gpt-4o", "model_named"),
        ("we are on azure and the price of an H100 is fine", "existing_cloud"),
        ("qdrant vs milvus for 20 million vectors", "vector_count"),
        ("we use redis, cost is limited", "existing_components"),
        ("licence must be Apache-2.0, we use vllm", "existing_components"),
        ("gpt-4o, 500 rpm", "request_rate_rps"),
        ("openai, 300 rpm", "request_rate_rps"),
        ("mongodb costs 500 USD a month", "budget_usd_month"),
    ],
)
def test_what_tells_of_the_workload_is_noted(message: str, field: str, consult: Consult) -> None:
    consultation = consult()
    consultation.turn(message)
    assert field in consultation.workload().known


@pytest.mark.parametrize(
    "message",
    [
        "do not use OpenAI",
        "is on kubernetes",
        "are on AWS with EKS and kafka",
        "which runs on kubernetes",
        "where possible use postgres",
        "does not matter, postgres is fine",
    ],
)
def test_a_statement_without_its_subject_is_no_question(message: str, consult: Consult) -> None:
    assert consult().turn(message).kind == "question"


def test_the_price_of_a_model_is_not_that_of_the_stack(consult: Consult) -> None:
    consultation = consult()
    consultation.turn("A contract assistant for 200 lawyers, 40 questions an hour, cloud, EU")
    assert consultation.turn("just recommend").kind == "recommendation"
    told = consultation.turn("claude opus 5.5 price").claims
    assert told[0].evidence[0].startswith("model:claude-opus-5-5#")
    assert any(
        claim.evidence[0].startswith("calc/") for claim in consultation.turn("what does it cost").claims
    )


def test_a_name_with_a_number_is_in_no_language(consult: Consult) -> None:
    assert consult().turn("gpt-4o").language == "en"
