"""Looking records up: by id and by name, with the nearest ones when there is none."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge import load
from knowledge.checks.completeness import asked
from knowledge.errors import UnknownName
from knowledge.evidence_coverage import evidence_coverage
from knowledge.index.cards import index_records
from knowledge.library import Knowledge
from knowledge.listing import record_of, show, stale
from knowledge.stats import stats


@pytest.fixture
def knowledge(tree: dict[str, Any], plant: Callable[[dict[str, Any]], Path]) -> Knowledge:
    return Knowledge(plant(tree))


def test_a_fact_is_shown_with_source_and_dates(knowledge: Knowledge) -> None:
    text = show(knowledge, "pgvector/limit/hnsw-dims")
    assert "HNSW indexes work up to 2,000 dimensions." in text
    assert "source (T1): https://example.org/docs (Limits)" in text
    assert "as of 2026-08-01, read 2026-11-24, review by 2027-08-01" in text


@pytest.mark.parametrize("identity", ["qdrant", "component:qdrant", "Qdrant", " QDRANT "])
def test_a_component_is_shown_by_id_and_by_name(knowledge: Knowledge, identity: str) -> None:
    assert "facts: qdrant/perf/latency" in show(knowledge, identity)


def test_slots_decisions_rules_and_arguments_are_shown(knowledge: Knowledge) -> None:
    assert "components: pgvector, qdrant, zilliz-cloud" in show(knowledge, "sto.vector_db")
    assert "Search by meaning." in show(knowledge, "decision:vector")
    assert "when: dims > 2000" in show(knowledge, "pgvector-dims")
    assert "PostgreSQL holds the vectors too." in show(knowledge, "pgvector-why")


def test_an_unknown_id_brings_the_nearest(knowledge: Knowledge) -> None:
    with pytest.raises(UnknownName) as caught:
        show(knowledge, "qdrent")
    assert caught.value.nearest[0] == "qdrant"
    with pytest.raises(UnknownName):
        show(knowledge, "")


def test_a_component_is_shown_by_what_people_call_it() -> None:
    known = load()
    for spoken, component in (("k8s", "kubernetes"), ("EKS", "kubernetes"), ("wandb", "weights-biases")):
        assert record_of(known, spoken).id == component
    with pytest.raises(UnknownName, match="azure-openai, openai-api"):
        record_of(known, "OpenAI")


def test_what_is_overdue_is_listed_oldest_first(tree: dict[str, Any], plant: Any) -> None:
    facts = tree["catalog/facts/storage.yaml"]["facts"]
    facts[0]["review_by"], facts[1]["review_by"] = "2026-10-01", "2026-09-01"
    overdue = stale(Knowledge(plant(tree)), date(2026, 10, 2))
    assert [fact.id for fact in overdue] == ["pgvector/compat/postgres", "pgvector/limit/hnsw-dims"]


def test_what_only_overdue_facts_tell_counts_half(tree: dict[str, Any], plant: Any) -> None:
    known = Knowledge(plant(tree))
    component = known.components["pgvector"]
    facts = [fact for fact in known.facts.values() if fact.component == component.id]
    needed = asked(component)
    told = {fact.kind for fact in facts if fact.kind in needed}
    assert told
    assert told < set(needed)
    fresh, late = date(2026, 11, 24), date(2099, 1, 1)
    assert evidence_coverage([component], facts, fresh) == pytest.approx(len(told) / len(needed))
    assert evidence_coverage([component], facts, late) == pytest.approx(len(told) / len(needed) / 2)
    again = [*facts, facts[0].model_copy(update={"review_by": date(2100, 1, 1)})]
    half = len(told) / len(needed) / 2
    assert evidence_coverage([component], again, late) == pytest.approx(half + 0.5 / len(needed))
    assert stats(known, fresh).evidence_coverage > stats(known, late).evidence_coverage > 0


def test_stats_count(knowledge: Knowledge) -> None:
    counted = stats(knowledge, date(2026, 11, 24))
    assert (counted.components, counted.facts, counted.rules) == (3, 4, 1)
    assert counted.facts_by_tier == {"T1": 3, "T2v": 1}
    assert counted.facts_past_review == 0
    assert counted.knowledge_hash == knowledge.hash
    assert (counted.questions, counted.judged_questions, counted.statements_compared) == (0, 0, 0)
    assert counted.open_language_models == 0
    assert counted.complete_components == 0
    assert counted.licences_known <= counted.scored_components


def test_stats_count_what_is_enough_to_choose() -> None:
    counted = stats(load(), date(2026, 11, 24))
    assert 0.95 * counted.scored_components <= counted.complete_components <= counted.scored_components
    assert counted.open_language_models_rated >= 60
    assert counted.questions > 5 * counted.facts
    assert counted.statements_compared > counted.facts / 2
    assert counted.judged_questions > counted.facts


def test_a_card_of_the_article_is_shown_by_the_id_that_a_search_prints() -> None:
    knowledge = load()
    card = next(item for item in index_records(knowledge) if item.kind == "article")
    assert card.text in show(knowledge, card.id)
    with pytest.raises(UnknownName, match="article:layers"):
        show(knowledge, "article:layerz")


def test_what_is_said_of_a_whole_cloud_is_shown_with_the_ids() -> None:
    told = record_of(load(), "cloud:gcp")
    assert told.kind == "cloud"
    assert "cloud-gcp/compliance/gdpr-all-services" in told.fact_ids
    assert all(load().facts[item].component == "cloud:gcp" for item in told.fact_ids)
    assert all(f"{item}: {load().facts[item].statement}" in told.text for item in told.fact_ids)
    with pytest.raises(UnknownName) as unknown:
        record_of(load(), "cloud:ibm")
    assert unknown.value.nearest == ["cloud:aws", "cloud:azure", "cloud:gcp"]


def test_a_fact_says_what_it_attests_and_of_what() -> None:
    knowledge = load()
    shown = show(knowledge, "databricks-jobs/compliance/platform-hipaa")
    assert "attests, of the platform as a whole: hipaa" in shown
    assert "denies for web search alone: hipaa" in show(knowledge, "openai-api/compliance/web-search-hipaa")


@pytest.mark.parametrize("name", ["Llama-4-Scout", "model:llama-4-scout", "meta-llama/Llama 4 Scout"])
def test_a_model_is_shown_with_the_place_where_its_licence_stands(name: str) -> None:
    shown = show(load(), name)
    assert (
        "licence: Llama 4 Community License (>700M MAU clause) (read at https://github.com/meta-llama/"
        in shown
    )
    assert "commercial use: on conditions" in shown
    assert "in a folder of your own" not in shown


def test_a_model_says_that_its_licence_was_not_read() -> None:
    assert "licence: MIT (not read at the maker, confirm it)" in show(load(), "GLM-5.1")
    assert "licence: proprietary (terms of the service)" in show(load(), "gpt-5.5")
    with pytest.raises(UnknownName, match="Unknown model 'nonesuch'"):
        show(load(), "model:nonesuch")


def test_an_alias_to_no_component_is_unknown(tree: dict[str, Any], plant: Any) -> None:
    tree["catalog/synonyms.yaml"] = {"aliases": {"zorba": "zorba", "quux": "nobody"}}
    known = Knowledge(plant(tree))
    for spoken in ("zorba", "quux"):
        with pytest.raises(UnknownName):
            record_of(known, spoken)


def test_stats_count_both_sides_of_a_contradiction(tree: dict[str, Any], plant: Any) -> None:
    facts = tree["catalog/facts/storage.yaml"]["facts"]
    facts[0]["conflicts_with"] = [facts[-1]["id"]]
    assert stats(Knowledge(plant(tree)), date(2026, 11, 27)).facts_in_conflict == 2
