"""Own measurements in sizing: answered at their load, scaled near them, gone far away, never beyond the roofline."""

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from knowledge import Knowledge, load
from knowledge.own_runs import OwnRun
from knowledge.own_runs_store import StoredRuns, table_text
from knowledge.sizing_data import constant
from tools.registry import evidence_of, run_tool
from tools.sizing import ServingDemand, ServingPlan, cheapest_points, serving_plans
from tools.sizing.capacity import capacity
from tools.sizing.options import BATCHES, options
from tools.sizing.serving_model import step_bound_ms

KNOWLEDGE = load()
PAIR = ("Llama-3.3-70B", "H100-SXM-80GB")
RUN = OwnRun(
    id="run-00000001", model=PAIR[0], accelerator=PAIR[1], devices=4, precision="fp8", arrivals="open",
    input_tokens=1024, output_tokens=256, concurrency=32, tpot_ms=40, tpot_p95_ms=44, tpot_p99_ms=50, ttft_ms=400,
    ttft_p99_ms=1000, file="run.json", as_of=date(2026, 11, 20),
)  # fmt: skip
DEMAND = ServingDemand(mean_rps=3, peak_rps=3, input_tokens=1024, output_tokens=256, precision="fp8")


def base_with(*runs: OwnRun) -> Knowledge:
    return load(None, None, StoredRuns(Path("own.csv"), table_text(runs).encode()))


def speeds(knowledge: Knowledge, demand: ServingDemand = DEMAND) -> tuple[list[float], list[float]]:
    """Time per token and first token on four devices, by batch."""
    able = capacity(knowledge, options(knowledge, (PAIR,), "fp8"), demand)
    row = list(options(knowledge, (PAIR,), "fp8").devices).index(4)
    return list(able.tpot_ms[row]), list(able.ttft_ms[row])


def plan_of(knowledge: Knowledge, demand: ServingDemand = DEMAND) -> ServingPlan:
    return serving_plans(knowledge, demand, [PAIR[0]], [PAIR[1]])[0]


def test_at_the_measured_load_the_estimate_is_the_measurement() -> None:
    place = list(BATCHES).index(32)
    step, first = speeds(base_with(RUN))
    assert step[place] == pytest.approx(40, rel=1e-6)
    assert first[place] == pytest.approx(400, rel=1e-6)
    plain, _ = speeds(KNOWLEDGE)
    assert plain[place] == pytest.approx(21.9, rel=0.2)


def test_near_it_is_scaled_and_far_from_it_the_formula_stands() -> None:
    with_run, plain = np.array(speeds(base_with(RUN))[0]), np.array(speeds(KNOWLEDGE)[0])
    ratio = with_run / plain
    at = {batch: float(ratio[place]) for place, batch in enumerate(BATCHES)}
    assert 1 < at[1] < at[8] < at[16] < at[32]
    assert at[1] == pytest.approx(1, abs=0.03)
    longer = DEMAND.model_copy(update={"input_tokens": 60_000.0})
    far = np.array(speeds(base_with(RUN), longer)[0]) / np.array(speeds(KNOWLEDGE, longer)[0])
    assert far.max() < 1.03


def test_a_fuller_batch_never_looks_faster_and_nothing_beats_the_roofline() -> None:
    wild = RUN.model_copy(update={"id": "run-00000002", "concurrency": 8.0, "tpot_ms": 900.0})
    quick = RUN.model_copy(update={"id": "run-00000003", "tpot_ms": 0.01})
    for runs in ((RUN, wild), (quick,)):
        known = base_with(*runs)
        step = np.array(speeds(known)[0])
        assert (np.diff(step) >= -1e-9).all()
        found = options(known, (PAIR,), "fp8")
        row = list(found.devices).index(4)
        bound = step_bound_ms(capacity(known, found, DEMAND).run)
        assert (step >= np.broadcast_to(bound, (len(found.devices), len(BATCHES)))[row] - 1e-9).all()


def test_other_models_precisions_and_devices_of_another_kind_are_untouched() -> None:
    known = base_with(RUN)
    for pair, precision in ((PAIR, "bf16"), (("Qwen3-32B", PAIR[1]), "fp8"), ((PAIR[0], "L40S"), "fp8")):
        demand = DEMAND.model_copy(update={"precision": precision})
        assert cheapest_points(known, demand, [pair]) == cheapest_points(KNOWLEDGE, demand, [pair])


def test_a_plan_at_that_load_is_measured_cited_and_narrower() -> None:
    plain = plan_of(KNOWLEDGE)
    there = RUN.model_copy(
        update={
            "devices": plain.accelerators_per_replica,
            "concurrency": plain.concurrency,
            "ttft_ms": plain.ttft_mean_ms,
            "tpot_ms": plain.tpot_mean_ms,
            "tpot_p95_ms": 1.3 * plain.tpot_mean_ms,
            "tpot_p99_ms": None,
        }
    )
    plan = plan_of(base_with(there))
    assert (plan.accelerators, plan.basis) == (plain.accelerators, "measured")
    assert plan.p95.tpot_ms.kind == plan.p95.ttft_ms.kind == plan.p95.e2e_ms.kind == "measured"
    assert plan.p95.tpot_ms.typical == pytest.approx(1.3 * plain.tpot_mean_ms, rel=0.02)
    assert plan.p95.tpot_ms.evidence == (there.evidence_id,)
    assert plan.evidence.startswith("Your measurement of 2026-11-20, run.json: Llama-3.3-70B on ")
    assert plan.p95.tpot_ms.high / plan.p95.tpot_ms.low < 0.8 * plain.p95.tpot_ms.high / plain.p95.tpot_ms.low
    assert plan.output_tokens_per_s.kind == "estimated"
    assert plan.output_tokens_per_s.evidence == (there.evidence_id,)


def test_a_plan_at_another_load_says_that_it_is_scaled_or_cites_nothing() -> None:
    plain = plan_of(KNOWLEDGE)
    near = RUN.model_copy(
        update={
            "devices": plain.accelerators_per_replica,
            "concurrency": plain.concurrency * 1.8,
            "tpot_ms": plain.tpot_mean_ms,
        }
    )
    plan = plan_of(base_with(near))
    assert (plan.p95.tpot_ms.kind, plan.p95.tpot_ms.formula) == ("estimated", "serving_scaled_to_own")
    assert plan.p95.tpot_ms.evidence == (near.evidence_id,)
    assert plan.basis == "scaled"
    far = RUN.model_copy(update={"input_tokens": 60_000.0, "output_tokens": 4_000.0})
    assert plan_of(base_with(far)).p95.tpot_ms.evidence == ()


def test_the_tool_shows_the_measurement_as_evidence() -> None:
    arguments = {"models": PAIR[0], "accelerators": PAIR[1], "mean_rps": 3, "input_tokens": 1024, "output_tokens": 256,
                 "precision": "fp8"}  # fmt: skip
    known = base_with(RUN.model_copy(update={"devices": 2, "concurrency": 12.0}))
    (item,) = evidence_of(run_tool("size-llm-serving", arguments, known, date(2026, 11, 26)), known)
    assert (item.id, item.kind, item.tier, item.source) == (
        "measurement/run-00000001",
        "measurement",
        "U",
        "run.json",
    )
    assert item.as_of == "2026-11-20"
    assert item.values["tpot_ms"] == 40


def test_offline_throughput_scales_batch_work_alone() -> None:
    offline = OwnRun(
        id="run-00000004", model=PAIR[0], accelerator=PAIR[1], devices=4, precision="fp8", arrivals="offline",
        input_tokens=1024, output_tokens=256, output_tokens_per_s=1500, file="t.json", as_of=date(2026, 11, 20),
    )  # fmt: skip
    known = base_with(offline)
    assert speeds(known) == speeds(KNOWLEDGE)
    batch = DEMAND.model_copy(update={"batch": True})
    assert speeds(known, batch)[0][-1] > 1.05 * speeds(KNOWLEDGE, batch)[0][-1]


def test_a_whole_answer_alone_tells_the_time_per_token() -> None:
    whole = RUN.model_copy(update={"tpot_ms": None, "tpot_p95_ms": None, "tpot_p99_ms": None, "ttft_ms": None,
                                   "ttft_p99_ms": None, "e2e_ms": 10_400.0, "arrivals": "closed"})  # fmt: skip
    place = list(BATCHES).index(32)
    step, first = speeds(base_with(whole))
    assert first[place] + step[place] * 256 == pytest.approx(10_400, rel=1e-3)


def checker() -> ModuleType:
    path = Path(__file__).parents[2] / "scripts" / "check_calibration.py"
    spec = importlib.util.spec_from_file_location("check_calibration", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_scaling_makes_published_runs_better_predicted_when_each_is_left_out() -> None:
    """The reason why estimates are scaled at all; the intervals are the ends of these errors."""
    script = checker()
    bench = script.bench_of(KNOWLEDGE)
    for name, figure in (("time per token", "tpot_error"), ("first token", "ttft_error")):
        logs = bench.logs[name]
        plain = np.abs(np.exp(-logs) - 1)
        one = np.abs(np.exp(script.left_out(KNOWLEDGE, bench, logs, 1)) - 1)
        errors = script.left_out(KNOWLEDGE, bench, logs)
        others = np.abs(np.exp(errors) - 1)
        assert np.median(one) < 0.9 * np.median(plain)
        assert one.mean() < plain.mean()
        assert np.median(others) < 0.5 * np.median(plain)
        low, _, high = constant(KNOWLEDGE, "calibrated", figure).interval
        assert tuple(np.exp(np.quantile(-errors, script.ENDS))) == pytest.approx((low, high), abs=0.002)
