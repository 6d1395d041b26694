"""What a message asks of the catalogue without a question mark, and what names as an answer instead."""

from collections.abc import Callable

import pytest

from agent.consultation import Consultation
from knowledge import Knowledge

Consult = Callable[[], Consultation]


@pytest.mark.parametrize(
    ("message", "evidence"),
    [
        ("H100 price on azure", "accelerator:H100-SXM-80GB#"),
        ("A100 spot price aws", "accelerator:A100-SXM-80GB#"),
        ("h100 price in germany", "accelerator:H100-SXM-80GB#"),
        ("openai tier 1 rate limit of gpt-6-sol?", "model:gpt-6-sol#"),
        ("How much is a p5.48xlarge in Tokyo?", "machine:p5.48xlarge#"),
        ("what does a g5.xlarge cost per hour?", "machine:g5.xlarge#"),
        ("qdrant licence", "qdrant/licence/"),
        ("langfuse vs langsmith", "langfuse/"),
        ("H100 vs H200", "accelerator:H200"),
        ("vllm or sglang", "sglang/"),
        ("vllm or sglang", "vllm/"),
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


@pytest.mark.parametrize("message", ["what is an OCU", "what does QPS mean", "how does a warp shuffle work"])
def test_what_nobody_here_knows_is_asked_too(message: str, consult: Consult) -> None:
    """It's no answer to the open question, which stays open."""
    consultation = consult()
    for _ in range(2):
        reply = consultation.turn(message)
        assert (reply.kind, consultation.workload().known) == ("answer", {})
        assert reply.question is not None
        assert reply.question.number == 1


@pytest.mark.parametrize(
    "message",
    [
        "What's running is Python scripts",
        "what does that mean",
        "what are the options",
        "what is a good budget",
    ],
)
def test_what_only_begins_so_asks_nothing_of_the_catalogue(message: str, consult: Consult) -> None:
    consultation = consult()
    consultation.turn("We want to search 2 million contracts for 200 lawyers.")
    assert all(claim.role != "abstain" for claim in consultation.turn(message).claims)


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


@pytest.mark.parametrize(
    ("message", "field", "evidence"),
    [
        ("We have 200 users. Is Qdrant Apache licensed?", "users_total", "qdrant/licence/"),
        ("Does Anthropic sign a BAA? We handle PHI.", "personal_data", "anthropic-api/compliance/"),
        ("We use Qdrant at 20 qps. Is vLLM free?", "request_rate_rps", "vllm/licence/"),
        ("80 TB of parquet on S3. Iceberg or Delta Lake?", "structured_tb", "apache-iceberg/"),
        ("5 TB of logs a day. ClickHouse or Druid?", "ingest_gb_per_day", "clickhouse/"),
        ("Weaviate or pgvector with 20 qps and 2 engineers?", "team_engineers", "weaviate/"),
        ("vLLM vs SGLang for 40 users", "users_total", "sglang/"),
        ("H200 or MI300X for a 70B model?", "model_params_b", "accelerator:MI300X"),
        ("3 H100s or 4 A100s for a 70B model?", "model_params_b", "nvidia-a100"),
        ("A100 or H100 or L40S for 40 users?", "users_total", "accelerator:L40S"),
        ("Azure AI Search or Vertex AI Vector Search for 5 million vectors?", "vector_count", "vertex-ai-"),
        ("Qdrant 1.15 or Milvus 2.6 for 5 million vectors?", "vector_count", "qdrant/"),
        ("Weaviate or Milvus: 20 million vectors, 50 qps?", "request_rate_rps", "weaviate/"),
        ("We do RAG. Weaviate or Milvus if we have 20 million vectors?", "use_case", "milvus/"),
        ("RAG on Weaviate or Milvus for 200 lawyers?", "use_case", "weaviate/"),
        ("Hugging Face Text Generation Inference or vLLM for 40 users?", "users_total", "text-generation-"),
    ],
)
def test_a_question_beside_statements_is_answered_and_they_are_noted(
    message: str, field: str, evidence: str, consult: Consult
) -> None:
    consultation = consult()
    reply = consultation.turn(message)
    assert any(identity.startswith(evidence) for claim in reply.claims for identity in claim.evidence)
    assert field in consultation.workload().known
    assert reply.question is not None


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("We have 200 users. Is gpt-4o's rate limit higher than that of Qdrant Cloud?", {"users_total"}),
        ("H200 or MI300X for a 70B model?", {"model_params_b"}),
        ("Airflow 3 or Dagster with 3 engineers?", {"team_engineers"}),
        ("gpt-5 or gpt-6-sol for 200 users?", {"users_total"}),
        ("Azure AI Search or Vertex AI Vector Search for 5 million vectors?", {"vector_count"}),
        ("A100 or H100 or L40S for 40 users?", {"users_total"}),
        ("Weaviate or pgvector with 20 qps and 2 engineers?", {"request_rate_rps", "team_engineers"}),
    ],
)
def test_what_such_a_question_names_is_neither_owned_nor_wished_for(
    message: str, told: set[str], consult: Consult
) -> None:
    consultation = consult()
    consultation.turn(message)
    assert set(consultation.workload().known) == told


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("maybe 50 or 60 on weekdays?", set[str]()),
        ("weekly or daily with 300 users?", {"users_total"}),
        ("RAG over PDFs or wiki pages for 200 lawyers?", {"use_case", "modality", "users_total"}),
        ("Translation vs summarisation at 4 requests a second", {"use_case", "request_rate_rps"}),
        ("We run Weaviate or Milvus for 5 million vectors?", {"existing_components", "vector_count"}),
    ],
)
def test_a_choice_of_nothing_in_the_catalogue_tells(message: str, told: set[str], consult: Consult) -> None:
    consultation = consult()
    assert consultation.turn(message).kind == "question"
    assert set(consultation.workload().known) >= told


@pytest.mark.parametrize(
    "message",
    ["Weaviate or Foobarbase for 5 million vectors?", "Foobarbase vs Weaviate for 9 million vectors"],
)
def test_of_a_choice_the_strange_side_is_named(message: str, consult: Consult) -> None:
    claims = consult().turn(message).claims
    assert claims[0].role == "abstain"
    assert "Foobarbase" in claims[0].text
    assert any(claim.evidence and claim.evidence[0].startswith("weaviate/") for claim in claims)


def test_the_line_of_a_row_is_cited_with_its_source_and_date(consult: Consult) -> None:
    consultation = consult()
    reply = consultation.turn("H200 or MI300X for a 70B model?")
    assert [item.id for item in reply.citations] == [
        identity for item in reply.claims for identity in item.evidence
    ]
    assert all(item.source and item.as_of for item in reply.citations)
    assert f"[{len(reply.citations)}]" in reply.text
    (price, *_) = consultation.turn("gpt-6-sol price").citations
    assert price.source.startswith("https://developers.openai.com/")
    assert f"({price.source}, {price.as_of})" in price.text


def test_of_names_alone_cards_are_told_and_what_tells_them_apart(
    consult: Consult, knowledge: Knowledge
) -> None:
    told = [claim.evidence[0] for claim in consult().turn("Postgres or Weaviate?").claims]
    assert told[:2] == ["component:postgresql", "component:weaviate"]
    facts = [knowledge.facts[identity] for identity in told[2:]]
    assert [fact.component for fact in facts] == ["postgresql", "weaviate"]
    assert {fact.kind for fact in facts} <= {"tradeoff", "limit", "cost"}


def test_what_follows_a_choice_is_asked_by_itself(consult: Consult) -> None:
    consultation = consult()
    consultation.turn("Kafka or Pulsar for 20k events a second?")
    told = " ".join(claim.text for claim in consultation.turn("what about Kinesis?").claims)
    assert "Kinesis" in told
    assert "Pulsar" not in told


def test_what_the_advice_depends_on_is_no_question_to_the_catalogue(consult: Consult) -> None:
    consultation = consult()
    reply = consultation.turn("RAG over 2 million documents for 300 users on AWS, what would you recommend?")
    assert reply.kind == "question"
    assert not reply.claims


def test_after_a_message_that_answers_it_the_open_question_is_not_repeated(consult: Consult) -> None:
    consultation = consult()
    open_question = consultation.turn("An internal chatbot").question
    assert open_question is not None
    reply = consultation.turn("RAG over our handbooks, 300 users, 5,000 documents, on AWS. Is vLLM free?")
    assert reply.kind == "answer"
    assert reply.question is not None
    assert not set(reply.question.slots) & {"users", "corpus"}


def test_beside_a_change_of_the_advice_a_question_is_put_off_aloud(consult: Consult) -> None:
    consultation = consult()
    consultation.turn("A contract assistant for 200 lawyers, 40 questions an hour, cloud, EU")
    assert consultation.turn("just recommend").kind == "recommendation"
    reply = consultation.turn("Make it 600 lawyers. What is Qdrant's licence?")
    assert reply.kind == "recommendation"
    assert "Ask it by itself to have it answered: What is Qdrant's licence?" in reply.notices


@pytest.mark.parametrize(
    ("first", "then", "evidence"),
    [
        ("How much is an H100 on Lambda?", "And on RunPod?", "accelerator:H100-SXM-80GB#"),
        ("How much does it cost to store 200 TB on R2?", "and on S3?", "price:amazon-s3#"),
        ("what's kueue?", "how does it compare with volcano?", "volcano/"),
        ("Compare qdrant and milvus.", "Which of the two is cheaper for 100M vectors?", "milvus/"),
        ("is TGI still maintained?", "and what is its licence?", "text-generation-inference/licence/"),
        ("is TGI still maintained?", "what is its licence?", "text-generation-inference/licence/"),
        ("Is Qdrant Apache licensed?", "And is Milvus?", "milvus/licence/"),
    ],
)
def test_a_question_goes_on_from_the_one_before(
    first: str, then: str, evidence: str, consult: Consult
) -> None:
    consultation = consult()
    consultation.turn(first)
    told = consultation.turn(then).claims
    assert any(identity.startswith(evidence) for claim in told for identity in claim.evidence), told


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("What is Qdrant's licence?", "qdrant"),
        ("What licence does Qdrant have and is it free?", "qdrant"),
        ("What are the rate limits of Groq?", "rates:groq"),
    ],
)
def test_a_question_with_a_subject_of_its_own_starts_anew(
    question: str, subject: str, consult: Consult
) -> None:
    consultation = consult()
    consultation.turn("is TGI still maintained?")
    told = [identity for claim in consultation.turn(question).claims for identity in claim.evidence]
    assert any(identity.startswith(subject) for identity in told), told
    assert not any(identity.startswith("text-generation-inference/") for identity in told)


def test_each_of_the_things_that_are_compared_is_told_of(consult: Consult) -> None:
    told = consult().turn("Compare LangSmith, Langfuse and Phoenix for self hosting.").claims
    subjects = {identity.partition("/")[0] for claim in told for identity in claim.evidence}
    assert {"langsmith", "langfuse", "arize-phoenix"} <= subjects


@pytest.mark.parametrize(
    ("question", "evidence"),
    [
        ("Does Anthropic sign a BAA?", "anthropic-api/compliance/zdr-hipaa"),
        ("is TGI still maintained?", "text-generation-inference/risk/maintenance-mode"),
        ("What's the licence of MinIO?", "minio-community/licence/agpl"),
        ("what's the licence of vllm?", "vllm/licence/foundation"),
    ],
)
def test_the_record_that_answers_is_told_whatever_its_words(
    question: str, evidence: str, consult: Consult
) -> None:
    assert consult().turn(question).claims[0].evidence == (evidence,)


@pytest.mark.parametrize(
    ("question", "evidence"),
    [
        ("runpod soc 2?", "gpu-neocloud/compliance/runpod-soc2"),
        (
            "why is my ttft so bad with long prompts in vllm and how do i fix it?",
            "vllm/limit/prompt-too-long",
        ),
        ("Can I run vLLM on Trainium2?", "aws-trainium-inferentia/compat/vllm-neuron"),
    ],
)
def test_before_anything_is_told_nothing_is_asked_of_the_advice(
    question: str, evidence: str, consult: Consult
) -> None:
    consultation = consult()
    told = consultation.turn(question).claims
    assert evidence in [identity for claim in told for identity in claim.evidence]
    assert not consultation.workload().known


def test_of_a_product_that_is_named_nothing_of_others_is_told(consult: Consult) -> None:
    told = consult().turn("qdrant hipaa?").claims
    assert told
    assert {claim.evidence[0].partition("/")[0] for claim in told} <= {"qdrant", "qdrant-cloud"}


@pytest.mark.parametrize(
    ("message", "sides"),
    [
        ("vLLM vs SGLang vs TensorRT-LLM: throughput?", ("vllm/", "sglang/", "tensorrt-llm/")),
        ("vLLM vs Ollama, air gapped?", ("vllm/compliance/", "ollama/")),
        ("langgraph versus temporal for durability", ("langgraph/", "temporal/")),
        (
            "qdrant vs pgvector vs milvus vs weaviate vs pinecone",
            ("qdrant/", "pgvector/", "milvus/", "weaviate/", "pinecone/"),
        ),
    ],
)
def test_of_what_is_compared_each_side_is_told_and_stands(
    message: str, sides: tuple[str, ...], consult: Consult
) -> None:
    """What is searched for beside the first hits may be cited too: nothing is left out as unsupported."""
    reply = consult().turn(message)
    cited = [identity for claim in reply.claims for identity in claim.evidence]
    assert [side for side in sides if not any(identity.startswith(side) for identity in cited)] == []
    assert not any("left out" in notice for notice in reply.notices)


@pytest.mark.parametrize(
    ("message", "stranger", "sides"),
    [
        ("pgvector vs Foobarium vs qdrant", "Foobarium", ("pgvector/", "qdrant/")),
        ("A100 vs Z900?", "Z900", ("nvidia-a100-a10g-t4/",)),
        ("gpt-6 mini price", "gpt-6 mini", ()),
        ("Which licence does Foobarium have, like Qdrant?", "Foobarium", ()),
    ],
)
def test_a_strange_side_is_named_and_the_others_are_told(
    message: str, stranger: str, sides: tuple[str, ...], consult: Consult
) -> None:
    reply = consult().turn(message)
    assert reply.claims[0].role == "abstain"
    assert f"doesn't know {stranger}." in reply.claims[0].text
    cited = {identity.partition("/")[0] + "/" for claim in reply.claims for identity in claim.evidence}
    assert cited == set(sides)


def test_what_is_not_held_of_a_row_is_said_of_that_row(consult: Consult) -> None:
    claims = consult().turn("gpt-5 vs claude-sonnet-5-5 price").claims
    assert [claim.text for claim in claims if claim.role == "abstain"] == [
        "The catalogue doesn't hold a price of gpt-5."
    ]
    assert any(identity.startswith("model:claude-sonnet-5-5#") for identity in claims[-1].evidence)
