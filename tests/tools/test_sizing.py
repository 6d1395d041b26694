"""Model serving: golden sizes, limits that nothing can beat, and what must never shrink."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import load
from knowledge.hardware import accelerators
from knowledge.measured import measured_runs
from knowledge.models import models
from knowledge.sizing_data import coefficients
from tools.sizing import PlanPoint, ServingDemand, cheapest_points, serving_plans
from tools.sizing.memory import cache_gb, precisions
from tools.sizing.options import options
from tools.sizing.predict import MeasuredLoad, predict_serving
from tools.sizing.queueing import erlang_c, percentile_ratio, staffed
from tools.sizing.runs import Setting, stack
from tools.sizing.serving_model import step_bound_ms, tpot_ms
from tools.sizing.weights import weights_gb

KNOWLEDGE = load()
MODELS = models(KNOWLEDGE)
MACHINES = accelerators(KNOWLEDGE)
CHAT = ServingDemand(
    mean_rps=5, peak_rps=15, input_tokens=2000, output_tokens=300, ttft_limit_ms=2000, tpot_limit_ms=60
)

AICONFIGURATOR = """model,accelerator,precision,rps,input,output,ttft,tpot,gpus,step
Llama-3.1-8B,L40S,bf16,5,1000,250,1000,50,2,1
Llama-3.1-8B,A100-SXM-80GB,bf16,20,1000,250,1000,50,3,1
Llama-3.1-8B,H100-SXM-80GB,bf16,20,1000,250,1000,50,1,1
Llama-3.1-70B,H100-SXM-80GB,bf16,5,2000,300,1000,50,8,4
Llama-3.1-70B,H200-SXM-141GB,bf16,5,2000,300,1000,50,4,4
Llama-3.1-70B,A100-SXM-80GB,bf16,5,2000,300,2000,80,12,4
Llama-3.1-70B,H100-SXM-80GB,fp8,5,2000,300,1000,50,4,2
Qwen3-32B,H200-SXM-141GB,fp8,50,4000,500,2000,30,28,2
Qwen3-32B,H100-SXM-80GB,bf16,10,4000,500,2000,30,12,4
gpt-oss-120b,H100-SXM-80GB,,20,2000,500,1000,30,4,4
DeepSeek-V3,H200-SXM-141GB,fp8,10,4000,1000,3000,50,40,8
Qwen3-30B-A3B,H100-SXM-80GB,bf16,20,2000,500,1000,30,4,2
"""
"""Answers of AIConfigurator 0.12 (Apache-2.0) for the same loads: devices, and devices of one replica."""


def one(demand: ServingDemand, model: str = "Llama-3.3-70B", machine: str = "H100-SXM-80GB") -> PlanPoint:
    return cheapest_points(KNOWLEDGE, demand, [(model, machine)])[0]


@pytest.mark.parametrize(
    ("model", "precision", "gb"),
    [("DeepSeek-V3", "fp8", 671), ("Mistral-7B", "bf16", 14.5), ("Llama-3.1-70B", "bf16", 141)],
)
def test_weights(model: str, precision: str, gb: float) -> None:
    assert weights_gb(KNOWLEDGE, MODELS[model], precision) == pytest.approx(gb, rel=0.01)


@pytest.mark.parametrize(
    ("model", "bytes_per_token"),
    [("Llama-3.1-8B", 131072), ("Llama-2-7B", 524288), ("DeepSeek-V3", 70272)],
)
def test_cache_of_grouped_full_and_latent_attention(model: str, bytes_per_token: int) -> None:
    assert cache_gb(KNOWLEDGE, MODELS[model], "bf16", 1000, 10) == pytest.approx(bytes_per_token * 1e4 / 1e9)


def test_sliding_windows_stop_growing() -> None:
    model = MODELS["gpt-oss-120b"]
    short, long = model.cache_bytes(128), model.cache_bytes(10_128)
    assert long - short == pytest.approx(10_000 * (model.kv_bytes_per_token or 0))


def test_precision_follows_what_the_device_multiplies() -> None:
    llama = MODELS["Llama-3.3-70B"]
    assert "fp8" not in precisions(llama, MACHINES["A100-SXM-80GB"])
    assert "fp8" in precisions(llama, MACHINES["L40S"])
    assert "fp4" in precisions(llama, MACHINES["B200-SXM-180GB"])
    assert "fp4" not in precisions(llama, MACHINES["H100-SXM-80GB"])


def test_within_one_replica_of_aiconfigurator() -> None:
    near = 0
    rows = list(csv.DictReader(io.StringIO(AICONFIGURATOR)))
    for row in rows:
        rate = float(row["rps"])
        demand = ServingDemand(
            mean_rps=rate, peak_rps=rate,
            input_tokens=float(row["input"]), output_tokens=float(row["output"]),
            ttft_limit_ms=float(row["ttft"]), tpot_limit_ms=float(row["tpot"]), precision=row["precision"],
            headroom=False,
        )  # fmt: skip
        point = one(demand, row["model"], row["accelerator"])
        near += abs(point.accelerators - int(row["gpus"])) <= max(point.per_replica, int(row["step"]))
    assert near >= 10


LOADS = st.floats(0.05, 80)
PAIRS = st.sampled_from(
    [("Llama-3.1-8B", "L40S"), ("Llama-3.3-70B", "H100-SXM-80GB"), ("gpt-oss-120b", "A100-SXM-80GB")]
)


@settings(max_examples=60, deadline=None)
@given(LOADS, st.floats(1, 6), PAIRS)
def test_more_load_never_needs_fewer(rate: float, factor: float, pair: tuple[str, str]) -> None:
    less = one(CHAT.model_copy(update={"mean_rps": rate, "peak_rps": rate}), *pair)
    more = one(CHAT.model_copy(update={"mean_rps": rate * factor, "peak_rps": rate * factor}), *pair)
    assert more.accelerators >= less.accelerators


@settings(max_examples=60, deadline=None)
@given(st.floats(8, 200), st.floats(1, 4), st.floats(200, 5000), PAIRS)
def test_stricter_limits_never_need_fewer(
    tpot: float, factor: float, ttft: float, pair: tuple[str, str]
) -> None:
    loose = one(
        CHAT.model_copy(update={"tpot_limit_ms": tpot * factor, "ttft_limit_ms": ttft * factor}), *pair
    )
    strict = one(CHAT.model_copy(update={"tpot_limit_ms": tpot, "ttft_limit_ms": ttft}), *pair)
    assert not strict.feasible or (loose.feasible and strict.accelerators >= loose.accelerators)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 512), st.integers(16, 8000), st.integers(1, 2000), PAIRS)
def test_nothing_is_faster_than_the_roofline(
    batch: int, tokens_in: int, out: int, pair: tuple[str, str]
) -> None:
    run = stack(KNOWLEDGE, [Setting(MODELS[pair[0]], MACHINES[pair[1]], "fp8", 8, batch, tokens_in, out)])
    assert tpot_ms(run, coefficients(KNOWLEDGE, "served").values)[0] >= step_bound_ms(run)[0]


def test_published_runs_keep_the_bound() -> None:
    by_architecture = {model.arch_key: model for model in reversed(MODELS.values())}
    runs = measured_runs(KNOWLEDGE)
    stacked = stack(
        KNOWLEDGE,
        [
            Setting(
                by_architecture[run.arch_key], MACHINES[run.accelerator], run.precision, run.devices,
                run.concurrency, run.input_tokens, run.output_tokens,
            )
            for run in runs
        ],
    )  # fmt: skip
    faster = np.mean(step_bound_ms(stacked) > 1.05 * np.array([run.tpot_ms for run in runs]))
    assert faster < 0.01


def test_redundancy_adds_a_replica() -> None:
    plain = one(CHAT)
    spare = one(CHAT.model_copy(update={"availability_pct": 99.9}))
    assert spare.replicas >= 2
    assert spare.accelerators > plain.accelerators


def test_a_shorter_batch_window_needs_more() -> None:
    night = CHAT.model_copy(update={"batch_window_h": 8.0, "mean_rps": 20.0})
    day = night.model_copy(update={"batch_window_h": 24.0})
    assert one(night).accelerators > one(day).accelerators


def test_cached_prefixes_never_cost_more() -> None:
    shared = CHAT.model_copy(update={"shared_prefix_tokens": 1800.0})
    assert one(shared).accelerators <= one(CHAT).accelerators
    assert one(shared).ttft_p95_ms < one(CHAT).ttft_p95_ms


def test_what_cannot_fit_says_so() -> None:
    point = one(CHAT, "Llama-3.1-405B", "T4")
    assert not point.feasible
    assert "fit" in point.reason
    assert not one(CHAT, "gpt-4o", "H100-SXM-80GB").feasible


def test_plans_agree_with_points_and_carry_evidence() -> None:
    plans = serving_plans(KNOWLEDGE, CHAT, ["Llama-3.3-70B", "Llama-3.1-405B"], ["H100-SXM-80GB", "T4"])
    assert [plan.feasible for plan in plans] == sorted((plan.feasible for plan in plans), reverse=True)
    plan = next(
        item for item in plans if (item.model, item.accelerator) == ("Llama-3.3-70B", "H100-SXM-80GB")
    )
    assert plan.accelerators == one(CHAT).accelerators
    assert plan.p95.ttft_ms.typical == pytest.approx(one(CHAT).ttft_p95_ms)
    assert plan.p95.tpot_ms.low < plan.p95.tpot_ms.typical < plan.p95.tpot_ms.high
    assert plan.output_tokens_per_s.typical >= CHAT.peak_rps * CHAT.output_tokens
    assert plan.evidence


@pytest.mark.parametrize("asked", [50.0, 90.0, 95.0, 99.0])
def test_a_plan_names_the_median_the_tails_and_the_percentile_asked_for(asked: float) -> None:
    demand = CHAT.model_copy(update={"percentile": asked, "ttft_limit_ms": None, "tpot_limit_ms": None})
    plan = serving_plans(KNOWLEDGE, demand, ["Llama-3.3-70B"], ["H100-SXM-80GB"])[0]
    assert [item.percentile for item in plan.latencies] == sorted({50.0, 95.0, 99.0, asked})
    assert plan.limits_percentile == asked
    for name in ("ttft", "tpot", "e2e"):
        times = [getattr(item, f"{name}_ms").typical for item in plan.latencies]
        assert times == sorted(set(times)), name
        mean = getattr(plan, f"{name}_mean_ms")
        assert times[0] < mean < times[-1]
        constant = KNOWLEDGE.files.yaml("perf/sizing.yaml")["percentiles"][f"{name}_p99_over_mean"]["value"]
        assert times[-1] >= 0.999 * mean * constant


def test_mistral_7b_on_an_h200_is_served_from_one_device() -> None:
    point = one(CHAT.model_copy(update={"mean_rps": 0.1, "peak_rps": 0.3}), "Mistral-7B", "H200-SXM-141GB")
    assert (point.accelerators, point.replicas) == (1, 1)
    assert 0 < point.utilisation < 0.2


def test_withheld_groups_change_the_prediction() -> None:
    run = next(
        run
        for run in measured_runs(KNOWLEDGE)
        if run.arch_key == "Llama-3-70B" and run.accelerator.startswith("H100")
    )
    load_ = MeasuredLoad(
        MODELS["Llama-3.1-70B"], MACHINES[run.accelerator], run.devices, run.precision,
        "closed-loop concurrency",
        run.input_tokens, run.output_tokens, run.concurrency,
    )  # fmt: skip
    seen = predict_serving(KNOWLEDGE, load_, "tpot_mean")
    unseen = predict_serving(KNOWLEDGE, load_, "tpot_mean", without_group=run.group)
    assert (seen.basis, unseen.basis) == ("measured", "roofline")
    assert seen.estimate is not None
    assert unseen.estimate is not None
    assert seen.estimate.typical != unseen.estimate.typical
    assert predict_serving(KNOWLEDGE, load_, "recall").reason


def test_published_errors_stay_within_what_the_documentation_says() -> None:
    assert coefficients(KNOWLEDGE, "served").mape <= 0.25
    assert coefficients(KNOWLEDGE, "single_stream").mape <= 0.15
    assert coefficients(KNOWLEDGE, "open_ttft").median_error <= 0.45


def test_queueing() -> None:
    assert erlang_c(1, 0.5) == pytest.approx(0.5)
    assert erlang_c(5, 5.0) == 1.0
    assert percentile_ratio(2.48, 99) == pytest.approx(2.48)
    assert percentile_ratio(2.48, 95) < 2.48
    kept = staffed(np.array([1.0, 10.0, 100.0]), 95)
    assert np.all(np.diff(kept / np.array([1.0, 10.0, 100.0])) > 0)


def test_options_are_cached_and_empty_ones_work() -> None:
    pairs = (("gpt-4o", "H100-SXM-80GB"),)
    assert len(options(KNOWLEDGE, pairs).devices) == 0
    assert options(KNOWLEDGE, pairs) is options(KNOWLEDGE, pairs)
