"""Memory of a training run by mode, and what it asks of its storage, against published runs."""

import pytest

from knowledge import load
from tools.sizing import size_training
from tools.sizing.checkpoints import checkpoint_tb, checkpoint_write_gb_s
from tools.sizing.training import TrainingMode, TrainingPlan

KNOWLEDGE = load()

ON_ONE_A10G: tuple[tuple[str, float, TrainingMode, bool], ...] = (
    ("falcon-7b", 7.22, "lora", True),
    ("gemma-2b", 2.51, "lora", True),
    ("gemma-7b", 8.54, "lora", False),
    ("gemma-7b", 8.54, "qlora", True),
    ("gemma2-9b", 9.24, "lora", False),
    ("gemma2-9b", 9.24, "qlora", True),
    ("llama-2-7b", 6.74, "lora", True),
    ("llama-3-8b", 8.03, "lora", True),
    ("llama-3-8b", 8.03, "finetune_full", False),
    ("mistral-7b", 7.24, "lora", True),
)
"""Whether the run was published or ran out of memory (litgpt, config_hub/finetune/README.md)."""


def sized(params_b: float, mode: TrainingMode) -> TrainingPlan:
    return size_training(KNOWLEDGE, params_b, 2e6, "A10G", mode=mode)


@pytest.mark.parametrize(("model", "params_b", "mode", "ran"), ON_ONE_A10G)
def test_one_card_of_24_gb_holds_what_it_held(
    model: str, params_b: float, mode: TrainingMode, ran: bool
) -> None:
    assert (sized(params_b, mode).least_gpus == 1) is ran


def test_four_bits_save_memory_and_cost_time() -> None:
    plain, narrow = sized(8, "lora"), sized(8, "qlora")
    assert narrow.state_gb < 0.4 * plain.state_gb
    assert narrow.gpu_hours.typical == pytest.approx(1.41 * plain.gpu_hours.typical)
    assert narrow.gpu_hours.high > 1.9 * plain.gpu_hours.high
    assert narrow.checkpoint_tb == plain.checkpoint_tb


def test_the_storage_of_the_largest_published_run_is_about_what_it_had() -> None:
    """Llama 3 405B on 16,384 devices: 2 TB/s sustained, 7 TB/s at peak (arXiv 2407.21783, section 3.3.1)."""
    rate = checkpoint_write_gb_s(KNOWLEDGE, checkpoint_tb(KNOWLEDGE, 405, adapters=False), 16_384)
    assert 1_000 < rate.typical < 4_000
    assert rate.low < 2_000 < rate.high


def test_a_bearable_loss_says_how_long_a_write_may_take() -> None:
    """16,384 devices at 25,600 h each fail every 5,625 s: 3 % of it may go when a write takes 2.53 s (Young 1974)."""
    size = checkpoint_tb(KNOWLEDGE, 405, adapters=False)
    allowed_s = 0.03**2 * 25_600 * 3600 / 16_384 / 2
    assert allowed_s == pytest.approx(2.531, rel=1e-3)
    rate = checkpoint_write_gb_s(KNOWLEDGE, size, 16_384).typical
    assert rate == pytest.approx(1e3 * size.typical / allowed_s)


def test_more_devices_fail_more_often_and_need_faster_storage() -> None:
    size = checkpoint_tb(KNOWLEDGE, 70, adapters=False)
    rates = [checkpoint_write_gb_s(KNOWLEDGE, size, devices).typical for devices in (8, 512, 4096, 16_384)]
    assert rates == sorted(rates)
    assert rates[0] == pytest.approx(1e3 * size.typical / 600)


def test_data_are_read_as_fast_as_they_are_consumed() -> None:
    plan = size_training(KNOWLEDGE, 8, 1e12, "H100-SXM-80GB", gpus=512)
    tokens_per_s = 1e12 / (plan.days.typical * 86_400)
    assert plan.data_read_rate.typical == pytest.approx(4e-6 * tokens_per_s)
    assert plan.data_read_rate.unit == "MB/s"
