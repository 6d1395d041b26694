"""The catalogue of slots and of layers 1 and 2 loads, its ids resolve and its conditions can be evaluated."""

import re
from collections import Counter
from typing import TypeVar

import pytest

from knowledge.expressions import parse
from knowledge.files import DataFiles
from knowledge.library import Knowledge
from knowledge.records import Argument, Component, Fact, Record, Rule

Block = TypeVar("Block", bound=Record)
STEMS = ("governance", "storage")
SIZING_NAMES = {"gpu_count", "gpu_nodes", "train_gpus"}
WHERE_NAMES = {
    "id", "status", "licence_class", "ops_complexity", "managed", "self_hosted", "jurisdiction", "maturity",
    "vendor_type", "months_since_release", "exit_path", "slots",
}  # fmt: skip


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


def blocks(folder: str, model: type[Block]) -> list[Block]:
    files = DataFiles()
    return [
        model.model_validate(block)
        for stem in STEMS
        for block in files.yaml(f"catalog/{folder}/{stem}.yaml")[folder]
    ]


@pytest.fixture(scope="module")
def names(knowledge: Knowledge) -> set[str]:
    decisions = {name for option in knowledge.decisions.values() for name in option.sets}
    return set(knowledge.fields) | set(knowledge.derived) | decisions | SIZING_NAMES


def test_there_are_38_slots_over_six_layers(knowledge: Knowledge) -> None:
    assert len(knowledge.slots) == 38
    assert {slot.layer for slot in knowledge.slots.values()} == {1, 2, 3, 4, 5, 6}
    for slot in knowledge.slots.values():
        assert slot.need == "true" or slot.skip_text, slot.id


def test_needs_read_known_names_and_are_always_decidable(knowledge: Knowledge, names: set[str]) -> None:
    for slot in knowledge.slots.values():
        need = parse(slot.need)
        assert need.names <= names, (slot.id, need.names - names)
        assert isinstance(need.evaluate({}), bool), slot.id
        assert isinstance(need.evaluate({"use_case": "rag", "needs_vectors": True}), bool), slot.id


def test_every_core_slot_of_these_layers_has_four_scored_components(knowledge: Knowledge) -> None:
    filled = Counter(slot for item in blocks("components", Component) if item.scored for slot in item.slots)
    for slot in knowledge.slots.values():
        if slot.core and slot.layer <= 2:
            assert filled[slot.id] >= 4, (slot.id, filled[slot.id])


def test_scored_components_have_two_facts_and_known_slots(knowledge: Knowledge) -> None:
    for item in blocks("components", Component):
        assert set(item.slots) <= set(knowledge.slots), item.id
        if item.scored:
            assert len(item.fact_ids) >= 2, item.id


def test_fact_ids_exist_and_belong_to_their_component(knowledge: Knowledge) -> None:
    facts = {fact.id: fact for fact in blocks("facts", Fact)}
    known = set(facts) | set(knowledge.facts)
    for component in blocks("components", Component):
        assert set(component.fact_ids) <= known, component.id
        for envelope in component.scale:
            assert envelope.basis == "judgement" or envelope.basis in known, component.id
    holders: list[Rule | Argument] = [*blocks("rules", Rule), *blocks("arguments", Argument)]
    for holder in holders:
        assert set(holder.fact_ids) <= known, holder.id
    for fact in facts.values():
        assert fact.component == fact.id.split("/")[0] or ":" in fact.component, fact.id
        assert fact.kind == fact.id.split("/")[1], fact.id
        assert fact.review_by > (fact.as_of or fact.read_at), fact.id


def test_conditions_parse_and_read_known_names(knowledge: Knowledge, names: set[str]) -> None:
    for rule in blocks("rules", Rule):
        assert parse(rule.when).names <= names, (rule.id, parse(rule.when).names - names)
        assert not rule.where or parse(rule.where).names <= WHERE_NAMES, rule.id
    for argument in blocks("arguments", Argument):
        used = parse(argument.when).names
        assert used <= names | {"picked", "picked_here"}, (argument.id, used - names)
    for component in blocks("components", Component):
        for envelope in component.scale:
            assert envelope.metric in names, component.id
            assert envelope.low < envelope.high


def test_exclusions_rest_on_facts_of_high_tier_or_on_requirements() -> None:
    tiers = {fact.id: fact.tier for fact in blocks("facts", Fact)}
    for rule in blocks("rules", Rule):
        if rule.effect in ("exclude", "require") and rule.basis != "requirement":
            assert rule.fact_ids, rule.id
            assert all(tiers.get(fact, "T1") in ("T1", "T2") for fact in rule.fact_ids), rule.id


def test_rules_and_arguments_name_components_of_the_catalogue(knowledge: Knowledge) -> None:
    ids = {item.id for item in blocks("components", Component)}
    for rule in blocks("rules", Rule):
        assert set(rule.components) <= ids, (rule.id, set(rule.components) - ids)
        assert rule.slot in knowledge.slots, rule.id
    for argument in blocks("arguments", Argument):
        assert argument.about in knowledge.slots or argument.about in ids, argument.id
        for slot in re.findall(r"\{pick:([a-z_.]+)\}", argument.text):
            assert slot in knowledge.slots, argument.id
        for component in re.findall(r"picked, ([^)]*)\)", argument.when):
            assert {part.strip(" '") for part in component.split(",")} <= ids, argument.id


def test_seed_facts_are_carried_over_once(knowledge: Knowledge) -> None:
    facts = {fact.id: fact for fact in blocks("facts", Fact)}
    facts |= {
        fact.id: fact
        for fact in knowledge.facts.values()
        if fact.attestation and any(slot.startswith("sto.") for slot in fact.slots)
    }
    seeds = Counter(seed for fact in facts.values() for seed in fact.seed_ids)
    assert seeds
    assert max(seeds.values()) == 1
    replaced = {"F040", "F046", "F047"}  # a crawled page; licence and errors of a table not shipped
    assert {f"F{number:03}" for number in (*range(1, 36), *range(37, 70))} - replaced <= set(seeds)


def test_no_package_registry_is_named() -> None:
    files = DataFiles()
    for folder in ("components", "facts", "rules", "arguments"):
        for stem in STEMS:
            assert "py" + "pi" not in files.text(f"catalog/{folder}/{stem}.yaml").lower()
