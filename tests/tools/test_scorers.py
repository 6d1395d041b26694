"""Candidates, trees and features reach the cores and the time of a model that scores them."""

from datetime import date
from typing import Any

import pytest

from knowledge import load
from knowledge.errors import InputRefused
from tools.assess import assess
from tools.assessment import Stack
from tools.compute.other import choose_classical
from tools.registered.encoders import ClassicalSizing
from tools.registry import run_tool
from tools.sizing import Scoring, feature_latency_p99_ms, size_classical, size_scorer, tree_row_us
from tools.sizing.encoders import ClassicalPlan
from tools.workload import from_mapping

KNOWLEDGE = load()
AS_OF = date(2026, 11, 26)
RANKING = {
    "use_case": "recommendation", "peak_rate_rps": 5000.0, "e2e_latency_ms": 20.0, "latency_percentile": 99.0,
}  # fmt: skip


def on_processors(**stated: Any) -> Stack:
    stacks = assess(from_mapping({**RANKING, **stated}), KNOWLEDGE, date(2026, 11, 25)).stacks
    return next(stack for stack in stacks if stack.deployment.startswith("cpu"))


def test_one_row_of_an_unknown_model_is_the_plain_rate() -> None:
    assert size_scorer(KNOWLEDGE, 5000, Scoring()).plan == size_classical(KNOWLEDGE, 5000)


def test_rows_trees_and_features_take_cores() -> None:
    base = Scoring(rows=50, trees=300, features=150)

    def cores(scoring: Scoring) -> float:
        return size_scorer(KNOWLEDGE, 5000, scoring).plan.cores.typical

    plain = size_classical(KNOWLEDGE, 5000).cores.typical
    rows, values = 5000 * 50 / 1e6, 5000 * 50 * 150 * 17.5 / 1e6
    row = tree_row_us(KNOWLEDGE, 300, columns=150).typical
    assert cores(base) == pytest.approx(plain + rows * row + values)
    for more in (base._replace(rows=500), base._replace(trees=3000), base._replace(features=1500)):
        assert cores(more) > cores(base)


def test_a_compiled_feature_server_where_python_misses_the_limit() -> None:
    scoring = Scoring(rows=50, trees=300, features=150)
    slow = size_scorer(KNOWLEDGE, 5000, scoring, limit_ms=1000)
    quick = size_scorer(KNOWLEDGE, 5000, scoring, limit_ms=20)
    assert (slow.compiled, quick.compiled) == (False, True)
    assert slow.features_p99_ms == feature_latency_p99_ms(KNOWLEDGE, 50, 150)
    assert quick.features_p99_ms == feature_latency_p99_ms(KNOWLEDGE, 50, 150, compiled=True)
    assert quick.plan.cores.typical < slow.plan.cores.typical


def test_inside_its_caller_the_trees_count_alone() -> None:
    sized = size_scorer(KNOWLEDGE, 300_000, Scoring(trees=500, in_process=True))
    assert sized.features_p99_ms is None
    assert sized.plan.latency_ms.typical == pytest.approx(tree_row_us(KNOWLEDGE, 500).typical / 1e3)


def test_advice_counts_the_candidates_and_says_that_a_limit_is_missed() -> None:
    one, some, many = (
        on_processors(),
        on_processors(candidates_per_request=50.0, features_per_item=150.0),
        on_processors(candidates_per_request=1000.0, features_per_item=150.0),
    )
    nodes = [stack.estimates["replicas"].typical for stack in (one, some, many)]
    assert nodes[0] < nodes[1] < nodes[2] / 5
    assert some.estimates["e2e_ms_p99"].typical > 20
    assert any("at p99, your limit is 20 ms" in text for text in some.violations)
    assert not one.violations
    assert {stack.estimates[name].kind for stack in (one, some) for name in ("replicas", "e2e_ms_p95")} == {
        "assumed"
    }


def test_trees_inside_their_caller_take_microseconds() -> None:
    given = {"peak_rps": 20_000, "trees": 500, "features": 50}
    inside = run_tool("size-classical", {**given, "in_process": True}, KNOWLEDGE, AS_OF)
    served = run_tool("size-classical", given, KNOWLEDGE, AS_OF)
    assert isinstance(inside, ClassicalPlan)
    assert isinstance(served, ClassicalPlan)
    assert inside.latency_ms.high < 0.2 < served.latency_ms.low
    assert inside.cores.typical < served.cores.typical
    with pytest.raises(InputRefused, match="in_process needs trees"):
        run_tool("size-classical", {"peak_rps": 20_000, "in_process": True}, KNOWLEDGE, AS_OF)


def test_processors_of_a_classical_model_are_paid() -> None:
    values = {"mean_rps": 500.0, "peak_rps": 3000.0, "model_trees": 500, "features_per_item": 120}
    rented = choose_classical(KNOWLEDGE, values, "cpu-cloud", ("aws",))
    assert rented.vcpus == 8 * rented.replicas
    assert rented.usd_month is not None
    assert 20 < rented.usd_month / rented.vcpus < 60


def test_the_time_of_reading_features_is_shown_and_added() -> None:
    def sized(**given: Any) -> ClassicalSizing:
        found = run_tool("size-classical", {"peak_rps": 1000, **given}, KNOWLEDGE, AS_OF)
        assert isinstance(found, ClassicalSizing)
        return found

    many = {"rows": 500, "trees": 300, "features": 100}
    served, quick = sized(**many), sized(**many, latency_limit_ms=200)
    for found, server in ((served, "python"), (quick, "java or go")):
        assert found.features_p99_ms is not None
        assert found.feature_server == server
        total = found.latency_ms.typical + found.features_p99_ms.typical
        assert found.total_latency_ms.typical == pytest.approx(total)
    assert served.total_latency_ms.typical > 800 > 200 > quick.total_latency_ms.typical
    assert quick.cores.typical < served.cores.typical
    plain, inside = sized(), sized(trees=500, in_process=True)
    assert (plain.features_p99_ms, plain.total_latency_ms) == (None, plain.latency_ms)
    assert inside.features_p99_ms is not None
    assert inside.total_latency_ms.typical == inside.latency_ms.typical


@pytest.mark.parametrize(
    ("limit_ms", "more", "words"),
    [
        (1, {}, "missed: "),
        (1e-3, {"in_process": True}, "missed: "),
        (200, {}, "may be missed: "),
        (900, {}, ""),
        (2000, {}, ""),
    ],
)
def test_a_limit_that_the_answer_misses_is_told(limit_ms: float, more: dict[str, Any], words: str) -> None:
    given = {
        "peak_rps": 1000,
        "rows": 500,
        "trees": 300,
        "features": 100,
        "latency_limit_ms": limit_ms,
        **more,
    }
    found = run_tool("size-classical", given, KNOWLEDGE, AS_OF)
    assert isinstance(found, ClassicalSizing)
    assert found.latency_limit.startswith(words)
    assert bool(found.latency_limit) is bool(words)
    assert (found.total_latency_ms.high > limit_ms) is bool(words)
    assert (found.total_latency_ms.typical > limit_ms) is (words == "missed: ")


def test_the_whole_answer_decides_on_the_feature_server() -> None:
    """Reading the features alone would keep 900 ms in Python, model and features together don't."""
    scoring = Scoring(rows=500, trees=300, features=100)
    slow = feature_latency_p99_ms(KNOWLEDGE, 500, 100).typical
    plan = size_scorer(KNOWLEDGE, 1000, scoring).plan
    assert slow < 900 < slow + plan.latency_ms.typical
    assert size_scorer(KNOWLEDGE, 1000, scoring, limit_ms=900).compiled


def test_what_a_compiled_feature_server_would_save_is_told_where_python_was_sized() -> None:
    given = {"peak_rps": 2000, "rows": 500, "trees": 300, "features": 100}
    slow = run_tool("size-classical", given, KNOWLEDGE, AS_OF).model_dump()
    quick = run_tool("size-classical", given | {"latency_limit_ms": 200}, KNOWLEDGE, AS_OF).model_dump()
    assert (slow["feature_server"], quick["feature_server"]) == ("python", "java or go")
    assert f"{quick['nodes']} nodes" in slow["alternative"]
    assert quick["alternative"] == ""
    assert run_tool("size-classical", {"peak_rps": 20}, KNOWLEDGE, AS_OF).model_dump()["alternative"] == ""
