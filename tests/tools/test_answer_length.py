"""Answers of a few tokens, which classifiers and judges write: shorter ones never need more."""

import pytest

from knowledge import load
from tools.sizing import ServingDemand, cheapest_points, serving_plans

KNOWLEDGE = load()
PAIRS = [
    (model, machine)
    for model in ("Qwen3-32B", "Llama-3.1-8B", "Llama-3.3-70B", "DeepSeek-V3")
    for machine in ("H100-SXM-80GB", "L4", "MI300X")
]
LENGTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


def demand(input_tokens: float, output_tokens: float, rps: float = 5) -> ServingDemand:
    return ServingDemand(mean_rps=rps, peak_rps=rps, input_tokens=input_tokens, output_tokens=output_tokens)


@pytest.mark.parametrize("input_tokens", [100, 500, 2000, 8000, 30_000])
@pytest.mark.parametrize("rps", [0.3, 5, 60])
def test_longer_answers_never_need_fewer_accelerators(input_tokens: float, rps: float) -> None:
    points = [cheapest_points(KNOWLEDGE, demand(input_tokens, length, rps), PAIRS) for length in LENGTHS]
    for pair in zip(*points, strict=True):
        needed = [point.accelerators for point in pair if point.feasible]
        assert needed == sorted(needed), pair[0]


def test_one_token_is_there_before_a_hundred() -> None:
    one, many = (
        serving_plans(KNOWLEDGE, demand(2000, length), ["Qwen3-32B"], ["H100-SXM-80GB"])[0]
        for length in (1, 100)
    )
    assert one.e2e_mean_ms == pytest.approx(one.ttft_mean_ms + one.tpot_mean_ms)
    assert one.e2e_mean_ms < many.e2e_mean_ms / 5
    assert one.most_rps >= many.most_rps


def test_prompts_are_computed_however_short_the_answers() -> None:
    """Qwen3-32B multiplies 2 x 32.8e9 x 2,000 a prompt: an H100 with 989 TFLOP/s at 16 bit ends 15 a second at most."""
    plan = serving_plans(KNOWLEDGE, demand(2000, 1, 60), ["Qwen3-32B"], ["H100-SXM-80GB"])[0]
    per_device = plan.most_rps / plan.accelerators
    assert 0.4 < per_device / 15.1 < (2 if plan.precision == "fp8" else 1)
