"""What is remembered of one workload's scores must not answer for another that differs in what they read."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from knowledge import Knowledge, load
from tools import scoring
from tools.assess import assess
from tools.rule_index import ALWAYS_READ, Truths, rule_index
from tools.workload import from_mapping

TODAY = date(2026, 11, 26)
WORKLOADS: tuple[dict[str, Any], ...] = (
    {"use_case": "extraction", "residency": ["IN", "JP"], "api_terms_refused": "yes"},
    {"use_case": "rag", "users_total": 200, "compliance": ["hipaa"], "existing_cloud": ["aws"]},
    {"use_case": "agent", "licence_policy": "permissive_only", "residency": ["DE"], "team_size": 2},
)


class Recorded(dict[str, Any]):
    """Values that note which of them are read."""

    names: set[str]

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self.names.add(key)
        return super().__getitem__(key)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


@pytest.fixture
def forgotten() -> Iterator[None]:
    rule_index.cache_clear()
    yield
    rule_index.cache_clear()


@pytest.mark.usefixtures("forgotten")
def test_the_key_of_a_standing_names_every_value_it_reads(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: set[str] = set()
    standing = scoring._standing

    def recording(component: Any, slot: str, setting: scoring.Setting, applying: Any) -> scoring.Standing:
        values = Recorded(setting.truths.values)
        values.names = names
        truths = Truths(values)
        return standing(component, slot, setting._replace(truths=truths), applying)

    monkeypatch.setattr(scoring, "_standing", recording)
    for workload in WORKLOADS:
        assess(from_mapping(workload), knowledge, TODAY)
    assert names == set(ALWAYS_READ)


@pytest.mark.parametrize("first", WORKLOADS)
def test_an_assessment_is_the_same_whatever_came_before(knowledge: Knowledge, first: dict[str, Any]) -> None:
    asked = {"use_case": "extraction", "residency": ["IN", "JP"]}
    bare = {"use_case": "extraction"}
    rule_index.cache_clear()
    alone = assess(from_mapping(asked), knowledge, TODAY)
    rule_index.cache_clear()
    for workload in (first, bare):
        assess(from_mapping(workload), knowledge, TODAY)
    assert assess(from_mapping(asked), knowledge, TODAY) == alone
