"""From named models and accelerators to the arrays of the roofline."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from knowledge import Knowledge
from knowledge.hardware import Accelerator
from knowledge.models import ModelSpec
from knowledge.sizing_data import bytes_per

from .memory import cache_shards
from .roofline import Run
from .weights import expert_fraction

PCIE_GB_S = 32.0
"""One direction of PCIe 4.0 x16, where a device names no faster link."""


class Setting(NamedTuple):
    """One run of a model: where, how precise, how many devices, and its load."""

    model: ModelSpec
    accelerator: Accelerator
    precision: str
    devices: int
    batch: float
    input_tokens: float
    output_tokens: float
    data_parallel_attention: bool = False
    engine: str = ""
    """In the publisher's words; empty: any."""


def stack(knowledge: Knowledge, settings: Sequence[Setting]) -> Run:
    """The settings as equal-length arrays; every model must be sizeable."""
    return Run(*np.array([_row(knowledge, item) for item in settings], dtype=float).T)


def _row(knowledge: Knowledge, item: Setting) -> tuple[float, ...]:
    model, accelerator = item.model, item.accelerator
    shards = item.devices if item.data_parallel_attention else cache_shards(model, item.devices)
    return (
        (model.params_b or 0) * 1e9,
        (model.active_b or 0) * 1e9,
        model.layers or 0,
        model.hidden or 0,
        expert_fraction(model),
        model.kv_bytes_per_token or 0,
        model.window_kv_bytes_per_token or 0,
        model.window or 0,
        accelerator.mem_bw_gb_s * 1e9,
        arithmetic_tflops(model, accelerator, item.precision) * 1e12,
        (accelerator.scaleup_bw_gb_s or PCIE_GB_S) * 1e9,
        item.devices,
        bytes_per(knowledge, "bytes_per_parameter", item.precision),
        bytes_per(knowledge, "cache_bytes_per_value", item.precision) / 2,
        shards,
        item.batch,
        item.input_tokens,
        item.output_tokens,
    )


def arithmetic_tflops(model: ModelSpec, accelerator: Accelerator, precision: str) -> float:
    """Peak of the arithmetic: weights in a format that the device lacks are unpacked to 16 bit."""
    if precision == "fp4" and not accelerator.fp4_tflops:
        return accelerator.bf16_tflops
    return accelerator.peak_tflops(precision)
