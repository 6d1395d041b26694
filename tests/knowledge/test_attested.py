"""What attests to a regime that is asked of a named component comes first, whatever words it is told in."""

import pytest

from knowledge import Knowledge
from knowledge.index import Retriever
from knowledge.index.attested import MOST


@pytest.mark.parametrize(
    ("question", "component", "regime"),
    [
        ("Is MSK HIPAA ready?", "apache-kafka", "hipaa"),
        ("Does Confluent Cloud have SOC 2?", "apache-kafka", "soc2"),
        ("Is Bedrock FedRAMP High?", "amazon-bedrock", "fedramp"),
        ("soc 2 of Neo4j Aura", "neo4j", "soc2"),
        ("Can we put card data, PCI DSS scope, into DynamoDB?", "dynamodb", "pci_dss"),
    ],
)
def test_attestations_of_the_named_component_lead(
    question: str, component: str, regime: str, retriever: Retriever, knowledge: Knowledge
) -> None:
    found = retriever.search(question, k=8)
    first = knowledge.facts[found.hits[0].fact_ids[0]]
    assert first.component == component
    assert regime in first.attestation
    assert not found.abstained


@pytest.mark.parametrize(
    ("question", "of_another"),
    [
        ("Is Confluent Cloud HIPAA ready?", "apache-kafka/compliance/msk-hipaa"),
        ("runpod soc 2?", "serverless-gpu/compliance/modal-soc2"),
    ],
)
def test_what_another_seller_of_the_component_attests_does_not_lead(
    question: str, of_another: str, retriever: Retriever
) -> None:
    hits = retriever.search(question, k=8).hits
    assert not [hit for hit in hits if hit.score == 1.0 and hit.record_id == of_another]


def test_of_one_component_and_regime_only_a_few_lead(retriever: Retriever, knowledge: Knowledge) -> None:
    found = retriever.search("Does Bedrock have a BAA under HIPAA?", k=8)
    leading = [hit for hit in found.hits if hit.score == 1.0]
    attesting = [
        fact
        for fact in knowledge.facts.values()
        if fact.component == "amazon-bedrock" and "hipaa" in fact.attestation
    ]
    assert len(leading) == min(MOST, len(attesting))


def test_where_no_regime_is_asked_nothing_leads(retriever: Retriever) -> None:
    assert all(hit.score < 1 for hit in retriever.search("How does Bedrock route requests?", k=8).hits)


def test_filters_hold_for_what_leads_too(retriever: Retriever) -> None:
    found = retriever.search("Is Bedrock FedRAMP High?", k=8, kinds=("cost",))
    assert found.hits
    assert all("/cost/" in hit.record_id for hit in found.hits)
