"""Whether a model fits on so many devices, and by how much: bytes alone, whatever the speed."""

import math
from typing import NamedTuple

from knowledge import Knowledge
from knowledge.hardware import Accelerator
from knowledge.memory_data import GIB, visible_gb
from knowledge.models import ModelSpec
from knowledge.sizing_data import bytes_per

from .engine_memory import UNASKED, EngineSettings, engine_memory, overhead_gib, sequence_gib, usable_gb
from .memory import cache_shards
from .weights import weights_gb


class Fit(NamedTuple):
    """Decimal gigabytes of one device of the replica that is split evenly."""

    fits: bool
    """Beside what driver and collectives keep: nothing to spare for the work of a step."""
    comfortable: bool
    """Within the share that engines use unasked, their work included."""
    weights_gb: float
    cache_gb: float
    memory_gb: float
    """That programs find on the device."""
    sequences: float
    """Of that length, as many as an engine keeps unasked."""


def fit_of(
    knowledge: Knowledge,
    model: ModelSpec,
    accelerator: Accelerator,
    precision: str,
    devices: int,
    *,
    tokens: float,
    sequences: float = 1.0,
    data_parallel_attention: bool = False,
) -> Fit:
    """Weights and the caches of `sequences` of `tokens` tokens on `devices` accelerators."""
    weights = weights_gb(knowledge, model, precision) / devices
    shards = devices if data_parallel_attention else cache_shards(model, devices)
    value_bytes = bytes_per(knowledge, "cache_bytes_per_value", precision)
    each = model.cache_bytes(tokens, value_bytes) / 1e9 / shards
    visible = visible_gb(knowledge, accelerator)
    usable = usable_gb(knowledge, model, accelerator, devices)
    return Fit(
        fits=weights + each * sequences <= visible - overhead_gib(knowledge, devices) * GIB / 1e9,
        comfortable=weights + each * sequences <= usable,
        weights_gb=weights,
        cache_gb=each * sequences,
        memory_gb=visible,
        sequences=max(usable - weights, 0.0) / max(each, 1e-12),
    )


def lacking_gib(
    knowledge: Knowledge,
    model: ModelSpec,
    accelerator: Accelerator,
    precision: str,
    devices: int,
    *,
    tokens: float,
    sequences: float = 1.0,
    settings: EngineSettings = UNASKED,
) -> float:
    """What each device lacks to hold `sequences` of `tokens` tokens with these settings; 0 where they fit."""
    room = engine_memory(knowledge, model, accelerator, precision, devices, tokens, settings)
    each = sequence_gib(knowledge, model, precision, devices, tokens, settings)
    held = sequences if room.caches == 1 else math.ceil(sequences / room.caches)
    return max(each * held - room.cache_gib, 0.0)
