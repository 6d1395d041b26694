"""One offer of a component: decided by what is said of it; the whole isn't decided by what is said of an offer."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge import Knowledge, load
from knowledge.errors import InputRefused
from tools.assessment import ComplianceState
from tools.compliance import compliance_state, offers_of, state_in_place
from tools.registry import run_tool

AS_OF = date(2026, 11, 26)
REGIME = "residency_zz"
"""A place that no packaged fact speaks of."""
Lay = Callable[..., Knowledge]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """The packaged knowledge with attestations of `groq` laid over it, one for each mapping."""

    def build(*claims: dict[str, Any], component: str = "groq") -> Knowledge:
        about: dict[str, Any] = {
            "component": component,
            "slots": [],
            "kind": "compliance",
            "tier": "T1",
            "attestation": REGIME,
        }
        about |= {
            "source": {"url": "https://example.org"},
            "read_at": "2026-11-20",
            "review_by": "2027-05-20",
        }
        words = ("Content stays there.", "Nobody promises a place.", "A third page speaks of it.")
        subject = component.replace(":", "-")
        facts = [
            about
            | {"id": f"{subject}/compliance/zz-{number}", "statement": words[number], "as_of": None}
            | claim
            for number, claim in enumerate(claims)
        ]
        folder = tmp_path / "ours" / "catalog" / "facts"
        folder.mkdir(parents=True)
        (folder / "zz.yaml").write_text(json.dumps({"facts": facts}), encoding="utf-8")
        load.cache_clear()
        return load(tmp_path / "ours")

    return build


def asked(knowledge: Knowledge, offer: str = "") -> ComplianceState:
    return compliance_state(knowledge, "groq", REGIME, AS_OF, offer)


@pytest.mark.parametrize(
    ("claims", "whole", "of_a", "of_b"),
    [
        ([{"offer": "a tool", "denies": True}], "unknown", "denied", "unknown"),
        ([{"offer": "a tool"}], "unknown", "evidenced", "unknown"),
        ([{"offer": "a tool", "by_choice": True}], "evidenced", "evidenced", "unknown"),
        ([{}, {"offer": "a tool", "denies": True}], "evidenced", "denied", "claimed"),
        ([{"tier": "T2"}, {"offer": "a tool"}], "claimed", "evidenced", "claimed"),
        ([{"denies": True}], "denied", "denied", "denied"),
        ([{"denies": True}, {"offer": "a tool"}], "denied", "evidenced", "denied"),
        ([{"denies": True, "tier": "T3"}], "unknown", "unknown", "unknown"),
        ([{}, {"offer": "a tool", "denies": True, "tier": "T3"}], "evidenced", "unknown", "claimed"),
        ([{"offer": ["a tool", "b plan"]}], "unknown", "evidenced", "evidenced"),
        ([{"offer": "a tool"}, {"offer": "a tool", "denies": True}], "unknown", "denied", "unknown"),
    ],
)
def test_what_is_said_of_an_offer_and_of_the_whole(
    lay: Lay, claims: list[dict[str, Any]], whole: str, of_a: str, of_b: str
) -> None:
    knowledge = lay(*claims)
    assert [asked(knowledge, offer).state for offer in ("", "a tool", "b plan")] == [whole, of_a, of_b]


def test_what_is_said_of_offers_stands_beside_the_whole(lay: Lay) -> None:
    knowledge = lay({}, {"offer": "a tool", "denies": True}, {"offer": "b plan"})
    found = asked(knowledge)
    assert (found.state, found.evidence, found.offer) == ("evidenced", ("groq/compliance/zz-0",), "")
    assert [(item.offer, item.state, item.evidence) for item in found.offers] == [
        ("a tool", "denied", ("groq/compliance/zz-1",)),
        ("b plan", "evidenced", ("groq/compliance/zz-2",)),
    ]
    of_one = asked(knowledge, "a tool")
    assert (of_one.offer, of_one.evidence, of_one.offers) == ("a tool", ("groq/compliance/zz-1",), ())
    assert offers_of(knowledge, "groq") == ("a tool", "b plan")


def test_a_cloud_hands_on_what_is_said_of_its_offer(lay: Lay) -> None:
    knowledge = lay({}, {"offer": "GovCloud", "denies": True}, component="cloud:aws")
    component = knowledge.components["qdrant"]

    def inherited(cloud: str, offer: str) -> str:
        return state_in_place(knowledge, component, REGIME, AS_OF, "self_hosted_cloud", cloud, offer).state

    assert inherited("aws", "GovCloud") == "denied"
    assert inherited("aws", "") == "evidenced"
    assert inherited("aws", "Hybrid Cloud") == "evidenced"
    assert inherited("gcp", "") == "unknown"


def test_the_tool_answers_for_the_offer_in_any_spelling() -> None:
    def states(component: str, **given: str) -> list[str]:
        arguments = {"components": component, "regimes": "hipaa", **given}
        return [
            item["state"] for item in run_tool("compliance", arguments, load(), AS_OF).model_dump()["states"]
        ]

    assert states("openai-api") == ["evidenced"]
    assert states("openai-api", offer=" Web  SEARCH ") == ["denied"]
    assert states("openai-api", offer="offline web search") == ["evidenced"]
    assert states("qdrant", place="self_hosted_cloud", cloud="aws", offer="GovCloud") == ["claimed"]


@pytest.mark.parametrize(
    ("component", "place", "told"),
    [
        ("qdrant", "managed", "Known: Hybrid Cloud, Managed Cloud, Private Cloud."),
        (
            "qdrant",
            "self_hosted_cloud",
            "Known: Hybrid Cloud, Managed Cloud, Private Cloud, AWS European Sovereign Cloud, GovCloud, US East/West.",
        ),
        ("groq", "managed", "No source speaks of one of its offers apart."),
    ],
)
def test_an_unknown_offer_is_refused_with_the_known_ones(component: str, place: str, told: str) -> None:
    given = {"components": component, "regimes": "air_gap", "place": place, "cloud": "aws", "offer": "Moon"}
    with pytest.raises(InputRefused, match="Moon") as refused:
        run_tool("compliance", given, load(), AS_OF)
    assert component in refused.value.message
    assert refused.value.hint == told


def test_no_packaged_denial_of_an_offer_reaches_the_whole() -> None:
    knowledge = load()
    denials = [fact for fact in knowledge.facts.values() if fact.offer and fact.denies]
    assert len(denials) >= 4
    for fact in denials:
        for regime in fact.attestation:
            assert fact.id not in compliance_state(knowledge, fact.component, regime, AS_OF).evidence


@pytest.mark.parametrize(
    ("component", "regime", "offer", "state"),
    [
        ("hashicorp-vault", "hipaa", "HCP Vault Dedicated", "denied"),  # HashiCorp's own overview
        ("mistral-api", "hipaa", "direct Mistral API", "unknown"),  # somebody's profile of it
    ],
)
def test_the_packaged_denial_of_an_offer_weighs_as_its_source(
    component: str, regime: str, offer: str, state: str
) -> None:
    assert compliance_state(load(), component, regime, AS_OF, offer).state == state
