"""Rules held against workloads that were written from their texts, without a look at their conditions."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge import Knowledge
from knowledge.records import Rule
from tests.tools.rule_sides import AS_OF, Side, Sides
from tools.ranking import Ranking, rank
from tools.rule_index import DECISION_SLOTS
from tools.workload_file import workload_of

CASES = yaml.safe_load((Path(__file__).parent / "data" / "rule_cases.yaml").read_text(encoding="utf-8"))
KEEPING_OUT = {"exclude", "require", "guard"}
KNOWN_BY_NONE = 20
"""Rules that bar, warn or guard whose texts say nothing of when: what they tell is true for everybody."""


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


def acts(rule: Rule, workload: dict[str, Any], knowledge: Knowledge) -> bool:
    """Whether a candidate says that the rule moved, barred or cautioned it."""
    return Side(rule.id, True) in set(Sides(knowledge).shown_by(workload))


def keeps_out(rule: Rule, ranking: Ranking) -> bool:
    """Whether none of its components is in a stack, by whatever rule or because nothing needs the slot."""
    if rule.slot in DECISION_SLOTS.values():
        return all(draft.strategy.option.id not in rule.components for draft in ranking.drafts)
    candidates = (item for draft in ranking.drafts for item in draft.ranked.get(rule.slot, ()))
    return all(item.barrier is not None for item in candidates if item.component.id in rule.components)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["rule"]))
def test_a_rule_acts_where_its_text_says_so_and_nowhere_else(
    case: dict[str, Any], knowledge: Knowledge
) -> None:
    rule = knowledge.rules[case["rule"]]
    ranking = rank(workload_of(case["inside"], "case", knowledge), knowledge, AS_OF)
    kept_out = rule.effect in KEEPING_OUT and keeps_out(rule, ranking)
    assert acts(rule, case["inside"], knowledge) or kept_out, case["why"]
    assert not acts(rule, case["outside"], knowledge), case["why"]


def test_most_rules_that_bar_or_warn_have_such_workloads(knowledge: Knowledge) -> None:
    telling = {rule.id for rule in knowledge.rules.values() if rule.effect != "value"}
    assert len(telling - {case["rule"] for case in CASES}) <= KNOWN_BY_NONE
