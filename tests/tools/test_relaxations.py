"""Relaxations are ways out: each keeps every limit that is left."""

import re
from datetime import date

from knowledge import load
from tools.assess import assess
from tools.workload_file import workload_of

AS_OF = date(2026, 11, 24)
KNOWLEDGE = load()
DEMAND: dict[str, object] = {"use_case": "summarisation", "request_rate_rps": 0.25, "input_tokens": 2000}


def test_only_a_higher_budget_helps_where_only_the_budget_is_broken() -> None:
    limits = {"budget_usd_month": 20, "e2e_latency_ms": 20000}
    assessment = assess(workload_of({**DEMAND, **limits}, "test", KNOWLEDGE), KNOWLEDGE, AS_OF)
    assert assessment.winner is not None
    assert assessment.winner.violations
    assert {item.field for item in assessment.relaxations} == {"budget_usd_month"}
    told = re.search(r"about ([\d,.]+) USD", assessment.relaxations[0].text)
    assert told is not None
    cost = float(told.group(1).replace(",", ""))
    assert 20 < cost <= assessment.winner.estimates["monthly_infra_cost_usd"].typical * 1.01


def test_nothing_is_relaxed_where_nothing_is_broken() -> None:
    assessment = assess(workload_of(DEMAND, "test", KNOWLEDGE), KNOWLEDGE, AS_OF)
    assert not assessment.relaxations
