"""What is known of a component is counted rightly, and a loss below a floor or a repeated fact is noticed."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge import load, manifest
from knowledge.checks.completeness import asked, attributes_known, licence_known, missing
from knowledge.checks.duplicates import likeness
from knowledge.checks.floors import FLOORS
from knowledge.records import Component
from knowledge.verify import Finding, verify_folder

Plant = Callable[[dict[str, Any]], Path]
TODAY = date(2026, 11, 24)
FACTS, COMPONENTS = "catalog/facts/storage.yaml", "catalog/components/storage.yaml"


def errors(root: Path) -> list[Finding]:
    manifest.write(root)
    return [item for item in verify_folder(root, TODAY) if item.severity == "error"]


def about(identity: str, statement: str) -> dict[str, Any]:
    subject, kind, _ = identity.split("/")
    return {
        "id": identity,
        "component": subject,
        "slots": ["sto.vector_db"],
        "kind": kind,
        "statement": statement,
        "tier": "T1",
        "source": {"url": "https://example.org/docs"},
        "as_of": "2026-08-01",
        "read_at": "2026-11-24",
        "review_by": "2027-08-01",
    }


def changed(tree: dict[str, Any], **changes: Any) -> Component:
    return Component.model_validate(tree[COMPONENTS]["components"][0] | changes)


def test_what_is_asked_depends_on_who_operates_it(tree: dict[str, Any]) -> None:
    own = changed(tree, modes=["self_vm"])
    either = changed(tree, modes=["self_vm", "saas"])
    hosted = changed(tree, modes=["saas"], licence_class="proprietary")
    practice = changed(tree, licence_class="n/a", modes=["saas"])
    assert asked(own) == ("limit", "ops", "risk", "cost", "licence")
    assert asked(either) == asked(hosted) == ("limit", "ops", "risk", "cost", "licence", "compliance")
    assert asked(practice) == ("limit", "ops", "risk", "cost")


def test_what_no_fact_speaks_of_is_missing(tree: dict[str, Any]) -> None:
    component = changed(tree, modes=["self_vm"])
    assert missing(component, frozenset({"limit", "ops", "risk"})) == ("cost", "licence")
    assert missing(component, frozenset({"limit", "ops", "risk", "cost", "licence", "perf"})) == ()


@pytest.mark.parametrize(
    ("basis", "licence_class", "known"),
    [
        ("MIT, read in the repository LICENSE @0123abcd", "permissive", True),
        ("Apache-2.0 with notices of bundled parts, read in the repository LICENSE", "permissive", True),
        ("general knowledge (not read; verify)", "permissive", False),
        ("project page (LICENSE not opened)", "permissive", False),
        ("terms of the service (not read)", "proprietary", False),
        ("Terms of Service (2026-05-01), read at example.org/terms", "proprietary", True),
        ("general knowledge", "n/a", True),
    ],
)
def test_a_licence_is_known_when_its_file_was_read(
    basis: str, licence_class: str, known: bool, tree: dict[str, Any]
) -> None:
    assert licence_known(changed(tree, licence_basis=basis, licence_class=licence_class)) is known


def test_an_empty_attribute_is_unknown_and_a_zero_is_not(tree: dict[str, Any]) -> None:
    bare = attributes_known([changed(tree)])
    assert attributes_known([changed(tree, skills=["sql"])]) > bare
    assert attributes_known([changed(tree, months_since_release=0)]) > bare


def test_releases_are_asked_of_products_alone_and_their_age_not_of_services(tree: dict[str, Any]) -> None:
    undated = {"months_since_release": None, "first_release_year": None}
    product = attributes_known([changed(tree, vendor_type="community", modes=["self_vm"], **undated)])
    service = attributes_known([changed(tree, vendor_type="community", modes=["saas"], **undated)])
    assert (
        product
        < service
        < attributes_known([changed(tree, vendor_type="self", modes=["self_vm"], **undated)])
    )


def test_a_price_list_makes_the_price_known(tree: dict[str, Any]) -> None:
    component = changed(tree, price_model="")
    assert attributes_known([component], frozenset({component.id})) > attributes_known([component])


def test_a_component_of_which_too_little_is_known_is_named(tree: dict[str, Any], plant: Plant) -> None:
    tree[FLOORS] = {"attributes_known_each": 0.99}
    lost = [item.id for item in errors(plant(tree)) if item.file == FLOORS]
    assert "attributes_known of qdrant" in lost


@pytest.mark.parametrize(
    ("floors", "lost"),
    [
        ({"facts": 1000}, "facts"),
        ({"licences_known": 1000}, "licences_known"),
        ({"model_licences_read": 1}, "model_licences_read"),
        ({"attributes_known": 1.0}, "attributes_known"),
        ({"open_models_rated": 1}, "open_models_rated"),
        ({"complete": {"sto.vector_db": 1}}, "complete sto.vector_db"),
    ],
)
def test_falling_below_a_floor_is_an_error(
    floors: dict[str, Any], lost: str, tree: dict[str, Any], plant: Plant
) -> None:
    tree[FLOORS] = floors
    assert [item.id for item in errors(plant(tree)) if item.file == FLOORS] == [lost]


def test_floors_that_are_held_say_nothing(tree: dict[str, Any], plant: Plant) -> None:
    tree[FLOORS] = {
        "facts": 1,
        "licences_known": 1,
        "attributes_known": 0.1,
        "complete": {"sto.vector_db": 0},
    }
    assert errors(plant(tree)) == []


def test_a_floor_that_cannot_be_read_is_an_error(tree: dict[str, Any], plant: Plant) -> None:
    tree[FLOORS] = {"facts": "many"}
    assert any(item.file == FLOORS for item in errors(plant(tree)))


def test_a_fact_said_twice_is_an_error(tree: dict[str, Any], plant: Plant) -> None:
    first = tree[FACTS]["facts"][0]
    subject, kind, key = first["id"].split("/")
    again = first | {"id": f"{subject}/{kind}/{key}-again", "statement": first["statement"] + " Indeed."}
    tree[FACTS]["facts"].append(again)
    assert [item.id for item in errors(plant(tree)) if "nearly the same" in item.message] == [again["id"]]


def test_claims_for_different_regimes_may_read_alike(tree: dict[str, Any], plant: Plant) -> None:
    first = tree[FACTS]["facts"][0]
    subject = first["component"]
    claims = [
        first
        | {"id": f"{subject}/compliance/{regime}", "kind": "compliance", "attestation": regime}
        | {"statement": f"The trust page of the vendor claims {regime}; confirm the scope."}
        for regime in ("soc2", "iso27001")
    ]
    tree[FACTS]["facts"] += claims
    assert errors(plant(tree)) == []


def test_claims_for_different_offers_may_read_alike(tree: dict[str, Any], plant: Plant) -> None:
    first = tree[FACTS]["facts"][0]
    claims = [
        first
        | {"id": f"{first['component']}/compliance/{plan}", "kind": "compliance", "attestation": "hipaa"}
        | {"offer": plan, "statement": f"An agreement under HIPAA is signed with customers of plan {plan}."}
        for plan in ("scale", "enterprise")
    ]
    tree[FACTS]["facts"] += claims
    assert errors(plant(tree)) == []


def test_a_fact_said_of_two_components_is_an_error(tree: dict[str, Any], plant: Plant) -> None:
    one = about("pgvector/risk/stop", "A node of pgvector stops when its disk is full, without a warning.")
    other = about("qdrant/risk/stop", "A node of Qdrant stops when its disk is full, without any warning.")
    tree[FACTS]["facts"] += [one, other]
    found = [(item.id, item.message) for item in errors(plant(tree)) if "nearly the same" in item.message]
    assert found == [("qdrant/risk/stop", "It says nearly the same as pgvector/risk/stop.")]


@pytest.mark.parametrize(
    ("kind", "statement", "other_statement"),
    [
        (
            "licence",
            "Pgvector's code is under the Apache-2.0 licence.",
            "Qdrant's code is under the Apache-2.0 licence.",
        ),
        ("compliance", "It has a SOC 2 Type II report of 2026.", "It has a SOC 2 Type II report of 2026."),
        ("cost", "The smallest machine costs 15 USD a month.", "The smallest machine costs 55 USD a month."),
        ("limit", "A table holds many rows.", "A collection is spread over shards."),
    ],
)
def test_what_each_product_states_for_itself_may_read_alike(
    tree: dict[str, Any], plant: Plant, kind: str, statement: str, other_statement: str
) -> None:
    attested = {"attestation": "soc2"} if kind == "compliance" else {}
    tree[FACTS]["facts"] += [
        about(f"pgvector/{kind}/own", statement) | attested,
        about(f"qdrant/{kind}/own", other_statement) | attested,
    ]
    assert errors(plant(tree)) == []


def test_likeness_is_the_share_of_common_words() -> None:
    assert likeness("A b c.", "a B c") == 1
    assert likeness("one two", "three four") == 0


def test_the_named_slots_have_complete_components() -> None:
    floors = yaml.safe_load(load().files.text(FLOORS))
    five = {
        "sto.vector_db",
        "sto.object_store",
        "cmp.model_api",
        "orc.cluster_scheduler",
        "srv.inference_engine",
    }
    assert {slot for slot, count in floors["complete"].items() if count >= 5} >= five
