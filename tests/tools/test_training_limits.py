"""Training runs that can't be: refused with the reason and the nearest that can; deadlines that a plan misses."""

from datetime import date

import pytest

from knowledge import load
from knowledge.errors import InputRefused
from tools.registry import run_tool
from tools.sizing import TrainingPlan, size_training

KNOWLEDGE = load()


def plan(**given: object) -> TrainingPlan:
    found = run_tool("size-training", {"accelerator": "H100", **given}, KNOWLEDGE, date(2026, 11, 26))
    assert isinstance(found, TrainingPlan)
    return found


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"params_b": 70, "tokens": 1e9, "mode": "finetune_full", "gpus": 8},
            ("keeps 1,120 GB", "8 x H100-SXM-80GB hold 384 GB", "gpus=24, mode=lora on 8", "24 billion"),
        ),
        (
            {"params_b": 7, "tokens": 1e7, "mode": "finetune_full", "gpus": 1, "accelerator": "T4"},
            ("hold 9.6 GB", "gpus=12, mode=qlora on 1"),
        ),
        (
            {"params_b": 70, "tokens": 1e7, "mode": "qlora", "gpus": 1, "accelerator": "RTX-4090"},
            ("keeps 53.2 GB", "gpus=3, or at most 23.7 billion"),
        ),
        (
            {"params_b": 8, "tokens": 1e9, "mode": "qlora", "gpus": 1, "sequence_tokens": 10_000_000},
            (
                "one sequence of 10,000,000 tokens",
                "1 x H100-SXM-80GB hold 72 GB",
                "gpus=63 ",
                "sequence_tokens=14",
            ),
        ),
        (
            {"params_b": 70, "tokens": 1e9, "mode": "qlora", "gpus": 1, "sequence_tokens": 131_072},
            ("keeps 53.2 GB", "209 GB of activations", "gpus=4 with the sequence split"),
        ),
        ({"params_b": 7, "active_b": 70, "tokens": 1e9}, ("active_b 70 is above params_b 7",)),
        ({"params_b": 7, "tokens": 1e9, "gpus": 100_000_000}, ("100,000,000", "gpus=200000 at most")),
        (
            {"params_b": 7, "tokens": 1e12, "deadline_days": 1e-4},
            ("within 0.0001 days", "on 200,000 the run"),
        ),
        ({"params_b": 7, "tokens": 1e30}, ("tokens: input should be less than or equal to",)),
        ({"params_b": 1e9, "tokens": 1e9}, ("params_b: input should be less than or equal to",)),
    ],
)
def test_a_run_that_cannot_be_is_refused_with_the_nearest_that_can(
    given: dict[str, object], words: tuple[str, ...]
) -> None:
    with pytest.raises(InputRefused) as refused:
        plan(**given)
    assert all(word in str(refused.value) for word in words), str(refused.value)


def test_what_a_refusal_offers_is_taken() -> None:
    assert plan(params_b=70, tokens=1e9, mode="finetune_full", gpus=24).least_gpus == 24
    assert plan(params_b=70, tokens=1e9, mode="lora", gpus=8).gpus == 8
    assert plan(params_b=23.6, tokens=1e7, mode="qlora", gpus=1, accelerator="RTX-4090").gpus == 1


def test_a_long_sequence_takes_devices_where_nobody_says_how_many() -> None:
    """The longest that a refusal offers fits; a usual one changes nothing."""
    longest = 145_000
    plans = [
        plan(params_b=8, tokens=1e9, mode="qlora", sequence_tokens=length)
        for length in (0, 8192, longest, 10_000_000)
    ]
    assert [found.least_gpus for found in plans] == [1, 1, 1, 63]
    assert plans[-1].gpus == 64
    assert plans[0].activations_gb is None
    assert plans[1].activations_gb == pytest.approx(3.7, rel=0.02)
    assert plan(params_b=8, tokens=1e9, mode="qlora", sequence_tokens=longest, gpus=1).gpus == 1


def test_no_smaller_model_is_offered_that_does_not_fit_either() -> None:
    with pytest.raises(InputRefused) as refused:
        plan(params_b=70, tokens=1e9, mode="finetune_full", gpus=8, sequence_tokens=1_000_000)
    assert "billion" not in refused.value.hint


def test_a_missed_deadline_is_told_with_what_holds_it() -> None:
    late = plan(params_b=7, tokens=1e12, deadline_days=10, gpus=8)
    assert late.deadline.startswith(
        "missed: 237 days (up to 488) on 8, 10 days wanted. 392 accelerators hold it"
    )
    held = plan(params_b=7, tokens=1e12, deadline_days=10, gpus=392)
    assert held.days.high <= 10
    assert not held.deadline
    perhaps = plan(params_b=7, tokens=1e12, deadline_days=10, gpus=250)
    assert perhaps.deadline.startswith("may be missed: ")
    assert "typical case" not in perhaps.deadline
    assert not plan(params_b=7, tokens=1e12, deadline_days=10).deadline


def test_hours_are_known_before_devices_are() -> None:
    """Whoever asks for hours alone asks for one device, which needn't hold the run."""
    assert size_training(KNOWLEDGE, 176, 366e9, "A100-SXM-80GB", gpus=1).least_gpus > 50


def test_a_run_holds_at_least_one_sequence_and_says_what_it_leaves_out() -> None:
    with pytest.raises(InputRefused, match="fewer than sequence_tokens"):
        plan(params_b=7, tokens=1000, sequence_tokens=4096)
    assert plan(params_b=7, tokens=1e9).activations_gb is None
    assert (plan(params_b=7, tokens=1e9, sequence_tokens=4096).activations_gb or 0) > 0
