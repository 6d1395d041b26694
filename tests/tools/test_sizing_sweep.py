"""Fit, the sweep over all deployments, and what must hold of every serving figure."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge import load
from knowledge.hardware import accelerators
from knowledge.models import models
from tools.sizing import ServingDemand, cheapest_points
from tools.sizing.fit import fit_of
from tools.sizing.measured_load import MeasuredLoad
from tools.sizing.predict import predict_serving
from tools.sizing.sweep import sweep

KNOWLEDGE = load()
MODELS, MACHINES = models(KNOWLEDGE), accelerators(KNOWLEDGE)
CHAT = ServingDemand(mean_rps=5, peak_rps=15, input_tokens=2000, output_tokens=300, tpot_limit_ms=60)

FIT = [
    ("DeepSeek-V3", "B200-SXM-180GB", "fp8", 4, 9216),
    ("Llama-3-70B", "RTX-3090", "bf16", 6, 1536),
    ("Llama-3.1-405B", "H100-SXM-80GB", "fp8", 8, 2048),
    ("gpt-oss-120b", "H100-SXM-80GB", "fp4", 1, 8192),
]
"""Published runs: InferenceX (Apache-2.0), GPU-Benchmarks-on-LLM-Inference@aa72e0e, MLPerf Inference v4.1, the
model card of gpt-oss (one 80 GB device)."""
TOO_LARGE = [
    (model, machine, precision, devices, 2048)
    for model, precision, gb in (
        ("Llama-3.1-405B", "bf16", 810), ("Llama-3.1-405B", "fp8", 405), ("DeepSeek-V3", "fp8", 671),
        ("DeepSeek-V3", "fp4", 375), ("Llama-3.3-70B", "bf16", 141), ("Llama-3.3-70B", "fp8", 70.6),
        ("Qwen3-32B", "bf16", 65.5), ("gpt-oss-120b", "fp4", 65), ("Mixtral-8x7B", "bf16", 93.4),
    )
    for machine, memory in (
        ("T4", 16), ("L4", 24), ("A10G", 24), ("L40S", 48), ("A100-SXM-80GB", 80), ("H100-SXM-80GB", 80),
        ("H200-SXM-141GB", 141),
    )
    for devices in (1, 2, 4, 8)
    if memory * devices < gb
]  # fmt: skip
"""More weights than memory, whatever the engine."""


@pytest.mark.parametrize(("model", "machine", "precision", "devices", "tokens"), FIT)
def test_what_was_measured_fits(model: str, machine: str, precision: str, devices: int, tokens: int) -> None:
    assert fit_of(KNOWLEDGE, MODELS[model], MACHINES[machine], precision, devices, tokens=tokens).fits


def test_the_impossible_does_not_fit() -> None:
    assert len(TOO_LARGE) >= 40
    for model, machine, precision, devices, tokens in TOO_LARGE:
        found = fit_of(KNOWLEDGE, MODELS[model], MACHINES[machine], precision, devices, tokens=tokens)
        assert not found.fits, (model, machine, precision, devices)
        assert found.sequences == 0 or found.sequences < 1


def test_a_run_that_cannot_be_loaded_is_refused_with_the_reason() -> None:
    found = predict_serving(KNOWLEDGE, run(machine="T4", devices=1, model="Llama-3.1-405B"), "tpot_mean")
    assert found.estimate is None
    assert "fit" in found.reason


def run(
    tokens_in: float = 1024, clients: float = 32, *, machine: str = "H100-SXM-80GB", devices: int = 4,
    model: str = "Llama-3.1-70B",
) -> MeasuredLoad:  # fmt: skip
    return MeasuredLoad(
        MODELS[model], MACHINES[machine], devices, "fp8", "closed-loop concurrency",
        tokens_in, 512.0, clients, engine="vllm",
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.floats(1, 60_000), st.floats(1, 3), st.integers(1, 1024), st.booleans())
def test_a_longer_prompt_never_lowers_the_first_token(
    tokens: float, factor: float, clients: int, withheld: bool
) -> None:
    group = "H100-SXM-80GB|Llama-3-70B" if withheld else ""
    short, long = (
        predict_serving(KNOWLEDGE, run(size, clients), "ttft_mean", without_group=group).estimate
        for size in (tokens, tokens * factor)
    )
    assert short is not None
    assert long is not None
    assert long.typical >= short.typical * (1 - 1e-9)


@settings(max_examples=8, deadline=None)
@given(st.floats(10, 30_000), st.floats(1, 3))
def test_nor_that_of_a_plan(tokens: float, factor: float) -> None:
    demand = CHAT.model_copy(update={"tpot_limit_ms": None, "input_tokens": tokens})
    longer = demand.model_copy(update={"input_tokens": tokens * factor})
    short, long = sweep(KNOWLEDGE, demand), sweep(KNOWLEDGE, longer)
    same = short.feasible & long.feasible & (short.concurrency == long.concurrency)
    assert same.any()
    assert np.all(long.ttft_ms[same] >= short.ttft_ms[same] * (1 - 1e-9))


def test_at_a_fixed_deployment_replicas_never_fall_with_load() -> None:
    before = sweep(KNOWLEDGE, CHAT)
    for factor in (1.01, 1.5, 4.0, 100.0):
        more = CHAT.model_copy(
            update={"mean_rps": CHAT.mean_rps * factor, "peak_rps": CHAT.peak_rps * factor}
        )
        after = sweep(KNOWLEDGE, more)
        assert np.array_equal(after.feasible, before.feasible)
        assert np.all(after.replicas[after.feasible] >= before.replicas[before.feasible])
        before = after


def test_the_sweep_holds_every_kind_of_device_and_no_nonsense() -> None:
    found = sweep(KNOWLEDGE, CHAT)
    assert len(found.settings) > 10_000
    assert {item.accelerator.kind for item in found.settings} >= {"gpu", "tpu", "asic", "apple", "cpu"}
    for values in (found.ttft_ms, found.tpot_ms, found.concurrency, found.accelerators[found.feasible]):
        assert np.all(np.isfinite(values))
        assert np.all(values > 0)


def test_the_sweep_agrees_with_the_cheapest_plan() -> None:
    found, pair = sweep(KNOWLEDGE, CHAT), ("Llama-3.3-70B", "H100-SXM-80GB")
    point = cheapest_points(KNOWLEDGE, CHAT, [pair])[0]
    fewest = min(
        found.accelerators[row]
        for row, item in enumerate(found.settings)
        if (item.model.key, item.accelerator.key, item.precision) == (*pair, point.precision)
    )
    assert fewest == point.accelerators


@pytest.mark.parametrize("value", [0.0, -3.0, math.nan, math.inf])
def test_nonsense_is_refused(value: float) -> None:
    with pytest.raises(ValidationError):
        ServingDemand(mean_rps=value, peak_rps=1, input_tokens=10, output_tokens=10)
    with pytest.raises(ValidationError):
        ServingDemand(mean_rps=1, peak_rps=1, input_tokens=value, output_tokens=10)
