"""Embedding, reranking, vision, speech, image and classical models: items per second and devices."""

import math

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from knowledge.activations import activations_of
from knowledge.hardware import Accelerator, accelerators
from knowledge.models import ModelSpec, models
from knowledge.pictures import Picture, picture_of
from knowledge.sizing_data import constant
from tools.estimate import Estimate

from .power import watts_interval
from .vision import vision_rate

SPEECH_WINDOW_S = 30.0
"""Speech models work on windows of this length."""
CPU = "CPU-EPYC-9554-64c"
"""The server that stands for rented processors."""


class EncoderPlan(BaseModel):
    """Devices for a model that runs once per item."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    accelerator: str
    item: str = ""
    """What one item is: how long a text or recording, how large a picture and in how many steps."""
    items_per_s: Estimate
    """Of one device; of speech: seconds of audio a second."""
    latency_ms: Estimate
    """One item alone."""
    devices: int
    """0 where the size of the model isn't published."""
    utilisation: float
    watts: Estimate
    evidence: str


class CpuEncoderPlan(BaseModel):
    """Virtual processors for an encoder without an accelerator."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    vcpus: int
    """Whole nodes; 0 where the size isn't published."""
    nodes: int
    items_per_s: Estimate
    """Of one node."""
    latency_ms: Estimate
    utilisation: float
    few: bool
    """Whether the load is small enough for processors to be the simpler machine."""


class ClassicalPlan(BaseModel):
    """CPU cores for tree ensembles, linear models and small networks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cores: Estimate
    nodes: int
    latency_ms: Estimate
    evidence: str


def size_encoder(
    knowledge: Knowledge,
    model: str,
    accelerator: str,
    *,
    items_per_s: float,
    tokens_per_item: float = 256,
    picture: Picture | None = None,
    redundant: bool = False,
) -> EncoderPlan:
    """Devices for `items_per_s` at peak.

    An item is a text of `tokens_per_item` tokens, an image, a generated `picture`, or `tokens_per_item` seconds
    of speech. Language models that label or embed items count as encoders of their input.
    """
    spec, machine = models(knowledge)[model], accelerators(knowledge)[accelerator]
    gflops = operations_gflops(spec, tokens_per_item)
    if gflops is not None and picture is not None:
        gflops *= picture_work(picture, picture_of(knowledge, model) or picture)
    nothing = Estimate(low=0, typical=0, high=0, unit="items/s")
    if gflops is None:
        return EncoderPlan(
            model=model, accelerator=accelerator, items_per_s=nothing, latency_ms=nothing, devices=0,
            utilisation=0.0, watts=nothing, evidence=f"The size of {model} isn't published.",
        )  # fmt: skip
    rate_of_one = _device_rate(knowledge, spec, machine, gflops)
    low, typical, high = rate_of_one.low, rate_of_one.typical, rate_of_one.high
    usable = typical * constant(knowledge, "encoders", "peak_share").value
    devices = max(1, math.ceil(items_per_s / usable - 1e-9)) + (1 if redundant else 0)
    floor = constant(knowledge, "encoders", "latency_floor_ms").interval
    rate = items_per_s / devices
    return EncoderPlan(
        model=model, accelerator=accelerator,
        items_per_s=rate_of_one,
        latency_ms=Estimate(
            low=floor[0] + 1e3 / high, typical=floor[1] + 1e3 / typical, high=floor[2] + 1e3 / low, unit="ms",
            formula="encoder_latency",
        ),
        devices=devices, utilisation=round(rate / typical, 4),
        watts=watts_interval(knowledge, machine, devices, rate / typical, 64.0),
        evidence=f"{gflops:.3g} billion operations an item over the 16-bit peak at "
        f"{constant(knowledge, *_efficiency(knowledge, spec)).source}.",
    )  # fmt: skip


def _efficiency(knowledge: Knowledge, spec: ModelSpec) -> tuple[str, str]:
    """The constant that says which share of the peak such a model reaches."""
    if spec.type == "vision" and activations_of(knowledge, spec.key):
        return "vision", "compute_share"
    return "encoders", "image_efficiency" if spec.type == "image" else "efficiency"


def _device_rate(knowledge: Knowledge, spec: ModelSpec, machine: Accelerator, gflops: float) -> Estimate:
    """Items a second of one device."""
    seen = vision_rate(knowledge, spec, machine) if spec.type == "vision" else None
    if seen is not None:
        return seen
    shares = constant(knowledge, *_efficiency(knowledge, spec)).interval
    low, typical, high = (share * machine.bf16_tflops * 1e3 / gflops for share in shares)
    return Estimate(low=low, typical=typical, high=high, unit="items/s", formula="encoder_rate")


def size_cpu_encoder(
    knowledge: Knowledge,
    model: str,
    *,
    items_per_s: float,
    tokens_per_item: float = 256,
    limit_ms: float | None = None,
) -> CpuEncoderPlan:
    """Nodes of general-purpose vCPUs for `items_per_s` at peak, each large enough for one item within `limit_ms`."""
    machine = accelerators(knowledge)[CPU]
    gflops = operations_gflops(models(knowledge)[model], tokens_per_item)
    nothing = Estimate(low=0, typical=0, high=0, unit="items/s")
    if gflops is None:
        return CpuEncoderPlan(
            model=model, vcpus=0, nodes=0, items_per_s=nothing, latency_ms=nothing, utilisation=0.0, few=False
        )
    per_node = constant(knowledge, "cpu_encoders", "node_vcpus").value
    most = constant(knowledge, "cpu_encoders", "most_vcpus").value
    whole = constant(knowledge, "cpu_encoders", "machine_vcpus").value
    middle = machine.bf16_tflops * 1e3 * constant(knowledge, "encoders", "efficiency").value / gflops
    floor = constant(knowledge, "encoders", "latency_floor_ms").interval
    while limit_ms and per_node < most and floor[1] + 1e3 * whole / (per_node * middle) > limit_ms:
        per_node *= 2
    share = per_node / whole
    peak = machine.bf16_tflops * 1e3 * share / gflops
    low, typical, high = (part * peak for part in constant(knowledge, "encoders", "efficiency").interval)
    usable = typical * constant(knowledge, "encoders", "peak_share").value
    nodes = max(1, math.ceil(items_per_s / usable - 1e-9))
    vcpus = int(nodes * per_node)
    return CpuEncoderPlan(
        model=model, vcpus=vcpus, nodes=nodes,
        items_per_s=Estimate(low=low, typical=typical, high=high, unit="items/s", formula="encoder_rate"),
        latency_ms=Estimate(
            low=floor[0] + 1e3 / high, typical=floor[1] + 1e3 / typical, high=floor[2] + 1e3 / low, unit="ms",
            formula="encoder_latency",
        ),
        utilisation=round(items_per_s / (nodes * typical), 4),
        few=vcpus <= most,
    )  # fmt: skip


def picture_work(picture: Picture, published: Picture) -> float:
    """Operations of a picture over those of the published one.

    Every step does the same work, and the work grows with the pixels; attention across a picture grows faster, so
    pictures above the published size take somewhat more than this says.
    """
    return picture.steps / published.steps * (picture.side_px / published.side_px) ** 2


def operations_gflops(model: ModelSpec, tokens_per_item: float) -> float | None:
    """Billions of operations an item: as published, or 2 x active parameters x tokens."""
    if model.gflops_per_item is not None:
        windows = tokens_per_item / SPEECH_WINDOW_S if model.type == "asr" else 1.0
        return model.gflops_per_item * windows
    active = model.active_b or model.params_b
    return 2 * active * tokens_per_item if active else None


def filled_s(model: ModelSpec, seconds: float) -> float:
    """Seconds that a recording counts for: a model whose operations are published for a window fills the last one up.

    >>> from knowledge import load
    >>> known = models(load())
    >>> filled_s(known["Whisper-large-v3"], 31), filled_s(known["parakeet-tdt-0.6b-v3"], 31)
    (60.0, 31)
    """
    if model.type != "asr" or model.gflops_per_item is None:
        return seconds
    return SPEECH_WINDOW_S * math.ceil(seconds / SPEECH_WINDOW_S)


def size_classical(knowledge: Knowledge, peak_rps: float, *, redundant: bool = False) -> ClassicalPlan:
    """CPU cores for `peak_rps` predictions a second."""
    per_core = constant(knowledge, "classical", "predictions_per_s_per_core")
    low, typical, high = per_core.interval
    cores = Estimate(
        low=peak_rps / high, typical=peak_rps / typical, high=peak_rps / low, unit="cores", kind="assumed",
        formula="classical_cores",
    )  # fmt: skip
    nodes = max(1, math.ceil(cores.typical / constant(knowledge, "classical", "cores_per_node").value))
    return ClassicalPlan(
        cores=cores,
        nodes=nodes + (1 if redundant else 0),
        latency_ms=classical_latency_ms(knowledge),
        evidence=per_core.source,
    )


def classical_latency_ms(knowledge: Knowledge) -> Estimate:
    """One prediction behind a web server, network excluded."""
    low, typical, high = constant(knowledge, "classical", "latency_ms").interval
    return Estimate(
        low=low, typical=typical, high=high, unit="ms", kind="assumed", formula="classical_latency"
    )
