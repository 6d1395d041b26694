"""Devices of a kind that nobody measured have wider intervals, and the sentence cites the errors of such kinds."""

import pytest

from knowledge import load
from knowledge.hardware import accelerators
from knowledge.sizing_data import coefficients, constant
from tools.sizing import ServingDemand, ServingPlan, serving_plans
from tools.sizing.kinds import kind_measured, mean_error, widened

KNOWLEDGE = load()
MACHINES = accelerators(KNOWLEDGE)
LIGHT = ServingDemand(mean_rps=0.01, peak_rps=0.01, input_tokens=1000, output_tokens=200, precision="bf16")
SERVERS = ("H100-SXM-80GB", "B200-SXM-180GB", "GB200", "H200-NVL-141GB")
UNSEEN = ("T4", "A100-SXM-80GB", "L40S", "Trainium2", "Gaudi3", "TPU-v5e", "CPU-EPYC-9554-64c", "MI300X")


def plan(machine: str, model: str = "Llama-3.1-8B", **changes: object) -> ServingPlan:
    return serving_plans(KNOWLEDGE, LIGHT.model_copy(update=changes), [model], [machine])[0]


def width(found: ServingPlan, metric: str = "tpot_ms") -> float:
    estimate = getattr(found.at(50.0), metric)
    return float(estimate.high / estimate.low)


@pytest.mark.parametrize("machine", UNSEEN)
def test_kinds_that_nobody_measured_have_wider_intervals_and_another_error(machine: str) -> None:
    found = plan(machine)
    assert width(found) > 1.3 * width(plan("H200-SXM-141GB", "Qwen3-8B")), (
        "an unseen pair of a kind that is known"
    )
    assert "a whole generation or maker was left out" in found.evidence
    assert f"{100 * constant(KNOWLEDGE, 'unseen_device', 'tpot_error').value:.0f} %" in found.evidence
    assert f"{100 * coefficients(KNOWLEDGE, 'served').mape:.0f} % for the time" not in found.evidence


def test_rates_are_as_wide_as_times() -> None:
    found = plan("Trainium2")
    assert found.decode_tokens_per_s.high / found.decode_tokens_per_s.low == pytest.approx(
        width(found), rel=0.4
    )
    assert found.decode_tokens_per_s.high / found.decode_tokens_per_s.low > 2.5


@pytest.mark.parametrize("machine", SERVERS)
def test_kinds_that_were_measured_keep_theirs(machine: str) -> None:
    spread = (0.8, 1.3)
    assert widened(KNOWLEDGE, spread, MACHINES[machine], "served") == spread
    assert mean_error(KNOWLEDGE, MACHINES[machine], "served") == coefficients(KNOWLEDGE, "served").mape
    assert "left out" not in plan(machine, "Qwen3-8B").evidence


def test_a_kind_is_measured_for_the_figure_that_was_measured() -> None:
    apple = MACHINES["Apple-M2 Ultra 76-Core GPU 192GB"]
    assert kind_measured(KNOWLEDGE, apple, "single_stream")
    assert not kind_measured(KNOWLEDGE, apple, "served")
    assert not kind_measured(KNOWLEDGE, MACHINES["MI300X"], "served")
    assert kind_measured(KNOWLEDGE, MACHINES["MI300X"], "open_ttft")
    assert not kind_measured(KNOWLEDGE, MACHINES["CPU-EPYC-9554-64c"], "open_ttft"), (
        "the same maker, another form"
    )
    assert "no first token on a device of this kind" in plan(apple.key).evidence
    assert "of one stream" in plan(apple.key).evidence
    assert width(plan("MI300X"), "ttft_ms") < width(plan("Trainium2"), "ttft_ms")


def test_widening_never_narrows() -> None:
    assert widened(KNOWLEDGE, (0.1, 9.0), MACHINES["T4"], "served") == (0.1, 9.0)


def test_published_runs_scale_an_estimate_and_dont_make_it_measured() -> None:
    found = plan(
        "H200-SXM-141GB", "DeepSeek-V3", precision="fp8", mean_rps=1.0, peak_rps=1.0, output_tokens=300
    )
    assert found.basis == "scaled"
    assert "the first token is computed for random arrivals" in found.evidence
    assert plan("T4").basis == "roofline"
