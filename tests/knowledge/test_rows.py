"""Rows of tables that a question names: models in any spelling, accelerators, and what services cost."""

import pytest

from knowledge import Knowledge
from knowledge.errors import InputRefused, UnknownName
from knowledge.index import FACT_KINDS, Retriever
from knowledge.listing import show
from knowledge.row_texts import row_sentences


@pytest.mark.parametrize(
    ("question", "record", "told"),
    [
        ("Kimi K2 licence", "model:Kimi-K2", "Modified MIT"),
        ("May we use Llama 4 Scout commercially?", "model:Llama-4-Scout", "commercial use: on conditions"),
        ("gpt-5.4 context window", "model:gpt-5.4", "context at openai: 1,050,000 tokens in"),
        ("deepseek v3 active parameters", "model:DeepSeek-V3", "billion active"),
        ("RTX 4090", "accelerator:RTX-4090", "24 GB"),
        ("mi300x memory bandwidth", "accelerator:MI300X", "5,300 GB/s"),
        ("FSx for Lustre price", "price:amazon-fsx-for-lustre", "USD 0.145"),
        ("What does BigQuery cost?", "price:google-bigquery", "USD 6.25"),
        ("Pinecone pricing", "price:pinecone", "USD 0.33"),
        ("Groq token price", "price:groq", "per million tokens"),
        ("coreweave price", "service:coreweave", "an hour per accelerator"),
        ("runpod pricing", "service:runpod", "at runpod, GPU cloud: price of USD"),
        ("modal pricing", "service:modal", "H100-SXM-80GB, at modal, serverless: price of USD"),
        ("prefect cloud price", "service:prefect-cloud", "no list price found"),
        ("aws egress cost", "service:aws-internet-egress", "USD"),
        ("modal volume price", "service:modal", "volume storage: USD 0.09"),
        ("flux dev license", "model:FLUX.1-dev", "Non-Commercial"),
        ("claude opus 5.5 cache write price", "model:claude-opus-5-5", "cache write 5"),
        ("gpt-oss-120b gpu requirements", "model:gpt-oss-120b", "memory: weights"),
        (
            "rate limits of gpt-5.4-mini on tier 3",
            "model:gpt-5.4-mini",
            "5,000 requests a minute, 4,000,000 tokens",
        ),
        ("gpt-5.5-pro rate limit", "model:gpt-5.5-pro", "Tier 1 (5 USD paid in all"),
        ("groq requests per minute free plan", "rates:groq", "Free (an account): 30 requests a minute"),
        ("openai api rate tier 3 tokens per minute", "rates:openai-api", "Tier 3 (100 USD paid in all"),
        ("what's the price of gpt-5.4 mini tokens", "model:gpt-5.4-mini", "USD 0.75 per million tokens in"),
    ],
)
def test_a_row_that_is_asked_for_comes_first(
    question: str, record: str, told: str, retriever: Retriever
) -> None:
    result = retriever.search(question)
    assert not result.abstained
    assert result.hits[0].record_id == record
    assert told in result.hits[0].text


@pytest.mark.parametrize(
    "question",
    [
        "Llama 9 licence",
        "gpt-7 price",
        "qwen3 900b memory",
        "gpt-6 mini price",
        "gemini 3.8 pro price",
        "SDXL turbo licence",
        "L40 memory",
        "trainium4 price",
    ],
)
def test_a_model_that_is_not_held_is_said_to_be_unknown(question: str, retriever: Retriever) -> None:
    result = retriever.search(question)
    assert result.abstained
    assert result.reason.startswith("The catalogue doesn't know ")


@pytest.mark.parametrize(
    "question",
    [
        "H100 refrigerator filter replacement",
        "step by step onboarding for new hires",
        "llama wool sweater price",
    ],
)
def test_a_name_in_another_sense_brings_no_row(question: str, retriever: Retriever) -> None:
    result = retriever.search(question)
    assert result.abstained
    assert not {hit.kind for hit in result.hits} & {"model", "accelerator", "price"}


@pytest.mark.parametrize(
    "question", ["LangGraph", "what is LangGraph?", "Which layer does LangGraph belong to?"]
)
def test_a_name_alone_or_its_place_brings_the_card(question: str, retriever: Retriever) -> None:
    result = retriever.search(question)
    first, second = result.hits[:2]
    assert not result.abstained
    assert first.record_id == "component:langgraph"
    assert "(layer 5)" in first.text
    assert second.record_id != first.record_id


def test_a_card_that_repeats_a_fact_comes_behind_it(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "Does LangGraph keep the state of a run over a restart?"
    kinds = [hit.kind for hit in retriever.search(question, k=5).hits]
    monkeypatch.setattr("knowledge.index.retriever.CARD_SHARES", {})
    assert {"component", "rule"} & {hit.kind for hit in retriever.search(question, k=5).hits}
    assert set(kinds) <= FACT_KINDS


def test_rows_stay_out_of_a_search_for_facts_alone(retriever: Retriever) -> None:
    hits = retriever.search("Pinecone pricing", kinds=FACT_KINDS).hits
    assert {hit.kind for hit in hits} <= FACT_KINDS


def test_a_row_is_found_by_its_id(retriever: Retriever) -> None:
    ids = ("model:Kimi-K2", "accelerator:RTX-4090", "price:pinecone")
    assert tuple(hit.record_id for hit in retriever.by_ids((*ids, "model:none", "price:qdrant"))) == ids


@pytest.mark.parametrize("identity", ["rtx 4090", "accelerator:RTX-4090"])
def test_an_accelerator_is_shown_with_its_source(identity: str, knowledge: Knowledge) -> None:
    text = show(knowledge, identity)
    assert "memory: 24 GB GDDR6X" in text
    assert "source: NVIDIA Ada whitepaper" in text


def test_a_component_is_shown_with_its_prices(knowledge: Knowledge) -> None:
    assert "price: FSx for Lustre, persistent SSD" in show(knowledge, "amazon-fsx-for-lustre")
    alone = show(knowledge, "price:amazon-fsx-for-lustre")
    assert alone.startswith("price:amazon-fsx-for-lustre: Amazon FSx for Lustre, list prices")
    assert "licence:" not in alone


@pytest.mark.parametrize(
    ("identity", "about"), [("price:qdrant", "list prices"), ("rates:qdrant", "rate limits")]
)
def test_that_no_price_or_limit_is_held_is_said(identity: str, about: str, knowledge: Knowledge) -> None:
    with pytest.raises(InputRefused, match=f"No {about} of Qdrant are held"):
        show(knowledge, identity)


@pytest.mark.parametrize("question", ["Qwen 9 context window", "price of Titan 9", "llama 9 licence"])
def test_a_version_that_no_family_has_is_named(retriever: Retriever, question: str) -> None:
    assert retriever.search(question).reason.startswith("The catalogue doesn't know ")


def test_a_slip_in_a_row_s_name_or_in_what_is_asked_is_mended(retriever: Retriever) -> None:
    found = retriever.search("llama4 maverik lisence")
    assert [hit.record_id for hit in found.hits][:1] == ["model:Llama-4-Maverick"]
    assert not found.abstained


def test_a_part_of_a_component_s_name_is_no_model(retriever: Retriever) -> None:
    found = retriever.search("llama guard licence")
    assert [hit.record_id for hit in found.hits if hit.record_id.startswith("model:")] == []


def test_how_many_prices_are_not_listed_is_said_and_not_cited(retriever: Retriever) -> None:
    text = retriever.by_ids(["price:openai-api"])[0].text
    assert "not listed: 11 more models" in text
    assert not any("not listed" in sentence.text for sentence in row_sentences("price:openai-api", text))


def test_what_a_long_context_costs_is_told(knowledge: Knowledge) -> None:
    assert "above 272,000 tokens 0.2 in" in show(knowledge, "gpt-6-luna")


@pytest.mark.parametrize(
    ("question", "record", "told", "untold"),
    [
        ("what does gpt-4o cost?", "model:gpt-4o", ["price of gpt-4o"], ["context", "licence"]),
        ("gpt-4o context window", "model:gpt-4o", ["context at openai: 128,000 tokens in"], ["price"]),
        ("is gpt-5 being shut down?", "model:gpt-5", ["risk: OpenAI shuts gpt-5"], ["licence"]),
        ("A100 price azure", "accelerator:A100-SXM-80GB", ["at azure, on demand"], ["at gcp", "rented"]),
        ("A100 price on google cloud", "accelerator:A100-SXM-80GB", ["at gcp, on demand"], ["at azure"]),
        ("H100 spot price", "accelerator:H100-SXM-80GB", ["; spot "], ["bought"]),
        ("how much memory does an H100 have", "accelerator:H100-SXM-80GB", ["memory: 80 GB"], ["price"]),
        ("llama 3.3 70b price at deepinfra", "model:Llama-3.3-70B", ["at deepinfra"], ["at together"]),
        ("gemini flash cost", "price:gemini-api", ["gemini-3.8-flash"], ["argon"]),
    ],
)
def test_the_lines_of_a_row_that_tell_what_is_asked_are_marked(
    question: str, record: str, told: list[str], untold: list[str], retriever: Retriever
) -> None:
    (hit,) = (hit for hit in retriever.search(question).hits if hit.record_id == record)
    lines = [item.line for item in row_sentences(record, hit.text) if item.id in hit.telling]
    assert lines
    assert all(any(text in line for line in lines) for text in told)
    assert not any(text in line for line in lines for text in untold)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("gpt price", ["model:gpt-6-astra", "model:gpt-6-sol"]),
        ("mistral context window", ["model:Mistral-7B", "model:mistral-large-4"]),
        ("H200 vs B200", ["accelerator:H200-SXM-141GB", "accelerator:B200-SXM-180GB"]),
        ("gpt-4o or claude sonnet 5 price", ["model:gpt-4o", "model:claude-sonnet-5"]),
        ("openai price", ["price:openai-api", "price:azure-openai"]),
        ("llama vs qwen3 licence", ["model:Llama-3.3-70B", "model:Qwen3-32B"]),
    ],
)
def test_rows_come_as_their_names_mean_them_and_one_of_each_first(
    question: str, first: list[str], retriever: Retriever
) -> None:
    found = retriever.search(question)
    assert not found.abstained
    assert [hit.record_id for hit in found.hits][:2] == first


def test_rows_of_a_family_that_tell_what_is_asked_come_first(retriever: Retriever) -> None:
    weights, price = (
        [hit for hit in retriever.search(f"mistral {asked}").hits if hit.kind == "model"]
        for asked in ("memory", "price")
    )
    assert all(hit.telling for hit in (*weights, *price))
    assert "model:mistral-large-4" in {hit.record_id for hit in price} - {hit.record_id for hit in weights}


def test_a_price_that_is_retired_comes_last_and_says_so(knowledge: Knowledge) -> None:
    lines = [line for line in show(knowledge, "Llama-3.3-70B").splitlines() if line.startswith("price of")]
    assert "retired on 2026-10-22" in lines[-1]
    assert not any("retired on" in line for line in lines[:-1])


@pytest.mark.parametrize("question", ["kubernetes 1.31 end of life", "Redis 7 rate limits"])
def test_a_version_beside_what_can_be_asked_of_any_product_is_asked_of_it(
    question: str, retriever: Retriever
) -> None:
    assert not retriever.search(question).abstained


@pytest.mark.parametrize(
    ("question", "first", "told"),
    [
        ("RTX 6000 Ada price", "accelerator:RTX-6000-Ada", "bought"),
        ("modal h100 price", "accelerator:H100-SXM-80GB", "at modal, serverless"),
        ("langsmith seat price", "price:langsmith", "per seat-month"),
        ("aurora serverless acu price", "price:aurora-postgresql", "per ACU-hour"),
        ("nova pro price", "model:nova-pro", "amazon.nova-pro-v1:0"),
        ("gpt-5.1 price on azure in the EU", "model:gpt-5.1", "azure/eu/gpt-5.1"),
    ],
)
def test_what_a_row_tells_is_not_turned_away_for_the_words_of_its_lines(
    question: str, first: str, told: str, retriever: Retriever
) -> None:
    found = retriever.search(question)
    assert not found.abstained
    assert found.hits[0].record_id == first
    lines = [item for item in row_sentences(first, found.hits[0].text) if item.id in found.hits[0].telling]
    assert any(told in item.line for item in lines)


@pytest.mark.parametrize(("question", "held"), [("qwen3 7b memory", False), ("qwen3 1.7b memory", True)])
def test_a_size_is_no_part_of_another(question: str, held: bool, retriever: Retriever) -> None:
    assert retriever.search(question).abstained is not held


@pytest.mark.parametrize(
    ("question", "first", "unheld", "told"),
    [
        ("MI300X price on AWS", "accelerator:MI300X", "a price at aws", "at azure, on demand"),
        ("H100 price crusoe", "accelerator:H100-SXM-80GB", "a price at crusoe", "at aws"),
        ("T4 spot price on azure?", "accelerator:T4", "a spot price at azure", "at azure, on demand"),
        ("TPU v5e price", "accelerator:TPU-v5e", "a price", ""),
        ("claude sonnet 4.5 price", "model:claude-sonnet-4-5", "a price", ""),
        ("gpt-6-luna batch price on azure", "model:gpt-6-luna", "a price at azure", "at openai"),
        ("A100 price on google cloud", "accelerator:A100-SXM-80GB", "", "at gcp, on demand"),
        (
            "llama 3.3 70b rate limits groq",
            "model:Llama-3.3-70B",
            "",
            "llama-3.3-70b-versatile at groq: Free",
        ),
        ("gpt-4o cached input price", "model:gpt-4o", "", "cached input 1.25"),
        (
            "gpt-6-sol rate limit openai",
            "model:gpt-6-sol",
            "a rate limit at openai",
            "azure-openai, Global Standard",
        ),
        ("H100 reserved price", "accelerator:H100-SXM-80GB", "a reserved price", "at aws, on demand"),
        ("H100 power", "accelerator:H100-SXM-80GB", "", "700 W"),
        ("claude 3.5 sonnet end of life", "model:claude-3-5-sonnet", "a retirement date", ""),
        ("gpt-4o retirement date azure", "model:gpt-4o", "a retirement date at azure", "gpt-4o at openai on"),
        ("gpt-4o retirement", "model:gpt-4o", "", "retirement: gpt-4o at openai on 2027-01-14"),
        ("claude sonnet 4.5 sunset", "model:claude-sonnet-4-5", "", "2026-11-30"),
        ("l4 price gcp tokyo", "accelerator:L4", "", "in Tokyo, Japan, gcp asia-northeast1, on demand"),
        ("H100 price in Germany", "accelerator:H100-SXM-80GB", "", "in Frankfurt, Germany, gcp europe-west3"),
        ("H100 price in us-east-1", "accelerator:H100-SXM-80GB", "", "aws us-east-1, on demand"),
        ("A100 price azure west europe", "accelerator:A100-SXM-80GB", "", "in Netherlands, azure westeurope"),
        ("T4 price on gcp in Brazil", "accelerator:T4", "a price at gcp in brazil", "at azure, on demand"),
        ("MI300X price in Australia", "accelerator:MI300X", "a price in australia", "rented on demand"),
        ("L4 price in Tokyo on aws", "accelerator:L4", "a price at aws in tokyo", "in Tokyo, Japan, gcp"),
    ],
)
def test_what_is_asked_of_a_row_and_not_held_is_said(
    question: str, first: str, unheld: str, told: str, retriever: Retriever
) -> None:
    hit = retriever.search(question).hits[0]
    assert hit.record_id == first
    assert ", ".join(map(str, hit.unheld)) == unheld
    lines = [item.line for item in row_sentences(first, hit.text) if item.id in hit.telling]
    assert any(told in line for line in lines) if told else not lines


CLOUDS = (
    *("aws", "azure", "gcp", "oracle cloud", "coreweave", "lambda"),
    *("nebius", "runpod", "modal", "scaleway", "hetzner"),
)


def test_a_price_at_a_cloud_is_told_or_said_not_to_be_held(retriever: Retriever) -> None:
    for device in ("L40S", "MI300X", "T4", "H200", "gpt-4o", "claude sonnet 5"):
        for cloud in CLOUDS:
            found = retriever.search(f"{device} price on {cloud}", k=3)
            first = found.hits[0]
            lines = [x.line for x in row_sentences(first.record_id, first.text) if x.id in first.telling]
            at_cloud = [line for line in lines if {"oracle cloud": "oci"}.get(cloud, cloud) in line]
            assert not found.abstained
            assert at_cloud or [item.place for item in first.unheld] == [cloud], (device, cloud)


@pytest.mark.parametrize(
    ("question", "first", "told"),
    [
        ("MWAA price", "price:apache-airflow", "small environment: USD 0.49 per hour"),
        ("confluent cloud price", "price:apache-kafka", "eCKU: USD 0.14"),
        ("nat gateway price", "service:aws-nat-gateway", "USD 0.045 per hour"),
        ("elevenlabs price", "service:elevenlabs", "USD 40 per million characters (speech synthesis)"),
        (
            "whisper-1 price",
            "model:whisper-1",
            "USD 0.006 a minute of audio (speech recognition of recordings)",
        ),
        ("price of gpt-image-1.5 per image", "model:gpt-image-1.5 (medium)", "USD 0.034 an image"),
        ("amazon polly price", "model:amazon-polly-neural", "USD 16 per million characters"),
        ("ada-002 price", "model:text-embedding-ada-002", "USD 0.1 per million tokens in"),
    ],
)
def test_services_and_models_of_speech_and_images_are_priced_by_their_own_names(
    question: str, first: str, told: str, retriever: Retriever, knowledge: Knowledge
) -> None:
    found = retriever.search(question)
    assert not found.abstained
    assert found.hits[0].record_id == first
    assert told in found.hits[0].text
    assert told in show(knowledge, first)
    assert [hit.text for hit in retriever.by_ids([first])] == [found.hits[0].text]


def test_a_service_that_a_named_component_is_priced_by_is_told_once(retriever: Retriever) -> None:
    prices = [hit.record_id for hit in retriever.search("snowflake price").hits if hit.kind == "price"]
    assert prices == ["price:snowflake"]


def test_speech_and_images_are_among_the_prices_of_their_provider(knowledge: Knowledge) -> None:
    assert "price of whisper-1 at openai: USD 0.006" in show(knowledge, "price:openai-api")


def test_an_unknown_service_offers_the_nearest(knowledge: Knowledge) -> None:
    with pytest.raises(UnknownName, match="service:amazon-mwaa"):
        show(knowledge, "service:amazon-mwa")
