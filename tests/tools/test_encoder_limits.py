"""What `size-encoder` refuses, and that its answer says what one item is and grows with it."""

from datetime import date
from itertools import pairwise

import pytest

from knowledge import load
from knowledge.errors import InputRefused
from knowledge.hardware import accelerators
from knowledge.media_measured import media_runs
from knowledge.models import models
from knowledge.pictures import picture_of
from tools.compute.other import choose_encoder
from tools.registry import run_tool
from tools.sizing.encoder_limits import holds
from tools.sizing.encoders import EncoderPlan

KNOWLEDGE = load()


def plan(model: str, accelerator: str = "H100", **given: float) -> EncoderPlan:
    arguments = {"model": model, "accelerator": accelerator, "items_per_s": 1, **given}
    found = run_tool("size-encoder", arguments, KNOWLEDGE, date(2026, 11, 26))
    assert isinstance(found, EncoderPlan)
    return found


@pytest.mark.parametrize(
    ("model", "accelerator", "given", "words"),
    [
        ("FLUX.1-dev", "T4", {}, ("keeps 24 GB of weights in bf16; one T4 has 16 GB", "smallest", "L40S")),
        ("Llama-3.1-8B", "T4", {}, ("keeps 16.1 GB", "A10G, L4")),
        ("bge-m3", "T4", {"tokens_per_item": 32768}, ("at most 8,192 tokens; a text has 32,768.",)),
        ("DeepSeek-V3", "B300", {}, ("in fp8", "No listed single device")),
        ("bge-large-en-v1.5", "T4", {"tokens_per_item": 8192}, ("at most 512 tokens", "items_per_s=16.")),
        ("SDXL-base-1.0", "H100", {"tokens_per_item": 77}, ("tokens_per_item", "steps and side_px instead")),
        ("Whisper-large-v3", "H100", {"tokens_per_item": 77}, ("seconds_per_item instead",)),
        ("bge-m3", "H100", {"steps": 20}, ("steps doesn't describe", "tokens_per_item instead")),
        ("resnet-50", "H100", {"side_px": 512}, ("side_px", "Leave it out")),
    ],
)
def test_what_an_encoder_cannot_take_is_refused_with_what_it_can(
    model: str, accelerator: str, given: dict[str, float], words: tuple[str, ...]
) -> None:
    with pytest.raises(InputRefused) as refused:
        plan(model, accelerator, **given)
    assert all(word in str(refused.value) for word in words), str(refused.value)


def test_a_device_with_a_published_run_holds_its_model() -> None:
    """FLUX.1-schnell at 16 bit was measured on an RTX 4090 although its weights fill the card."""
    known, machine = models(KNOWLEDGE), accelerators(KNOWLEDGE)["RTX-4090"]
    assert holds(KNOWLEDGE, known["FLUX.1-schnell"], machine)
    assert not holds(KNOWLEDGE, known["FLUX.1-dev"], machine)


def test_the_pieces_that_a_refusal_offers_are_taken() -> None:
    whole = plan("bge-m3", tokens_per_item=8192)
    pieces = plan("bge-large-en-v1.5", tokens_per_item=512, items_per_s=16)
    assert whole.item == "a text of 8,192 tokens"
    assert pieces.devices >= 1


def test_recordings_default_to_a_window_and_take_longer_the_longer_they_are() -> None:
    default = plan("Whisper-large-v3", "A100", items_per_s=60)
    assert default.item == "a recording of 30 s"
    assert default == plan("Whisper-large-v3", "A100", items_per_s=60, seconds_per_item=30)
    times = [
        plan("Whisper-large-v3", "A100", seconds_per_item=length).latency_ms.typical
        for length in (1, 60, 3600)
    ]
    assert times[0] == default.latency_ms.typical
    assert times[2] / times[0] > 100
    assert all(shorter < longer for shorter, longer in pairwise(times))


def test_a_recording_that_is_filled_up_takes_the_devices_of_its_windows() -> None:
    """Whisper pads to 30 s; Parakeet reads a recording as it is."""

    def of(model: str, seconds: float) -> EncoderPlan:
        return plan(model, "A100", items_per_s=60, seconds_per_item=seconds)

    short, window, longer = (of("Whisper-large-v3", seconds) for seconds in (1, 30, 31))
    assert short.devices == window.devices > 1
    assert longer.devices == pytest.approx(2 * window.devices, abs=1)
    assert short.item == "a recording of 1 s, filled up to 30 s"
    assert window.item == "a recording of 30 s"
    assert of("parakeet-tdt-0.6b-v3", 1).devices < of("parakeet-tdt-0.6b-v3", 100).devices
    assert of("parakeet-tdt-0.6b-v3", 1).utilisation < of("parakeet-tdt-0.6b-v3", 2).utilisation


@pytest.mark.parametrize("accelerator", ["H100", "RTX-4090"])
def test_pictures_cost_their_steps_and_pixels(accelerator: str) -> None:
    """From operations on one device, from a measured rate on the other."""
    usual = plan("SDXL-base-1.0", accelerator)
    assert usual.item == "a picture of 1024 x 1024 pixels in 20 steps"
    more = plan("SDXL-base-1.0", accelerator, steps=40)
    small = plan("SDXL-base-1.0", accelerator, side_px=512)
    assert more.items_per_s.typical == pytest.approx(usual.items_per_s.typical / 2)
    assert small.items_per_s.typical == pytest.approx(usual.items_per_s.typical * 4)
    assert more.latency_ms.typical > usual.latency_ms.typical > small.latency_ms.typical


def test_a_rate_stays_measured_for_the_measured_picture_alone() -> None:
    as_measured = plan("SDXL-base-1.0", "RTX-4090", steps=30).items_per_s
    assert (as_measured.typical, as_measured.kind) == (0.615, "measured")
    assert plan("SDXL-base-1.0", "RTX-4090").items_per_s.kind == "estimated"


def test_every_picture_model_says_what_its_figures_stand_for() -> None:
    for spec in models(KNOWLEDGE).values():
        assert (spec.type == "image") == (picture_of(KNOWLEDGE, spec.key) is not None)
        assert all(
            run.steps and run.side_px for run in media_runs(KNOWLEDGE, spec.key) if spec.type == "image"
        )


def test_the_hugging_face_name_of_a_picture_model_is_known() -> None:
    assert plan("stable-diffusion-3.5-large").model == "SD-3.5-large"


def test_advice_puts_no_model_on_a_device_that_does_not_hold_it() -> None:
    values = {"mean_rps": 1.0, "input_tokens": 200.0, "owned_accelerators": ("4xT4", "4xL40S")}

    def chosen(model: str) -> str:
        found = choose_encoder(KNOWLEDGE, values, "gpu-on-demand", ("aws",), "embed", model)
        assert found is not None
        return found.accelerator

    assert chosen("bge-m3") == "T4"
    assert chosen("Qwen3-Embedding-8B") == "L40S"
