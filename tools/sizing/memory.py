"""The cache of every sequence in flight, and the precisions worth trying on a device."""

from knowledge import Knowledge
from knowledge.hardware import Accelerator
from knowledge.models import ModelSpec
from knowledge.sizing_data import bytes_per

FP8_FROM = 8.9
"""Compute capability from which NVIDIA devices multiply in 8-bit floats."""
FP4_FROM = 10.0
BF16_FROM = 8.0
"""Compute capability from which NVIDIA devices multiply in bf16; engines load fp16 on older ones."""


def cache_gb(
    knowledge: Knowledge, model: ModelSpec, precision: str, context: float, sequences: float
) -> float:
    """Decimal gigabytes of KV cache for `sequences` of `context` tokens."""
    value_bytes = bytes_per(knowledge, "cache_bytes_per_value", precision)
    return sequences * model.cache_bytes(context, value_bytes) / 1e9


def cache_shards(model: ModelSpec, devices: int) -> int:
    """Into how many parts tensor parallelism splits the cache: a latent cache is copied to every device."""
    if model.attention == "mla":
        return 1
    return min(devices, model.kv_heads or devices)


def precisions(model: ModelSpec, accelerator: Accelerator) -> tuple[str, ...]:
    """Precisions worth trying here, the most faithful that runs at full speed first.

    Published 8-bit and 4-bit weights stay as they are; others are served in 8-bit floats where the
    device multiplies them, else in 16 bit, else with 4-bit weights that are unpacked to 16 bit.
    """
    native = model.native_precision or "bf16"
    if native in ("fp4", "int4"):
        return (native,)
    floats8 = _has_fp8(accelerator)
    if native == "fp8":
        return ("fp8", "fp4") if _has_fp4(accelerator) else ("fp8", "int4") if floats8 else ("bf16", "int4")
    if accelerator.kind in ("apple", "edge", "cpu"):
        return ("bf16", "int4")
    if _has_fp4(accelerator):
        return ("bf16", "fp8", "fp4")
    return ("bf16", "fp8", "int4") if floats8 else ("bf16", "int4")


def preferred_precision(model: ModelSpec, accelerator: Accelerator) -> str:
    """The precision that a plan starts from: 8-bit floats where they are native, else what was published."""
    options = precisions(model, accelerator)
    return "fp8" if "fp8" in options else options[0]


def number_format(accelerator: Accelerator, precision: str) -> str:
    """The format that an engine loads: 16 bit are fp16 where the device lacks bf16."""
    old = accelerator.compute_capability is not None and accelerator.compute_capability < BF16_FROM
    return "fp16" if precision == "bf16" and old else precision


def trainable(accelerator: Accelerator) -> tuple[str, ...]:
    """Precisions in which the device multiplies while it trains."""
    narrow = ("fp8",) if _has_fp8(accelerator) else ()
    return ("bf16", *narrow, *(("fp4",) if _has_fp4(accelerator) else ()))


def loadable(accelerator: Accelerator) -> tuple[str, ...]:
    """Precisions of weights that engines load here: those it multiplies in, and those they unpack to 16 bit.

    4-bit integers are unpacked everywhere; 8-bit and 4-bit floats by kernels for NVIDIA devices from Ampere on.
    """
    unpacks = accelerator.compute_capability is not None and accelerator.compute_capability >= BF16_FROM
    able = {
        "bf16": True,
        "fp8": unpacks or _has_fp8(accelerator),
        "int8": accelerator.int8_tops is not None or accelerator.kind in ("apple", "edge", "cpu"),
        "fp4": unpacks or _has_fp4(accelerator),
        "int4": True,
    }
    return tuple(name for name, found in able.items() if found)


def served_in(model: ModelSpec, accelerator: Accelerator, precision: str) -> bool:
    """Whether an engine can be asked for it: loadable, or what the model is published in."""
    return precision in loadable(accelerator) or precision in precisions(model, accelerator)


def unserved(accelerator: Accelerator, precision: str) -> str:
    """The sentence that refuses a precision."""
    return f"{accelerator.key} doesn't multiply in {precision}, nor do engines unpack such weights on it."


def _has_fp8(accelerator: Accelerator) -> bool:
    if accelerator.compute_capability is not None:
        return accelerator.compute_capability >= FP8_FROM
    return accelerator.fp8_tflops is not None


def _has_fp4(accelerator: Accelerator) -> bool:
    if accelerator.compute_capability is not None:
        return accelerator.compute_capability >= FP4_FROM and accelerator.fp4_tflops is not None
    return accelerator.fp4_tflops is not None
