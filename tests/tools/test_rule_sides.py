"""Whatever decides does so for one workload and not for another: rules, needs, gates, conflicts; new ones too."""

from copy import copy
from pathlib import Path

import pytest
import yaml

from knowledge import load
from tests.tools.rule_sides import AS_OF, Condition, Sides
from tools.ranking import rank
from tools.rule_index import rule_index
from tools.workload import from_mapping

GIVEN = yaml.safe_load((Path(__file__).parent / "data" / "rule_workloads.yaml").read_text(encoding="utf-8"))
ALWAYS = "true"
NIGHTLY = {"use_case": "summarisation", "processing_pattern": "batch", "teams": 3.0}
"""Nothing in it asks for a cache; whether the gateway does depends on the rate."""


@pytest.fixture(scope="module")
def sides() -> Sides:
    return Sides(load(), GIVEN["workloads"])


def missing(sides: Sides, condition: Condition) -> list[str]:
    """The sides that no workload shows; a condition that always holds has one."""
    wanted = (True,) if condition.when == ALWAYS else (True, False)
    unseen = [holds for holds in wanted if not sides.show(condition, holds)]
    return [f"{condition.id} is never {str(holds).lower()}: {condition.when}" for holds in unseen]


def changed(rule: str, **changes: object) -> tuple[Sides, Condition]:
    """A knowledge base with one rule changed, and that rule's condition."""
    knowledge = copy(load())
    knowledge.__dict__["rules"] = knowledge.rules | {rule: knowledge.rules[rule].model_copy(update=changes)}
    sides = Sides(knowledge)
    return sides, next(condition for condition in sides.conditions() if condition.id == rule)


def test_every_condition_decides_for_one_workload_and_not_for_another(sides: Sides) -> None:
    unseen = [text for condition in sides.conditions() for text in missing(sides, condition)]
    assert not unseen, "\n".join(unseen)


def test_a_rule_without_a_condition_tells_some_candidates_from_others(sides: Sides) -> None:
    index = rule_index(sides.knowledge)
    for rule in sides.knowledge.rules.values():
        if rule.when == ALWAYS:
            slots = index.slots.get(rule.slot, ()) or list(sides.knowledge.decisions.values())
            assert rule.effect in ("value", "warn"), rule.id
            assert 0 < len(rule.components) < len(slots), rule.id


@pytest.mark.parametrize(
    ("rule", "changes", "never"),
    [
        ("pgvector-dims-limit", {"when": "vector_dim > 65536"}, "true"),
        ("pgvector-dims-limit", {"when": "vector_dim > 0"}, "false"),
        ("api-third-party-terms", {"when": "api_terms_refused == 'maybe'"}, "true"),
        ("guard-graph-database", {"when": "not known(tenants)"}, "true"),
        ("cluster-guard-kubernetes", {"when": "first(gpu_count, 1) < 0"}, "true"),
        ("valkey-licence", {"components": ("garage",)}, "true"),
    ],
)
def test_a_rule_that_decides_nothing_is_found(rule: str, changes: dict[str, object], never: str) -> None:
    found = missing(*changed(rule, **changes))
    assert any(f"{rule} is never {never}" in text for text in found), found


def test_what_a_pick_requires_by_a_rule_is_in_the_stack_too(sides: Sides) -> None:
    rule = sides.knowledge.rules["serving-litellm-redis"]
    for rate, required in ((400.0, True), (300.0, False)):
        drafts = rank(from_mapping({**NIGHTLY, "request_rate_rps": rate}), sides.knowledge, AS_OF).drafts
        assert drafts
        for draft in drafts:
            gateway = draft.picks["srv.gateway"]
            assert gateway.component.id in rule.components
            assert (rule.id in gateway.moved_by) is required
            assert draft.picks.keys() >= set(rule.requires) if required else "sto.cache" not in draft.picks
