"""What an engine leaves of a device for caches: its share, less weights, the work of a step and its own needs."""

import math
from typing import Literal, NamedTuple

from knowledge import Knowledge
from knowledge.hardware import Accelerator
from knowledge.memory_data import GIB, visible_gb, widths
from knowledge.models import ModelSpec
from knowledge.sizing_data import bytes_per, constant

from .memory import cache_shards
from .weights import shared_gb, weights_gb

ACTIVATION_BYTES = 2
"""Of a 16-bit number."""
RESIDUAL_COPIES = 4
"""Vectors of the hidden width that a layer holds beside those of its feed-forward part."""
GATED_COPIES = 3
"""Vectors of the inner width that a gated feed-forward part holds: two projections and their product."""


class EngineSettings(NamedTuple):
    """How an engine is started; what isn't stated is as the engine does unasked."""

    memory_share: float | None = None
    """Of the device's memory (vLLM's gpu_memory_utilization, SGLang's mem_fraction_static)."""
    prompt_tokens: float | None = None
    """Tokens of prompts that one step reads (max_num_batched_tokens); a whole prompt where it isn't chunked."""
    sequences: float | None = None
    """Sequences for which a step computes logits (max_num_seqs)."""
    cache_precision: str = ""
    """Empty: as beside such weights."""
    pipeline: int = 1
    """Stages that the layers are split into."""
    work: Literal["within", "beside"] = "within"
    """Whether a step's work is taken from the share (vLLM) or from what it leaves (SGLang)."""
    sorts: bool = False
    """Whether every row of logits is sorted, as vLLM 0.8 to 0.11 did."""
    split: Literal["tensor", "expert"] = "tensor"
    """tensor: every matrix over all devices; expert: whole experts on each device, attention copied to all of them,
    each with its own sequences."""


UNASKED = EngineSettings()


class EngineMemory(NamedTuple):
    """Of one device, in GiB."""

    visible_gib: float
    weights_gib: float
    working_gib: float
    """Activations of a prompt or logits of a step, whichever is more."""
    overhead_gib: float
    """Driver, libraries and buffers of collectives."""
    cache_gib: float
    """Left for caches; negative where it lacks."""
    token_gib: float
    """Cache of one more token, at the length asked about."""
    block_tokens: float
    caches: int = 1
    """Caches of different sequences: one for all devices, or one for each where attention is copied."""

    @property
    def tokens(self) -> float:
        """Tokens of cache in whole blocks over all caches; 0 where nothing is left."""
        if self.token_gib <= 0:
            return 0.0
        blocks = math.floor(self.cache_gib / self.token_gib / self.block_tokens + 1e-9)
        return max(blocks, 0) * self.block_tokens * self.caches


def engine_memory(
    knowledge: Knowledge,
    model: ModelSpec,
    accelerator: Accelerator,
    precision: str,
    devices: int,
    context: float,
    settings: EngineSettings = UNASKED,
) -> EngineMemory:
    """The memory of one device of a replica of `devices`, for sequences of `context` tokens."""
    visible = visible_gb(knowledge, accelerator) * 1e9 / GIB
    share = settings.memory_share or constant(knowledge, "engine", "memory_share").value
    weights = device_weights_gib(knowledge, model, precision, devices, settings)
    parallel = attention_devices(devices, settings)
    work = working_gib(knowledge, model, parallel, settings)
    overhead = overhead_gib(knowledge, devices)
    within = visible * share - weights - overhead
    left = within - work if settings.work == "within" else min(within, visible - weights - overhead - work)
    each = sequence_gib(knowledge, model, precision, devices, context, settings) / context
    block = constant(knowledge, "engine", "block_tokens").value
    caches = devices // settings.pipeline // parallel
    return EngineMemory(visible, weights, work, overhead, left, each, block, caches)


def attention_devices(devices: int, settings: EngineSettings) -> int:
    """Devices that share the attention of one sequence."""
    return 1 if settings.split == "expert" else devices // settings.pipeline


def device_weights_gib(
    knowledge: Knowledge, model: ModelSpec, precision: str, devices: int, settings: EngineSettings = UNASKED
) -> float:
    """Weights on one device: its part of all, or its experts beside a copy of what is no expert."""
    whole = weights_gb(knowledge, model, precision)
    shared = shared_gb(knowledge, model, precision) if settings.split == "expert" else 0.0
    gb = (whole - shared) / devices + shared / settings.pipeline
    return gb * 1e9 / GIB


def sequence_gib(
    knowledge: Knowledge,
    model: ModelSpec,
    precision: str,
    devices: int,
    context: float,
    settings: EngineSettings = UNASKED,
) -> float:
    """Cache of one sequence of `context` tokens on one device."""
    value_bytes = bytes_per(knowledge, "cache_bytes_per_value", settings.cache_precision or precision)
    shards = cache_shards(model, attention_devices(devices, settings)) * settings.pipeline
    return model.cache_bytes(context, value_bytes) / GIB / shards


def working_gib(
    knowledge: Knowledge, model: ModelSpec, parallel: float, settings: EngineSettings = UNASKED
) -> float:
    """The most that one step holds beside weights and caches on one of `parallel` devices.

    A prompt's activations and the logits of a step are not alive together.
    """
    prompt = settings.prompt_tokens or constant(knowledge, "engine", "prompt_tokens").value
    sequences = settings.sequences or constant(knowledge, "engine", "profiled_sequences").value
    wide = widths(knowledge, model)
    vocabulary = wide.vocab if wide else constant(knowledge, "engine", "vocabulary").value
    logit = constant(knowledge, "engine", "logit_bytes_sorted" if settings.sorts else "logit_bytes").value
    logits = sequences * vocabulary * logit
    return max(prompt * token_bytes(knowledge, model, parallel), logits) / GIB


def token_bytes(knowledge: Knowledge, model: ModelSpec, parallel: float) -> float:
    """Activations of one token of a prompt in the widest layer, on one of `parallel` devices."""
    hidden, wide = model.hidden or 0, widths(knowledge, model)
    ratio = constant(knowledge, "engine", "width_over_hidden").value
    inner = GATED_COPIES * (wide.intermediate if wide else ratio * hidden) / parallel
    if model.experts and model.experts_per_token:
        inner = model.experts_per_token * (inner + hidden)
    return ACTIVATION_BYTES * (inner + RESIDUAL_COPIES * hidden)


def overhead_gib(knowledge: Knowledge, devices: float) -> float:
    """Driver and libraries, and on several devices the buffers that they exchange."""
    shared = constant(knowledge, "engine", "parallel_gib").value if devices > 1 else 0.0
    return constant(knowledge, "engine", "context_gib").value + shared


def usable_gb(knowledge: Knowledge, model: ModelSpec, accelerator: Accelerator, devices: float) -> float:
    """Decimal gigabytes of one device that weights and caches may take when an engine keeps to its defaults."""
    share = constant(knowledge, "engine", "memory_share").value
    kept = working_gib(knowledge, model, devices) + overhead_gib(knowledge, devices)
    return visible_gb(knowledge, accelerator) * share - kept * GIB / 1e9
