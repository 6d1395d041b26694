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
        ("openai tier 1 rate limit of gpt-6-sol?", "model:gpt-6-sol#"),
        ("qdrant licence", "qdrant/licence/"),
        ("langfuse vs langsmith", "langfuse/"),
        ("H100 vs H200", "accelerator:H200"),
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
    ],
)
def test_what_tells_of_the_workload_is_noted(message: str, field: str, consult: Consult) -> None:
    consultation = consult()
    consultation.turn(message)
    assert field in consultation.workload().known


def test_a_name_with_a_number_is_in_no_language(consult: Consult) -> None:
    assert consult().turn("gpt-4o").language == "en"
