"""What attests to a regime that is asked of a named component comes first, whatever words it is told in."""

from functools import partial

import pytest

from knowledge import Knowledge
from knowledge.index import Retriever
from knowledge.index.attested import MOST, Attested
from knowledge.index.read_question import ReadQuestion
from knowledge.index.retriever import BY_NAME
from knowledge.index.said_for import said_of_platform_for
from knowledge.index.vocabulary import Attribute, Expansion, Vocabulary, read_word_lists
from knowledge.records import Fact


def nobody(*_: str) -> tuple[Fact, ...]:
    """Says nothing."""
    return ()


def no_platform(*_: Attribute | str) -> tuple[str, tuple[Fact, ...]]:
    return "", ()


@pytest.mark.parametrize(
    ("question", "component", "regime"),
    [
        ("Is MSK HIPAA ready?", "apache-kafka", "hipaa"),
        ("Does Confluent Cloud have SOC 2?", "apache-kafka", "soc2"),
        ("Is Bedrock FedRAMP High?", "amazon-bedrock", "fedramp"),
        ("soc 2 of Neo4j Aura", "neo4j", "soc2"),
        ("Can we put card data, PCI DSS scope, into DynamoDB?", "dynamodb", "pci_dss"),
        ("k8s hipaa", "kubernetes", "hipaa"),
    ],
)
def test_attestations_of_the_named_component_lead(
    question: str, component: str, regime: str, retriever: Retriever, knowledge: Knowledge
) -> None:
    found = retriever.search(question, k=8)
    first = knowledge.facts[found.hits[0].fact_ids[0]]
    assert found.hits[0].score == BY_NAME
    assert first.component == component
    assert regime in first.attestation
    assert not found.abstained


def test_what_another_seller_of_the_component_attests_is_no_answer(retriever: Retriever) -> None:
    found = retriever.search("Is Confluent Cloud HIPAA ready?", k=8)
    assert found.abstained
    assert "HIPAA of Confluent Cloud" in found.reason
    assert all(hit.score < BY_NAME for hit in found.hits)


def test_of_several_sellers_the_one_that_is_named_leads(retriever: Retriever) -> None:
    found = retriever.search("runpod soc 2?", k=8)
    leading = [hit.record_id for hit in found.hits if hit.score == BY_NAME]
    assert leading == ["serverless-gpu/compliance/runpod-secure-cloud"]


def test_of_one_component_and_regime_only_a_few_lead(knowledge: Knowledge) -> None:
    """In the order in which they were found, what was not found behind them."""
    fact = knowledge.facts["amazon-bedrock/compliance/fedramp"]
    many = {f"made/up/{number}": fact.model_copy(update={"id": f"made/up/{number}"}) for number in range(5)}
    asked = "Is Bedrock FedRAMP High?"
    question = ReadQuestion(asked, Expansion(asked, ""), {"amazon-bedrock": "bedrock"})
    attested = Attested(many.values(), Vocabulary(read_word_lists(knowledge.files)), nobody, no_platform)
    leading = [item.fact_id for item in attested.answering(question, ["made/up/4", "made/up/2"])]
    assert leading == ["made/up/4", "made/up/2", "made/up/0"]
    assert len(leading) == MOST


@pytest.mark.parametrize(
    ("question", "evidence"),
    [
        ("Is Kinesis GDPR compliant?", "cloud-aws/compliance/gdpr-all-services"),
        ("spanner gdpr", "cloud-gcp/compliance/gdpr-all-services"),
        ("Can Event Hubs take personal data under the GDPR?", "cloud-azure/compliance/gdpr"),
        ("Is EKS GDPR compliant?", "cloud-aws/compliance/gdpr-all-services"),
        ("is azure service bus gdpr compliant", "cloud-azure/compliance/gdpr"),
        (
            "Is Amazon Managed Streaming for Apache Kafka GDPR compliant?",
            "cloud-aws/compliance/gdpr-all-services",
        ),
        ("Is AWS Lambda GDPR compliant?", "cloud-aws/compliance/gdpr-all-services"),
        ("google dataflow gdpr", "cloud-gcp/compliance/gdpr-all-services"),
    ],
)
def test_what_a_cloud_says_of_all_its_services_answers_for_each(
    question: str, evidence: str, retriever: Retriever
) -> None:
    found = retriever.search(question, k=8)
    assert (found.hits[0].record_id, found.hits[0].score) == (evidence, BY_NAME)
    assert not found.abstained


def test_what_is_said_of_all_services_leaves_room_for_what_is_said_of_one(knowledge: Knowledge) -> None:
    own = knowledge.facts["amazon-bedrock/compliance/fedramp"]
    many = [
        own.model_copy(update={"id": f"of/all/{number}", "component": "cloud:aws"}) for number in range(5)
    ]
    asked = "Is Bedrock FedRAMP High?"
    question = ReadQuestion(asked, Expansion(asked, ""), {"amazon-bedrock": "bedrock"})
    vocabulary = Vocabulary(read_word_lists(knowledge.files))
    attested = Attested([own], vocabulary, lambda *_: many, no_platform)
    leading = [item.fact_id for item in attested.answering(question, [])]
    assert leading == [own.id, "of/all/0", "of/all/1"]


@pytest.mark.parametrize("question", ["Is Foundry IQ GDPR compliant?", "Is Apache Beam GDPR compliant?"])
def test_it_does_not_where_the_service_denies_it_or_is_to_be_had_elsewhere(
    question: str, retriever: Retriever
) -> None:
    assert not any(
        hit.score == BY_NAME and hit.record_id.startswith("cloud-")
        for hit in retriever.search(question, k=8).hits
    )


@pytest.mark.parametrize(
    ("question", "platform", "regime", "part"),
    [
        ("Is Azure Service Bus SOC 2 compliant?", "cloud:azure", "soc2", "SOC 2 of Service Bus"),
        ("Does Dataproc have ISO 27001?", "cloud:gcp", "iso27001", "ISO 27001 of Dataproc"),
        ("pub/sub pci dss", "cloud:gcp", "pci_dss", "PCI DSS of Google Pub/Sub"),
    ],
)
def test_of_a_part_of_which_nothing_is_said_what_is_said_of_the_platform_leads_and_it_is_told(
    question: str, platform: str, regime: str, part: str, retriever: Retriever, knowledge: Knowledge
) -> None:
    found = retriever.search(question, k=8)
    leading = [knowledge.facts[hit.record_id] for hit in found.hits if hit.score == BY_NAME]
    assert leading
    assert all(fact.component == platform and regime in fact.attestation for fact in leading)
    assert not found.abstained
    assert found.reason == (
        f"The catalogue holds no sourced fact on the {part}; what is said of its platform is listed for it."
    )


def test_of_several_each_has_its_own_or_its_platform_s(retriever: Retriever) -> None:
    found = retriever.search("Is Amazon SQS or Azure Service Bus SOC 2 compliant?")
    leading = {hit.record_id: hit.part for hit in found.hits if hit.score == BY_NAME}
    assert leading["cloud-azure/compliance/soc2-type2-audits"] == "the SOC 2 of Service Bus"
    assert leading["cloud-queues/compliance/sqs-sns-scope-copy"] == ""
    assert "SQS" not in found.reason


@pytest.mark.parametrize(
    "question",
    [
        "How large may messages in Azure Service Bus be if we need SOC 2?",
        "Is Azure Service Bus cheaper than Pub/Sub under SOC 2?",
        "Does Azure Service Bus support sessions under SOC 2?",
    ],
)
def test_a_platform_s_words_answer_nothing_but_a_regime(question: str, retriever: Retriever) -> None:
    found = retriever.search(question)
    assert found.abstained
    assert not any(hit.part for hit in found.hits)


@pytest.mark.parametrize(("kinds", "components"), [(["cost"], []), ([], ["apache-kafka"])])
def test_of_what_is_not_let_in_nothing_is_told(
    kinds: list[str], components: list[str], retriever: Retriever
) -> None:
    found = retriever.search("Is Azure Service Bus SOC 2 compliant?", kinds=kinds, components=components)
    assert "platform" not in found.reason


@pytest.mark.parametrize(
    "question", ["Is Azure Managed Redis FedRAMP authorised?", "Does Vertex AI Vector Search have HIPAA?"]
)
def test_where_the_part_is_spoken_of_in_other_words_the_platform_does_not_lead(
    question: str, retriever: Retriever
) -> None:
    assert not any(hit.part for hit in retriever.search(question).hits)


@pytest.mark.parametrize(
    "question",
    [
        "Is EKS SOC 2 compliant?",
        "spanner gdpr",
        "What does Dataproc cost?",
    ],
)
def test_nothing_of_the_kind_is_told_where_the_part_is_spoken_of_or_no_regime_is_asked(
    question: str, retriever: Retriever
) -> None:
    assert retriever.search(question).reason == ""


def test_what_a_platform_denies_is_said_for_no_part(knowledge: Knowledge) -> None:
    vocabulary = Vocabulary(read_word_lists(knowledge.files))
    said = partial(said_of_platform_for, vocabulary=vocabulary, form="azure service bus", regime="soc2")
    claimed = said(knowledge, component="cloud-queues")
    assert {fact.component for fact in claimed} == {"cloud:azure"}
    denied = {fact.id: fact.model_copy(update={"denies": True}) for fact in claimed}
    other = Knowledge()
    other.facts.update(denied)
    assert said(other, component="cloud-queues") == ()


def test_where_no_regime_is_asked_nothing_leads(retriever: Retriever) -> None:
    assert all(hit.score < BY_NAME for hit in retriever.search("How does Bedrock route requests?", k=8).hits)


def test_filters_hold_for_what_leads_too(retriever: Retriever) -> None:
    found = retriever.search("Is Bedrock FedRAMP High?", k=8, kinds=("cost",))
    assert found.hits
    assert all("/cost/" in hit.record_id for hit in found.hits)


def test_a_search_narrowed_to_a_service_has_what_its_cloud_says_of_all(retriever: Retriever) -> None:
    found = retriever.search("GDPR compliance", k=8, components=("amazon-kinesis",))
    assert found.hits[0].record_id == "cloud-aws/compliance/gdpr-all-services"
    assert found.hits[1:]
    assert all(
        hit.record_id.split("/")[0] == "amazon-kinesis" for hit in found.hits[1:] if "/" in hit.record_id
    )


def test_what_names_nothing_is_asked_of_what_the_search_is_narrowed_to(retriever: Retriever) -> None:
    found = retriever.search("is it FedRAMP authorised?", components=("qdrant",))
    assert found.abstained
    assert "FedRAMP of Qdrant" in found.reason


@pytest.mark.parametrize("question", ["Is Unsloth PCI DSS compliant?", "Is Terraform GDPR compliant?"])
def test_a_regime_is_not_told_by_what_names_the_component_and_a_place_or_a_bus(
    question: str, retriever: Retriever
) -> None:
    """Facts name Unsloth beside PCI cards, and Terraform beside the EU."""
    found = retriever.search(question)
    assert found.abstained
    assert "holds no sourced fact on the" in found.reason


def test_two_sellers_that_are_compared_are_both_answered_for(retriever: Retriever) -> None:
    leading = [hit.record_id for hit in retriever.search("EKS vs GKE GDPR", k=8).hits if hit.score == BY_NAME]
    assert leading == ["cloud-aws/compliance/gdpr-all-services", "cloud-gcp/compliance/gdpr-all-services"]


def test_a_seller_with_a_longer_name_is_not_the_one_with_the_shorter(knowledge: Knowledge) -> None:
    vocabulary = Vocabulary(read_word_lists(knowledge.files))
    named = [seller.name for seller in vocabulary.sellers_named("Does Confluent Cloud have SOC 2?")]
    assert named == ["Confluent Cloud"]


@pytest.mark.parametrize("service", ["AKS", "Azure Kubernetes Service"])
def test_a_seller_is_known_in_each_spelling_of_its_name(service: str, retriever: Retriever) -> None:
    """The fact says the name in full, and is about the offer of that name."""
    found = retriever.search(f"Is {service} PCI DSS compliant?")
    assert not found.abstained
    assert found.hits[0].record_id == "kubernetes/compliance/aks-hipaa-pci"


@pytest.mark.parametrize(
    ("question", "components", "slot"),
    [
        ("Is Bedrock HIPAA eligible?", (), "sto.vector_db"),
        ("Is Bedrock HIPAA eligible?", ("amazon-bedrock",), "sto.vector_db"),
        ("GDPR", ("amazon-kinesis",), "sto.vector_db"),
    ],
)
def test_a_slot_holds_for_what_leads_and_for_what_a_cloud_says_of_all(
    question: str, components: tuple[str, ...], slot: str, retriever: Retriever
) -> None:
    found = retriever.search(question, components=components, slots=(slot,))
    assert all(hit.score < BY_NAME for hit in found.hits)


def test_what_is_no_regime_is_asked_of_nobody_by_the_filter_alone(retriever: Retriever) -> None:
    assert retriever.search("stock price", components=("pinecone",)).abstained
