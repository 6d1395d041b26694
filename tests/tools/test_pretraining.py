"""Booked hours of pre-training against published totals, and devices that nobody measured."""

from statistics import geometric_mean

import pytest

from knowledge import load
from knowledge.hardware import accelerators
from knowledge.training_data import pretraining_totals, training_runs
from tools.sizing import TrainingPlan, size_training
from tools.sizing.predict_training import TrainingLoad, predict_time_to_train, published_on, reached
from tools.sizing.pretraining import booked_share
from tools.sizing.training import TrainingMode

KNOWLEDGE = load()
MACHINES = accelerators(KNOWLEDGE)
UNMEASURED = ("T4", "L4", "MI300X", "Trainium2", "RTX-4090", "Apple-M4 Max 40-Core")
MODES: tuple[TrainingMode, ...] = ("pretrain", "finetune_full", "lora", "qlora")


def plan(key: str, mode: TrainingMode = "finetune_full") -> TrainingPlan:
    return size_training(KNOWLEDGE, 7, 1e12, key, mode=mode)


@pytest.mark.parametrize(
    ("params_b", "active_b", "tokens", "hours"),
    [
        (8.03, None, 15e12, 1.46e6),
        (70.6, None, 15e12, 7e6),
        (405, None, 15.6e12, 30.84e6),
        (671, 37, 14.8e12, 2.664e6),
        (109, 17, 40e12, 5e6),
    ],
)
def test_published_totals_on_h100_lie_in_the_interval(
    params_b: float, active_b: float | None, tokens: float, hours: float
) -> None:
    """Llama 3.1 8B, 70B and 405B, DeepSeek-V3 (H800, which computes as fast), Llama 4 Scout."""
    found = size_training(KNOWLEDGE, params_b, tokens, "H100-SXM-80GB", active_b=active_b)
    assert found.gpu_hours.low <= hours <= found.gpu_hours.high
    assert found.evidence.startswith("Published totals of pre-training")


def test_most_published_totals_lie_in_their_interval() -> None:
    inside = 0
    for total in pretraining_totals(KNOWLEDGE):
        params_b = total.active_b * (10 if total.kind == "moe" else 1)
        found = size_training(
            KNOWLEDGE, params_b, total.tokens, total.accelerator, active_b=total.active_b
        ).gpu_hours
        inside += found.low <= total.hours <= found.high
    assert 0.8 <= inside / len(pretraining_totals(KNOWLEDGE)) < 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("key", UNMEASURED)
def test_nothing_unmeasured_is_above_the_slowest_measured_and_its_interval_is_wider(
    key: str, mode: TrainingMode
) -> None:
    unknown, known = plan(key, mode).mfu, plan("H100-SXM-80GB", mode).mfu
    assert unknown.kind == "assumed"
    benchmark = reached(KNOWLEDGE, TrainingLoad(MACHINES["H100-SXM-80GB"], 7, "", precision="bf16"))
    limit = benchmark.share_pct if mode != "pretrain" else benchmark.share_pct * 0.75
    assert unknown.typical <= limit + 1e-9
    assert unknown.high / unknown.low > known.high / known.low


def test_both_ends_of_an_unmeasured_device_hold_its_own_width_and_that_of_the_step_to_booked_hours() -> None:
    load = TrainingLoad(MACHINES["T4"], 7, "", precision="bf16")
    found, booked = reached(KNOWLEDGE, load), booked_share(KNOWLEDGE, load)
    assert found.basis == "slowest"
    assert booked.low_pct < booked.typical_pct * found.low, "wider than the device's own width alone"
    assert booked.high_pct > booked.typical_pct * found.high


def test_a_device_takes_after_measured_ones_of_its_generation() -> None:
    found = reached(KNOWLEDGE, TrainingLoad(MACHINES["A100-PCIe-80GB"], 7, "", precision="bf16"))
    assert (found.basis, found.device) == ("kin", "A100-SXM-40GB, A100-SXM-80GB")
    assert "of the same generation" in plan("A100-PCIe-80GB").evidence


def test_a_mixture_of_experts_takes_after_no_generation() -> None:
    """B300 and GB300 are of one generation, and B300 has no dense run of its own: only dense models follow kin."""
    dense = TrainingLoad(MACHINES["B300"], 7, "", precision="fp8")
    sparse = TrainingLoad(MACHINES["GH200"], 7, "", True, "fp8")
    assert reached(KNOWLEDGE, dense).device == "GB300"
    assert reached(KNOWLEDGE, sparse).basis == "slowest"


def test_the_interval_of_an_unmeasured_device_holds_most_runs_of_a_device_left_out() -> None:
    """Every device in turn: the slowest of the others stands for it, with the published width."""
    width = reached(KNOWLEDGE, TrainingLoad(MACHINES["T4"], 7, "", precision="bf16"))
    inside = []
    for run in training_runs(KNOWLEDGE):
        others: dict[str, list[float]] = {}
        for other in training_runs(KNOWLEDGE):
            alike = (other.kind, other.precision) == (run.kind, run.precision)
            if alike and other.accelerator != run.accelerator:
                others.setdefault(other.accelerator, []).append(other.share_pct)
        if others:
            slowest = min(geometric_mean(shares) for shares in others.values())
            inside.append(width.low * slowest <= run.share_pct <= width.high * slowest)
    assert sum(inside) / len(inside) >= 0.8


def test_runs_of_unstated_precision_do_not_count_as_16_bit() -> None:
    """No device reaches 60 % of its 16-bit peak in 16 bit but TPUs: such a figure is an 8-bit run."""
    wide = [run for run in training_runs(KNOWLEDGE) if run.precision == "bf16"]
    assert all(run.share_pct < 60 for run in wide if not run.accelerator.startswith("TPU"))


def test_a_time_to_train_is_wider_where_the_device_is_unmeasured() -> None:
    def width(key: str) -> float:
        load = TrainingLoad(MACHINES[key], 8.0, "Llama-3-8B", precision="fp8")
        found = predict_time_to_train(KNOWLEDGE, load, 8, batch=32).estimate
        assert found is not None
        return found.high / found.low

    assert published_on(KNOWLEDGE, TrainingLoad(MACHINES["H100-SXM-80GB"], 8, "", precision="fp8"))
    assert width("H100-SXM-80GB") == pytest.approx(1.55 / 0.75)
    assert width("MI300X") > 1.2 * width("H100-SXM-80GB")
