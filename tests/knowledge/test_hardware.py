"""Accelerators and models: the files hold together, and every spelling leads to one key."""

import pytest

from knowledge import load
from knowledge.errors import UnknownName
from knowledge.hardware import accelerators, resolve_accelerator, resolve_fleet
from knowledge.models import models, resolve_model
from knowledge.row_texts import accelerator_lines

KNOWLEDGE = load()


@pytest.mark.parametrize(
    ("text", "key", "count"),
    [
        ("H100", "H100-SXM-80GB", 1),
        ("8xH100", "H100-SXM-80GB", 8),
        ("4 x L40S", "L40S", 4),
        ("H200 x 8", "H200-SXM-141GB", 8),
        ("2 A100 GPUs", "A100-SXM-80GB", 2),
        ("A100 40GB", "A100-SXM-40GB", 1),
        ("p5.48xlarge", "H100-SXM-80GB", 8),
        ("NVIDIA GeForce RTX 4090", "RTX-4090", 1),
        ("2x3090", "RTX-3090", 2),
        ("trillium", "TPU-v6e", 1),
        ("Jetson Orin", "Jetson-AGX-Orin-64GB", 1),
    ],
)
def test_accelerator_spellings(text: str, key: str, count: float) -> None:
    fleet = resolve_fleet(KNOWLEDGE, text)
    assert (fleet.accelerator.key, fleet.count) == (key, count)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Llama 3.1 70B", "Llama-3.1-70B"),
        ("meta-llama/Meta-Llama-3.1-8B-Instruct", "Llama-3.1-8B"),
        ("deepseek r1", "DeepSeek-R1"),
        ("Qwen/Qwen3-32B-FP8", "Qwen3-32B"),
        ("openai/gpt-oss-120b", "gpt-oss-120b"),
        ("gpt-4", "gpt-4"),
        ("Claude Opus 5.5", "claude-opus-5-5"),
        ("BAAI/bge-m3", "bge-m3"),
    ],
)
def test_model_spellings(text: str, key: str) -> None:
    assert resolve_model(KNOWLEDGE, text).key == key


def test_unknown_names_offer_the_nearest_three() -> None:
    with pytest.raises(UnknownName) as accelerator:
        resolve_accelerator(KNOWLEDGE, "H1000")
    assert len(accelerator.value.nearest) == 3
    assert "H100-SXM-80GB" in accelerator.value.nearest
    with pytest.raises(UnknownName) as model:
        resolve_model(KNOWLEDGE, "lama 3.3 70b")
    assert "Llama-3.3-70B" in model.value.nearest


def test_every_key_is_its_own_spelling() -> None:
    assert all(resolve_accelerator(KNOWLEDGE, key).key == key for key in accelerators(KNOWLEDGE))
    assert all(resolve_model(KNOWLEDGE, key).key == key for key in models(KNOWLEDGE))


def test_peaks_rise_with_narrower_formats() -> None:
    for machine in accelerators(KNOWLEDGE).values():
        assert machine.peak_tflops("bf16") <= machine.peak_tflops("fp8") <= machine.peak_tflops("fp4")


def test_unverified_figures_are_marked() -> None:
    for machine in accelerators(KNOWLEDGE).values():
        if "general knowledge" in machine.source:
            assert machine.confidence == "low", machine.key


def test_active_parameters_never_exceed_all() -> None:
    for model in models(KNOWLEDGE).values():
        if model.params_b and model.active_b:
            assert model.active_b <= model.params_b, model.key


def test_non_commercial_licences_are_known() -> None:
    table = models(KNOWLEDGE)
    assert table["Mistral-Large-2407-123B"].commercial_use == "no"
    assert table["Llama-3.3-70B"].commercial_use == "conditions"
    assert table["gpt-oss-20b"].commercial_use == "yes"


def test_the_peak_of_an_older_device_is_not_called_bf16() -> None:
    known = accelerators(KNOWLEDGE)
    assert "65 TFLOPS fp16" in "\n".join(accelerator_lines(known["T4"], KNOWLEDGE))
    assert "121 TFLOPS bf16" in "\n".join(accelerator_lines(known["L4"], KNOWLEDGE))
