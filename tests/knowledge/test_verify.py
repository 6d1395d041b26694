"""Each rule of the knowledge base is noticed when it is broken, and a sound one has no errors."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge import load, manifest
from knowledge.checks.facts import is_pinned
from knowledge.library import Knowledge
from knowledge.verify import Finding, verify, verify_folder

Plant = Callable[[dict[str, Any]], Path]
TODAY = date(2026, 11, 24)
FACTS, COMPONENTS = "catalog/facts/storage.yaml", "catalog/components/storage.yaml"
RULES, SLOTS = "catalog/rules/storage.yaml", "catalog/slots.yaml"


def errors(root: Path) -> list[Finding]:
    manifest.write(root)
    return [item for item in verify_folder(root, TODAY) if item.severity == "error"]


def test_a_sound_knowledge_base_has_no_errors(tree: dict[str, Any], plant: Plant) -> None:
    assert errors(plant(tree)) == []


@pytest.mark.parametrize(
    ("file", "key", "changes", "expected"),
    [
        (FACTS, "facts", {"component": "nobody"}, "unknown component 'nobody'"),
        (FACTS, "facts", {"component": "qdrant"}, "doesn't start with its component"),
        (FACTS, "facts", {"kind": "perf"}, "the kind is 'perf'"),
        (FACTS, "facts", {"slots": ["sto.nothing"]}, "Unknown slot: 'sto.nothing'"),
        (FACTS, "facts", {"conflicts_with": ["a/limit/b"]}, "Unknown fact: 'a/limit/b'"),
        (FACTS, "facts", {"conflicts_with": ["qdrant/perf/latency"]}, "which doesn't say so of it"),
        (RULES, "rules", {"when": "has(picked_here, 'qdrant')"}, "unknown names: picked_here"),
        (FACTS, "facts", {"as_of": "2026-12-01"}, "lies after read_at"),
        (FACTS, "facts", {"read_at": "2027-01-01"}, "lies in the future"),
        (FACTS, "facts", {"review_by": "2026-08-01"}, "doesn't lie after"),
        (FACTS, "facts", {"source": {"url": " "}}, "has no source"),
        (FACTS, "facts", {"statement": "x" * 401}, "statement"),
        (FACTS, "facts", {"tier": "T9"}, "tier"),
        (FACTS, "facts", {"colour": "red"}, "colour"),
        (FACTS, "facts", {"component": "cloud:nowhere"}, "unknown component 'cloud:nowhere'"),
        (FACTS, "facts", {"attestation": "hippa"}, "attestation"),
        (FACTS, "facts", {"attestation": "residency_europe"}, "attestation"),
        (FACTS, "facts", {"attestation": "RESIDENCY_EU"}, "attestation"),
        (FACTS, "facts", {"offer": "Private Cloud"}, "names an offer but attests or denies no regime"),
        (FACTS, "facts", {"attestation": "hipaa", "by_choice": True}, "by_choice belongs to"),
        (FACTS, "facts", {"all_services": True}, "all_services belongs to"),
        (
            FACTS,
            "facts",
            {"attestation": "hipaa", "all_services": True, "offer": "Enterprise"},
            "all_services belongs to",
        ),
        (
            FACTS,
            "facts",
            {"attestation": "hipaa", "offer": ["Basic"], "denies": True, "by_choice": True},
            "by_choice belongs to",
        ),
        (FACTS, "facts", {"attestation": "hipaa", "offer": ["x" * 61]}, "offer"),
        (COMPONENTS, "components", {"fact_ids": ["a/limit/b"]}, "Unknown fact: 'a/limit/b'"),
        (COMPONENTS, "components", {"requires": ["qdrant|etcd"]}, "Unknown required component: 'etcd'"),
        (COMPONENTS, "components", {"scale": [{"metric": "vibes", "high": 9}]}, "'vibes' is no field"),
        (RULES, "rules", {"components": ["nobody"]}, "Unknown component: 'nobody'"),
        (RULES, "rules", {"slot": "sto.nothing"}, "Unknown slot: 'sto.nothing'"),
        (RULES, "rules", {"when": "dimz > 2000"}, "unknown names: dimz"),
        (RULES, "rules", {"when": "dims >"}, "can't be parsed"),
        (RULES, "rules", {"when": "__import__('os')"}, "Unknown function"),
        (RULES, "rules", {"when": "use_case == 'chatt'"}, "use_case with 'chatt', which it never is"),
        (RULES, "rules", {"when": "first(use_case, 'x') != 'chat'"}, "use_case with 'x', which it never is"),
        (
            RULES,
            "rules",
            {"when": "not has(deployment, 'moon')"},
            "deployment with 'moon', which it never is",
        ),
        (RULES, "rules", {"when": "has(existing_components, 'kong')"}, "with 'kong', which it never is"),
        (RULES, "rules", {"when": "'moon' in deployment"}, "deployment with 'moon', which it never is"),
        (RULES, "rules", {"when": "model_task in ('see', 'smell')"}, "with 'smell', which it never is"),
        (RULES, "rules", {"where": "mood == 'good'"}, "unknown names: mood"),
        (RULES, "rules", {"where": "vector_count > 10"}, "unknown names: vector_count"),
        (RULES, "rules", {"fact_ids": ["qdrant/perf/latency"]}, "needs a T1, T2 or P fact; it has T2v"),
        (RULES, "rules", {"basis": "judgement"}, "Judgement may not exclude"),
        (RULES, "rules", {"effect": "forbid"}, "effect"),
        (RULES, "rules", {"delta": -0.5}, "To exclude it needs no delta"),
        (RULES, "rules", {"effect": "value"}, "its delta is 0"),
        (RULES, "rules", {"effect": "warn", "delta": 0.1}, "A warn can't speak for something"),
        (RULES, "rules", {"effect": "require"}, "What is required stands under"),
        (RULES, "rules", {"requires": ["sto.vector_db"]}, "What is required stands under"),
        (RULES, "rules", {"when": "dims > 1900"}, "threshold, dims at 1900, is in none of its facts"),
        (SLOTS, "slots", {"need": "needs_vectorz"}, "unknown names: needs_vectorz"),
        (SLOTS, "slots", {"depends_on": ["sto.nothing"]}, "Unknown slot: 'sto.nothing'"),
    ],
)
def test_a_broken_rule_is_found(
    file: str, key: str, changes: dict[str, Any], expected: str, tree: dict[str, Any], plant: Plant
) -> None:
    tree[file][key][0] |= changes
    found = [item for item in errors(plant(tree)) if expected in item.message]
    assert found, expected
    assert all(item.file == file for item in found)


@pytest.mark.parametrize("word", ["residency_eu", "residency_us", "residency_jp", "eu_ai_act", "air_gap"])
def test_a_cloud_may_attest_a_place_or_a_regime(tree: dict[str, Any], plant: Plant, word: str) -> None:
    first = tree[FACTS]["facts"][0]
    about = {"id": "cloud-aws/compliance/word", "component": "cloud:aws", "kind": "compliance"}
    tree[FACTS]["facts"].append(first | about | {"attestation": word, "statement": "Content stays there."})
    assert errors(plant(tree)) == []


@pytest.mark.parametrize("offer", ["Private Cloud", ["Private Cloud", "Team plan"]])
def test_an_attestation_may_be_of_one_offer_or_of_several(
    tree: dict[str, Any], plant: Plant, offer: str | list[str]
) -> None:
    tree[FACTS]["facts"][0] |= {"attestation": "hipaa", "offer": offer, "by_choice": True}
    assert errors(plant(tree)) == []


def test_what_a_rule_may_read(tree: dict[str, Any], plant: Plant) -> None:
    tree[RULES]["rules"][0] |= {
        "when": "dims > 2000 and needs_vectors and first(gpu_count, 0) > 0 and not has(picked, 'qdrant')",
        "where": "ops_complexity > 3 and managed and has(modes, 'saas')",
        "basis": "requirement",
    }
    assert errors(plant(tree)) == []


def test_an_id_defined_twice_is_found(tree: dict[str, Any], plant: Plant) -> None:
    tree["catalog/facts/again.yaml"] = {"facts": [tree[FACTS]["facts"][0]]}
    assert any("defined twice" in item.message for item in errors(plant(tree)))


def test_all_errors_are_reported_at_once(tree: dict[str, Any], plant: Plant) -> None:
    for fact in tree[FACTS]["facts"]:
        fact["tier"] = "gossip"
    broken = [item for item in errors(plant(tree)) if "tier" in item.message]
    assert len(broken) == len(tree[FACTS]["facts"])


def test_a_core_slot_offers_a_choice(tree: dict[str, Any], plant: Plant) -> None:
    tree[COMPONENTS]["components"][2]["scored"] = False
    assert any("it has 2" in item.message for item in errors(plant(tree)))


def test_a_derived_name_uses_earlier_names_only(tree: dict[str, Any], plant: Plant) -> None:
    derived = tree["workload/derived.yaml"]["derived"]
    derived.insert(0, {"name": "early", "formula": "peak_rps * 2", "meaning": "too early"})
    assert any(item.id == "early" and "peak_rps" in item.message for item in errors(plant(tree)))


def test_questions_and_aliases_name_what_exists(tree: dict[str, Any], plant: Plant) -> None:
    part = {
        "slot": "corpus_size",
        "fields": ["corpus_gb", "corpus_tons"],
        "text": "How much?",
        "default": "some",
    }
    tree["workload/questions.yaml"]["questions"] = [{"id": "corpus", "parts": [part], "why": "size"}]
    tree["catalog/synonyms.yaml"]["aliases"] = {"pg": "postgres-nowhere"}
    tree["catalog/synonyms.yaml"]["sellers"] = {"aws": {"PG": [], "Mosaic": []}}
    messages = " ".join(item.message for item in errors(plant(tree)))
    assert "corpus_tons" in messages
    assert "postgres-nowhere" in messages
    assert [item.id for item in errors(plant(tree)) if "The seller is no alias" in item.message] == ["Mosaic"]


def test_broken_files_are_findings_not_exceptions(tree: dict[str, Any], plant: Plant) -> None:
    root = plant(tree)
    (root / FACTS).write_text("facts: [")
    (root / SLOTS).write_text("- 1")
    (root / "workload/names.yaml").unlink()
    files = {item.file for item in errors(root)}
    assert {FACTS, SLOTS, "workload/names.yaml"} <= files


def test_a_changed_file_differs_from_the_manifest(tree: dict[str, Any], plant: Plant) -> None:
    root = plant(tree)
    manifest.write(root)
    (root / FACTS).write_text((root / FACTS).read_text() + "# changed\n")
    (root / "catalog/new.csv").write_text("a,b\n1,2\n")
    (root / RULES).unlink()
    found = {item.file: item.message for item in verify_folder(root, TODAY) if item.id == ""}
    assert "differs" in found[FACTS]
    assert "isn't listed" in found["catalog/new.csv"]
    assert "missing" in found[RULES]


def test_a_missing_or_damaged_manifest_is_found(tree: dict[str, Any], plant: Plant) -> None:
    root = plant(tree)
    assert any(item.file == "manifest.json" for item in verify_folder(root, TODAY))
    (root / "manifest.json").write_text("{")
    assert any("damaged" in item.message for item in verify_folder(root, TODAY))


def test_the_manifest_counts_rows(tree: dict[str, Any], plant: Plant) -> None:
    root = plant(tree)
    (root / "prices.csv").write_text('name,note\na,"two\nlines"\nb,one\n')
    entries = manifest.describe(Knowledge(root).files)
    assert entries["prices.csv"]["rows"] == 2
    assert entries[FACTS]["rows"] == 4
    assert entries[FACTS]["bytes"] == (root / FACTS).stat().st_size


def test_licences_are_asked_for(tree: dict[str, Any], plant: Plant) -> None:
    root = plant(tree)
    (root / "LICENCES.csv").write_text("file,licence\ncatalog/facts,ours\nworkload/*.yaml,ours\n")
    unlicensed = {item.file for item in verify_folder(root, TODAY) if "no row" in item.message}
    assert not unlicensed & {FACTS, "workload/names.yaml"}
    assert RULES in unlicensed


@pytest.mark.parametrize(
    ("url", "pinned"),
    [
        ("https://github.com/a/b/blob/main/README.md", False),
        ("https://github.com/a/b", False),
        ("https://github.com/a/b/", False),
        ("https://raw.githubusercontent.com/a/b/main/x.md", False),
        (f"https://github.com/a/b/blob/{'0' * 40}/README.md", True),
        (f"https://raw.githubusercontent.com/a/b/{'0' * 40}/x.md", True),
        ("https://github.com/a/b/issues/12", True),
        ("https://github.com/a/b/releases/tag/v1.2", True),
        ("https://docs.example.org/page", True),
    ],
)
def test_moving_sources_are_warned_of(url: str, pinned: bool) -> None:
    assert is_pinned(url) is pinned


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    """What is found in the packaged knowledge."""
    return verify(load())


def test_the_packaged_knowledge_has_no_errors(findings: list[Finding]) -> None:
    found = [str(item) for item in findings if item.severity == "error"]
    assert found == []


def test_every_packaged_record_has_a_vector(findings: list[Finding]) -> None:
    assert [item.message for item in findings if "have no vector" in item.message] == []


def test_the_packaged_yaml_is_plain() -> None:
    knowledge = load()
    for name in knowledge.files.walk():
        if name.endswith(".yaml"):
            assert yaml.load(knowledge.files.text(name), Loader=yaml.CSafeLoader) is not None, name


def test_a_lacking_folder_is_a_finding(tree: dict[str, Any], plant: Plant) -> None:
    root = plant(tree)
    shutil.rmtree(root / "catalog" / "arguments")
    assert "The folder is missing." in {
        item.message for item in errors(root) if item.file == "catalog/arguments"
    }
