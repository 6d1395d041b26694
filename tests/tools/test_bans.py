"""Vendors by any of their names, and what a ban on one bars."""

from datetime import date
from pathlib import Path

import pytest

from knowledge import load
from knowledge.errors import InputRefused, UnknownName
from knowledge.vendors import vendor_named
from tools.assess import assess
from tools.bans import barred_model, resold_by, supplied_by
from tools.profile import Profile, ban_remarks, load_profile
from tools.workload_file import workload_of

AS_OF = date(2026, 11, 24)
KNOWLEDGE = load()
CHAT: dict[str, object] = {"use_case": "chat", "request_rate_rps": 0.5, "deployment": ["managed_api"]}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Amazon", "AWS"),
        ("amazon web services", "AWS"),
        ("OpenAi Inc", "OpenAI"),
        ("Microsoft Azure", "Microsoft"),
        ("GCP", "Google"),
        ("Mistral", "Mistral AI"),
        ("weights and biases", "Weights & Biases"),
        ("Databricks, Inc.", "Databricks"),
    ],
)
def test_vendors_are_known_by_parts_aliases_and_legal_forms(said: str, meant: str) -> None:
    assert vendor_named(KNOWLEDGE, said) == meant


@pytest.mark.parametrize(
    ("said", "near"), [("Amazn", "Amazon"), ("Oracel", "Oracle"), ("Pincone", "Pinecone")]
)
def test_an_unknown_vendor_is_refused_with_the_nearest_three(said: str, near: str) -> None:
    with pytest.raises(UnknownName) as refused:
        vendor_named(KNOWLEDGE, said)
    assert near in refused.value.nearest
    assert len(refused.value.nearest) == 3


def test_a_component_counts_as_its_owners() -> None:
    assert "amazon-s3" in supplied_by(KNOWLEDGE, ("Amazon",), alone=True)
    assert "github-actions" in supplied_by(KNOWLEDGE, ("Microsoft",), alone=True)
    assert "amazon-s3" not in supplied_by(KNOWLEDGE, ("Google",), alone=True)


def test_what_several_offer_stays_while_one_of_them_is_left() -> None:
    assert "gpu-on-demand" not in supplied_by(KNOWLEDGE, ("AWS",), alone=True)
    assert "gpu-on-demand" in supplied_by(KNOWLEDGE, ("AWS", "Google", "Azure", "OCI"), alone=True)
    assert "gpu-on-demand" in supplied_by(KNOWLEDGE, ("AWS",), alone=False)


def test_a_banned_maker_takes_its_models_along_wherever_they_are_sold() -> None:
    assert resold_by(KNOWLEDGE, "azure-openai", ("OpenAI",)) == "OpenAI"
    assert resold_by(KNOWLEDGE, "amazon-bedrock", ("Anthropic",)) == ""
    assert barred_model(KNOWLEDGE, "anthropic.claude-opus-5-5", ("Anthropic",))
    assert barred_model(KNOWLEDGE, "together_ai/openai/gpt-oss-120b", ("OpenAI",))
    assert not barred_model(KNOWLEDGE, "amazon.nova-pro-v1:0", ("Anthropic",))
    assert not barred_model(KNOWLEDGE, "voyage/rerank-3", ("Cohere",))


@pytest.mark.parametrize("banned", [("OpenAI",), ("Open AI Inc.", "Anthropic"), ("Amazon", "Google")])
def test_nothing_of_a_banned_vendor_is_recommended(banned: tuple[str, ...]) -> None:
    found = assess(
        workload_of(CHAT, "test", KNOWLEDGE), KNOWLEDGE, AS_OF, "full", Profile(banned_vendors=banned)
    )
    assert found.winner is not None
    for stack in found.stacks:
        assert not {pick.component for pick in stack.picks.values()} & supplied_by(
            KNOWLEDGE, banned, alone=True
        )
        assert stack.deployment != "managed-api" or not barred_model(KNOWLEDGE, stack.model, banned)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('banned_vendor = ["AWS"]', ("banned_vendor'", "Did you mean banned_vendors?")),
        ('banned_vendors = ["Amazn"]', ("banned_vendors", "'Amazn'", "Amazon")),
        ('existing_stack = ["postgres"]', ("existing_stack", "postgresql")),
        ('licence_policy = "gpl"', ("licence_policy",)),
    ],
)
def test_a_profile_names_what_is_wrong_in_it(tmp_path: Path, content: str, words: tuple[str, ...]) -> None:
    path = tmp_path / "org.toml"
    path.write_text(content)
    with pytest.raises(InputRefused) as refused:
        load_profile(path, KNOWLEDGE)
    assert all(word in str(refused.value) for word in words)


def test_what_a_ban_on_a_maker_means_is_said() -> None:
    assert "OpenAI is banned as a maker too" in ban_remarks(Profile(banned_vendors=("openai",)), KNOWLEDGE)[0]
    assert ban_remarks(Profile(banned_vendors=("Pinecone",)), KNOWLEDGE) == []
