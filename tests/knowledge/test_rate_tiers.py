"""The table of rate limits: every row has a source that was read, ladders rise, the closest pattern wins."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError

from knowledge import load
from knowledge.llm_prices import llm_prices
from knowledge.rate_tiers import (
    LIMITS,
    TABLE,
    Ladder,
    RateTier,
    ladders_for,
    ladders_of,
    rate_tiers,
    tiered_providers,
)

KNOWLEDGE = load()
ASKED_FOR = {
    "openai-api", "anthropic-api", "gemini-api", "vertex-ai", "amazon-bedrock", "azure-openai", "mistral-api",
    "cohere-api", "groq", "together-ai", "fireworks-ai", "deepseek-api", "deepinfra", "openrouter", "cerebras",
    "voyage-api",
}  # fmt: skip


def ladders() -> Iterator[Ladder]:
    for provider in tiered_providers(KNOWLEDGE):
        yield from ladders_of(KNOWLEDGE, provider)


def test_every_row_has_a_source_that_was_read() -> None:
    for row in rate_tiers(KNOWLEDGE).values():
        assert row.source.startswith("https://"), row.id
        assert date(2026, 11, 1) <= row.read_at <= date(2026, 12, 31), row.id
        assert row.as_of is None or row.as_of <= row.read_at, row.id
        assert row.requirement, row.id


def test_no_id_stands_twice() -> None:
    assert len(rate_tiers(KNOWLEDGE)) == len(KNOWLEDGE.files.rows(TABLE))


def test_every_provider_is_there_and_is_one_that_we_know() -> None:
    assert set(tiered_providers(KNOWLEDGE)) == ASKED_FOR
    assert set(KNOWLEDGE.components) | set(KNOWLEDGE.providers["providers"].values()) >= ASKED_FOR


def test_whatever_is_not_published_says_why() -> None:
    rows = [row for row in rate_tiers(KNOWLEDGE).values() if row.kind == "unpublished"]
    assert {row.provider for row in rows} >= {"amazon-bedrock", "mistral-api", "together-ai", "openai-api"}
    for row in rows:
        assert row.note.endswith("."), row.id
        assert all(getattr(row, name) is None for name in LIMITS), row.id


def test_a_higher_tier_never_gives_less() -> None:
    for ladder in ladders():
        tiers = [row for row in ladder.tiers if row.kind == "tier"]
        for below, above in pairwise(tiers):
            for name in LIMITS:
                less, more = getattr(below, name), getattr(above, name)
                assert less is None or more is None or more >= less, (above.id, name)
            assert (above.paid_usd or 0) >= (below.paid_usd or 0), above.id


def test_every_hosted_model_that_is_priced_meets_a_ladder() -> None:
    component_of = KNOWLEDGE.providers["providers"]
    for row in llm_prices(KNOWLEDGE).values():
        if row.provider in component_of:
            assert ladders_for(KNOWLEDGE, component_of[row.provider], row.model), row.model


@pytest.mark.parametrize(
    ("provider", "model", "models"),
    [
        ("anthropic-api", "claude-opus-5", "claude-opus-5"),
        ("anthropic-api", "claude-opus-5-5", "claude-opus-5-5"),
        ("anthropic-api", "claude-opus-4-7", "claude-opus-4-*"),
        ("anthropic-api", "claude-next", "*"),
        ("openai-api", "gpt-4o-mini", "gpt-4o-mini"),
        ("openai-api", "GPT-5.6-Luna", "gpt-5.6-luna"),
        ("groq", "groq/openai/gpt-oss-120b", "gpt-oss-120b"),
        ("azure-openai", "azure/eu/gpt-5.1", "gpt-5.1|azure/eu/gpt-5.1"),
        ("openrouter", "qwen/qwen3-32b:free", "*:free"),
        ("cohere-api", "rerank-v4.0-pro", "rerank*"),
    ],
)
def test_the_longest_pattern_that_fits_wins(provider: str, model: str, models: str) -> None:
    assert [ladder.models for ladder in ladders_for(KNOWLEDGE, provider, model)] == [models]


def test_a_model_on_azure_has_a_ladder_for_each_deployment_and_units_to_reserve() -> None:
    found = ladders_for(KNOWLEDGE, "azure-openai", "azure/gpt-4.1-mini")
    assert [ladder.deployment for ladder in found] == ["GlobalStandard", "DataZoneStandard", "Standard"]
    assert {unit.tokens_per_min for ladder in found for unit in ladder.reserved} == {14_900}


def test_figures_as_their_pages_have_them() -> None:
    rows = rate_tiers(KNOWLEDGE)
    scale = rows["anthropic-api/claude-opus-5/scale"]
    assert (scale.requests_per_min, scale.input_tokens_per_min, scale.output_tokens_per_min) == (
        1e4,
        1e7,
        2e6,
    )
    assert scale.cached_weight == 0
    fifth = rows["openai-api/gpt-6-astra/tier-5"]
    assert (fifth.tokens_per_min, fifth.paid_usd, fifth.usd_per_month) == (4e7, 1000, 2e5)
    azure = rows["azure-openai/gpt-5.1/globalstandard/tier-1"]
    assert (azure.requests_per_min, azure.tokens_per_min) == (10_000, 1_000_000)
    assert rows["deepseek-api/deepseek-v4-pro/account"].concurrent_requests == 500


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "tier"}, "needs a limit"),
        ({"kind": "reserved"}, "tokens a minute"),
        ({"kind": "unpublished"}, "reason"),
        ({"kind": "ask", "source": ""}, "at least 1"),
        ({"kind": "ask", "tokens_per_min": -1}, "greater than 0"),
    ],
)
def test_a_row_that_says_too_little_is_refused(change: dict[str, object], words: str) -> None:
    row = {
        "id": "a/b", "provider": "a", "models": "*", "tier": "t", "rank": 1, "requirement": "r", "source": "s",
        "read_at": "2026-11-26",
    }  # fmt: skip
    with pytest.raises(ValidationError, match=words):
        RateTier.model_validate({**row, **change})


def test_an_organisation_may_lay_its_own_quota_over_ours(tmp_path: Path) -> None:
    load.cache_clear()
    (tmp_path / "cost").mkdir()
    (tmp_path / TABLE).write_text(
        "id,tokens_per_min,read_at\nazure-openai/gpt-5.1/globalstandard/tier-1,7000000,2026-11-01\n"
    )
    row = rate_tiers(load(tmp_path))["azure-openai/gpt-5.1/globalstandard/tier-1"]
    assert row.tokens_per_min == 7_000_000
    assert row.requests_per_min == 10_000
    assert row.source.startswith("yours")
