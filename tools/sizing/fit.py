"""Whether a model fits on so many devices, and by how much: bytes alone, whatever the speed."""

from typing import NamedTuple

from knowledge import Knowledge
from knowledge.hardware import Accelerator
from knowledge.models import ModelSpec
from knowledge.sizing_data import bytes_per, constant

from .memory import cache_shards, usable_gb, weights_gb


class Fit(NamedTuple):
    """Decimal gigabytes of one device of the replica that is split evenly."""

    fits: bool
    """Beside the largest share of the memory that engines were seen to use."""
    comfortable: bool
    """Within the share that engines use unasked."""
    weights_gb: float
    cache_gb: float
    memory_gb: float
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
    most = accelerator.memory_gb * constant(knowledge, "engine", "memory_most").value
    usable = usable_gb(knowledge, accelerator)
    return Fit(
        fits=weights + each * sequences <= most,
        comfortable=weights + each * sequences <= usable,
        weights_gb=weights,
        cache_gb=each * sequences,
        memory_gb=accelerator.memory_gb,
        sequences=max(usable - weights, 0.0) / max(each, 1e-12),
    )
