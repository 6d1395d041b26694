"""Several questions in one message, and what stands beside the sides of a choice."""

from collections.abc import Callable

import pytest

from agent.consultation import Consultation
from agent.context import TurnContext
from agent.language import Understanding
from agent.questions import Asked
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


def test_what_leaves_out_its_subject_is_asked_of_the_one_before(consult: Consult) -> None:
    told = components_told(consult().turn("Is Weaviate free? And how much memory does it take per vector?"))
    assert told == ["weaviate"]


@pytest.mark.parametrize(
    ("message", "attested", "unknown"),
    [
        ("Is Pinecone HIPAA compliant? What about Qdrant?", {"pinecone", "qdrant"}, ""),
        ("Is Qdrant HIPAA compliant? Is Milvus?", {"qdrant"}, "HIPAA of Milvus"),
        ("Is Qdrant or Milvus HIPAA compliant?", {"qdrant"}, "HIPAA of Milvus"),
        ("Is Qdrant HIPAA compliant? Is Milvus too?", {"qdrant"}, "HIPAA of Milvus"),
    ],
)
def test_of_a_regime_each_is_told_or_said_to_be_unknown(
    message: str, attested: set[str], unknown: str, consult: Consult
) -> None:
    consultation = consult()
    consultation.turn("RAG for 200 doctors, HIPAA")
    reply = consultation.turn(message)
    told = components_told(reply)
    assert attested <= set(told) <= attested | {"qdrant-cloud", "zilliz-cloud"}
    assert unknown in " ".join(claim.text for claim in reply.claims if claim.role == "abstain")


@pytest.mark.parametrize(
    ("message", "told", "known"),
    [
        (
            "Qdrant or Milvus for 20 million vectors? What does Azure AI Search cost?",
            {"qdrant", "milvus", "azure-ai-search"},
            "vector_count",
        ),
        (
            "Is Weaviate free? Qdrant or Milvus for 20 million vectors?",
            {"weaviate", "qdrant", "milvus"},
            "vector_count",
        ),
        (
            "H100 or A100 for a 70B model? What does each cost?",
            {"accelerator:H100-SXM-80GB", "accelerator:A100-SXM-80GB"},
            "model_params",
        ),
        (
            "Is Qdrant free? I have 5 million vectors. What does Pinecone cost?",
            {"qdrant", "pinecone"},
            "vector_count",
        ),
        (
            "Qdrant vs Milvus for 6 million vectors. Kafka vs Pulsar for 20k events a second.",
            {"qdrant", "milvus", "apache-kafka", "apache-pulsar"},
            "events",
        ),
    ],
)
def test_a_choice_a_question_and_a_statement_stand_beside_each_other(
    message: str, told: set[str], known: str, consult: Consult
) -> None:
    consultation = consult()
    assert told <= set(components_told(consultation.turn(message)))
    noted = consultation.workload().known
    assert any(field.startswith(known) for field in noted)
    assert not {"existing_components", "accelerator_wanted"} & set(noted)


@pytest.mark.parametrize(
    ("message", "first", "asked"),
    [
        (
            "And is it SOC 2 certified? And Milvus?",
            "Is Qdrant free?",
            ["is Qdrant SOC 2 certified?", "is Milvus SOC 2 certified?"],
        ),
        ("And vLLM?", "Does Ray Serve support the H100?", ["Does vLLM support the H100?"]),
        ("What about Qdrant's price?", "Is Pinecone HIPAA compliant?", ["What about Qdrant's price?"]),
        ("Does it need Kubernetes?", "Why Weaviate?", ["Does Weaviate need Kubernetes?"]),
        ("What about Postgres?", "Is Kubernetes free?", ["Is Postgres free?"]),
        ("And Apache\\Spark?", "Is Kafka free?", ["Is Apache\\Spark free?"]),
        ("And of Milvus?", "What is the licence of Qdrant?", ["What is the licence of Milvus?"]),
        ("And on Kubernetes?", "Is Qdrant free?", ["Is Qdrant free? on Kubernetes?"]),
        (
            "And Qdrant with 100 million vectors?",
            "What does Pinecone cost?",
            ["What does Qdrant cost with 100 million vectors?"],
        ),
        ("How much RAM per vector?", "Is Qdrant free?", ["How much RAM per vector of Qdrant?"]),
        ("Is Foobarbase?", "Is Qdrant free?", ["Is Foobarbase?"]),
        ("And Weaviate? Right?", "Qdrant or Milvus?", ["Qdrant or Milvus or Weaviate?"]),
        ("What if we had 2000 users?", "Is Qdrant free?", ["What if we had 2000 users?"]),
    ],
)
def test_what_a_question_leaves_out_is_put_in_its_place(
    message: str, first: str, asked: list[str], context: TurnContext
) -> None:
    collected = Asked(context, lambda sentence: Understanding(question_text=sentence))
    collected.add(first)
    collected.add_behind(message, 0)
    assert collected.questions == [first, *asked]
    assert collected.left_out == []


def test_an_ellipsis_behind_a_sentence_that_tells_and_asks_is_completed(consult: Consult) -> None:
    reply = consult().turn("My boss asks: is Databricks GDPR compliant? is Snowflake? We have 50 TB.")
    told = [item for claim in reply.claims for item in claim.evidence]
    assert "databricks-lakehouse/compliance/gdpr" in told
    assert "snowflake/compliance/dpa-gdpr" in told


def test_a_supposition_before_any_advice_is_named(consult: Consult) -> None:
    reply = consult().turn("Is Qdrant free? What if we had 2000 users?")
    assert components_told(reply) == ["qdrant"]
    assert "Ask it by itself to have it answered: What if we had 2000 users?" in reply.notices


def test_what_is_asked_again_and_again_is_answered_once(consult: Consult) -> None:
    reply = consult().turn("We have 5 users, is Qdrant free? " * 5)
    assert components_told(reply) == ["qdrant"]
    assert not any(notice.startswith("Ask it by itself") for notice in reply.notices)


def test_a_question_too_many_is_named(consult: Consult) -> None:
    reply = consult().turn("Is Qdrant free? Is Milvus free? Is Weaviate free? What does Pinecone cost?")
    assert "Ask it by itself to have it answered: What does Pinecone cost?" in reply.notices
    assert set(components_told(reply)) == {"qdrant", "milvus", "weaviate"}
    assert not consult().turn("Is Qdrant free? Is Qdrant free?  Is Qdrant free? Is Qdrant free?").notices


@pytest.mark.parametrize(
    ("message", "side"),
    [
        ("Compare Qdrant and Milvus with Weaviate", "weaviate"),
        ("How do Qdrant and Milvus compare with Pinecone?", "pinecone"),
    ],
)
def test_what_is_of_the_same_sort_is_a_side_wherever_it_stands(
    message: str, side: str, consult: Consult
) -> None:
    assert {"qdrant", "milvus", side} <= set(components_told(consult().turn(message)))


def test_the_card_of_what_stands_beside_is_not_told(consult: Consult) -> None:
    assert "vllm" not in components_told(consult().turn("H100 or A100 with vLLM?"))


@pytest.mark.parametrize(
    ("message", "told", "noted"),
    [
        (
            "We have 5 million rows and 3 engineers, does Milvus scale to that?",
            "milvus",
            {"corpus_documents", "team_engineers"},
        ),
        ("We run on premises; can vLLM use AMD GPUs?", "vllm", {"deployment"}),
        ("Is Kafka free for 10 users? We have 40 TB.", "apache-kafka", {"users_total", "corpus_gb"}),
        ("My boss asks: is Snowflake GDPR compliant? We have 50 TB.", "snowflake", {"corpus_gb"}),
        ("HIPAA applies, does Pinecone sign a BAA?", "pinecone", {"compliance", "personal_data"}),
        ("We have 40 TB and is Milvus free?!", "milvus", {"corpus_gb"}),
        ("We have 40 TB: Qdrant, Milvus or Weaviate?", "qdrant", {"corpus_gb"}),
        ("What does Pinecone cost? And Qdrant with 9 million vectors?", "pinecone", {"vector_count"}),
    ],
)
def test_what_is_asked_of_a_name_beside_what_is_told_is_answered(
    message: str, told: str, noted: set[str], consult: Consult
) -> None:
    consultation = consult()
    reply = consultation.turn(message)
    assert told in components_told(reply)
    assert {item for item in consultation.workload().known if item != "use_case"} == noted


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("The RTX 4090 has 24 GB, can vLLM run Llama 70B on it?", "accelerator:RTX-4090"),
        ("Suppose we have 2000 users, does Qdrant scale to that?", ""),
    ],
)
def test_what_is_said_of_a_product_or_supposed_is_not_told(message: str, told: str, consult: Consult) -> None:
    consultation = consult()
    reply = consultation.turn(message)
    assert reply.kind == "answer"
    assert told in ("", *components_told(reply))
    assert not consultation.workload().known


def test_a_choice_is_answered_where_it_tells_nothing_new(consult: Consult) -> None:
    consultation = consult()
    for message in ("RAG over our wiki for 200 lawyers", "just recommend"):
        consultation.turn(message)
    assert consultation.turn("Qdrant or Milvus for 5 million vectors?").kind == "recommendation"
    reply = consultation.turn("Qdrant or Milvus for 5 million vectors?")
    assert {"qdrant", "milvus"} <= set(components_told(reply))
    assert not reply.notices


@pytest.mark.parametrize(
    "message",
    [
        "We have 200 users, how many H100s do we need?",
        "We keep 5 million rows in Postgres, right?",
    ],
)
def test_what_asks_of_the_askers_own_is_told(message: str, consult: Consult) -> None:
    consultation = consult()
    assert not components_told(consultation.turn(message))
    assert consultation.workload().known


def test_a_question_goes_on_from_one_of_an_earlier_message(consult: Consult) -> None:
    consultation = consult()
    consultation.turn("RAG over our wiki for 200 lawyers")
    consultation.turn("just recommend")
    consultation.turn("Is Qdrant HIPAA compliant?")
    unknown = consultation.turn("And what about Milvus?").claims
    assert [claim.role for claim in unknown] == ["abstain"]
    assert "HIPAA of Milvus" in unknown[0].text
    assert "pinecone" in components_told(consultation.turn("what about Pinecone"))
    scores = [item for claim in consultation.turn("Why not Milvus?").claims for item in claim.evidence]
    assert any(item.startswith("calc/inquiry/") for item in scores)


def test_what_is_asked_last_is_gone_on_from(consult: Consult) -> None:
    consultation = consult()
    for message in ("Is Kafka free?", "And how much does it cost for 10 TB?"):
        consultation.turn(message)
    told = consultation.turn("what about Pulsar")
    assert components_told(told) == ["apache-pulsar"]
    assert all("/licence/" not in item for claim in told.claims for item in claim.evidence)
    licence = [item for claim in consultation.turn("its licence?").claims for item in claim.evidence]
    assert licence
    assert all(item.startswith("apache-pulsar/licence/") for item in licence)


def test_a_question_on_the_advice_beside_another_is_answered(consult: Consult) -> None:
    consultation = consult()
    consultation.turn("RAG over our wiki for 200 lawyers")
    consultation.turn("just recommend")
    reply = consultation.turn("What does Pinecone cost? What if we had 2000 users?")
    assert any("2,000 users" in claim.text for claim in reply.claims)
    assert "pinecone" in components_told(reply)
    assert consultation.workload().known["users_total"].point == 200


def test_the_cloud_before_a_name_is_where_they_are(consult: Consult) -> None:
    consultation = consult()
    consultation.turn("On AWS Kafka or Kinesis for 20k events a second?")
    assert consultation.workload().known["existing_cloud"].value == ("aws",)


def test_a_question_that_is_not_answered_beside_others_is_named(consult: Consult) -> None:
    reply = consult().turn("What is Milvus's licence? Who founded Foobarbase, and is it like Qdrant?")
    assert components_told(reply) == ["milvus"]
    assert any(notice.startswith("Ask it by itself") and "Foobarbase" in notice for notice in reply.notices)


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


@pytest.mark.parametrize(
    "message", ["It is RAG over our documents for 200 users", "No, it's RAG over contracts for 200 users"]
)
def test_a_use_case_that_is_stated_replaces_one_that_was_inferred(message: str, consult: Consult) -> None:
    consultation = consult()
    consultation.turn("We look at Azure AI Search for 5 million vectors")
    assert consultation.workload().known["use_case"].origin == "inferred"
    reply = consultation.turn(message)
    known = consultation.workload().known["use_case"]
    assert (known.value, known.origin) == ("rag", "stated")
    assert "Updated: use case is now rag instead of search." in reply.heard


@pytest.mark.parametrize(
    "message",
    [
        "up to 50 files in a chat",
        "We need a forecast of cost, 2000 dollars a month",
        "We need the chat history kept in the EU",
        "It is unlike a chatbot, EU only",
        "we want fraud-proof audit logs",
        "Its chat history stays in the EU",
        "this is a forecast of cost, EU only",
    ],
)
def test_a_use_case_in_passing_replaces_nothing(message: str, consult: Consult) -> None:
    consultation = consult()
    consultation.turn("We look at Azure AI Search for 5 million vectors")
    consultation.turn(message)
    assert consultation.workload().known["use_case"].value == "search"
