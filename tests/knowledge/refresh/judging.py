"""Asking one fake source, and what must hold when its answer is refused."""

from datetime import date
from pathlib import Path
from typing import Any

from knowledge import load
from knowledge.refresh.refreshing import Outcome, refresh
from knowledge.snapshots import current_snapshot
from tests.knowledge.refresh.fake_sources import (
    BASE,
    FakeSources,
    Reply,
)

TODAY = date(2026, 11, 26)
SOURCES = ("ecb", "llm", "aws", "azure", "gcp", "cncf", "lfai", "eol", "releases")


def outcome(fake: FakeSources, cache: Path, source: str, accepted: bool = False, **changes: Any) -> Outcome:
    chosen = frozenset({source} if accepted else ())
    (found,) = refresh(BASE, cache, fake.sources(source, **changes), TODAY, accepted=chosen).outcomes
    return found


def refused(fake: FakeSources, cache: Path, source: str, *words: str, **changes: Any) -> Outcome:
    """The source's refusal; nothing is stored, and what we hold is used."""
    found = outcome(fake, cache, source, **changes)
    assert found.state == "refused", found
    assert found.hint.rstrip(".")
    for word in words:
        assert word in f"{found.message} {found.hint}"
    assert current_snapshot(cache) is None
    assert load(None, current_snapshot(cache)).hash == BASE.hash
    return found


def sound(fake: FakeSources, source: str) -> Reply:
    """What the source answers to its first question."""
    asked = {
        "azure": "%24filter=armRegionName eq 'eastus' and (armSkuName eq 'Standard_NV36ads_A10_v5')",
        "eol": "apache-kafka",
        "releases": "apache/kafka",
    }
    return fake.answers[source](asked.get(source, ""))
