"""Relaxations are ways out: each keeps every limit that is left, and gives up only what has to give."""

import re
from datetime import date

import pytest

from knowledge import load
from tools.assess import assess
from tools.assessment import Assessment
from tools.limits import COST
from tools.workload_file import workload_of

AS_OF = date(2026, 11, 24)
KNOWLEDGE = load()
DEMAND: dict[str, object] = {"use_case": "summarisation", "request_rate_rps": 0.25, "input_tokens": 2000}
SCORING: dict[str, object] = {"use_case": "tabular_scoring", "request_rate_rps": 50, "deployment": ["cloud"]}


def assessed(content: dict[str, object]) -> Assessment:
    return assess(workload_of(content, "test", KNOWLEDGE), KNOWLEDGE, AS_OF)


def told_budget(text: str) -> float:
    found = re.search(r"a budget of about ([\d,.]+) USD", text)
    assert found is not None, text
    return float(found.group(1).replace(",", ""))


@pytest.mark.parametrize(
    "content",
    [{**DEMAND, "budget_usd_month": 20, "e2e_latency_ms": 20000}, {**SCORING, "budget_usd_month": 500}],
)
def test_only_a_higher_budget_helps_where_only_the_budget_is_broken(content: dict[str, object]) -> None:
    assessment = assessed(content)
    assert assessment.winner is not None
    assert assessment.winner.violations
    assert {item.field for item in assessment.relaxations} == {"budget_usd_month"}
    budget = float(str(content["budget_usd_month"]))
    cost = told_budget(assessment.relaxations[0].text)
    assert budget < cost <= assessment.winner.estimates[COST].typical * 1.01


def test_nothing_is_relaxed_where_nothing_is_broken() -> None:
    assert not assessed(DEMAND).relaxations
    assert not assessed({**SCORING, "budget_usd_month": 50_000}).relaxations


def test_no_budget_below_the_present_one_is_offered_for_another_limit() -> None:
    assessment = assessed({**DEMAND, "budget_usd_month": 50_000, "e2e_latency_ms": 120})
    assert assessment.winner is None or assessment.winner.violations
    assert assessment.relaxations
    for item in assessment.relaxations:
        assert item.field != "budget_usd_month"
        assert "a budget of" not in item.text


def test_limits_that_only_give_way_together_are_told_together() -> None:
    assessment = assessed({**DEMAND, "request_rate_rps": 100, "budget_usd_month": 50, "e2e_latency_ms": 120})
    assert assessment.relaxations
    text = assessment.relaxations[0].text
    assert "instead of 50" in text
    assert "instead of 120" in text


def test_a_stack_within_the_limits_comes_before_one_beyond_them() -> None:
    assessment = assessed({**DEMAND, "budget_usd_month": 300, "e2e_latency_ms": 3000})
    broken = [bool(stack.violations) for stack in assessment.stacks]
    assert broken == sorted(broken)
