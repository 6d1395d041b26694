"""Accelerators as their makers specify them, and the one alias table that maps every spelling to a key.

A key (`H100-SXM-80GB`) names memory and form factor, because both change what fits and how fast it runs.
"""

from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from .aliases import optional, table_cache

if TYPE_CHECKING:
    from .library import Knowledge


class Accelerator(BaseModel):
    """One accelerator; figures are dense (no sparsity), per device, decimal gigabytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    vendor: str
    component: str
    """Component id in the slot cmp.accelerator."""
    kind: Literal["gpu", "tpu", "asic", "apple", "edge", "cpu"]
    compute_capability: float | None
    """NVIDIA compute capability; None for other vendors."""
    memory_gb: float
    memory_type: str
    mem_bw_gb_s: float
    bf16_tflops: float
    fp8_tflops: float | None
    fp4_tflops: float | None
    int8_tops: float | None
    tdp_w: float | None
    scaleup_link: str
    scaleup_bw_gb_s: float | None
    max_tensor_parallel: int = Field(ge=1)
    """Devices that one replica may span here (judgement from the link: NVLink-class 8, PCIe cards 4-8, unified memory 1)."""
    source: str
    as_of: str
    confidence: Literal["high", "medium", "low"]
    notes: str = ""

    def peak_tflops(self, precision: str) -> float:
        """Dense peak for `precision` of the arithmetic; int4 weights are computed in bf16."""
        if precision == "fp4" and self.fp4_tflops:
            return self.fp4_tflops
        if precision in ("fp8", "fp4") and self.fp8_tflops:
            return self.fp8_tflops
        if precision == "int8" and self.int8_tops:
            return self.int8_tops
        return self.bf16_tflops


class Fleet(NamedTuple):
    """A number of one accelerator, as in `8xH100`."""

    count: int
    accelerator: Accelerator


def accelerators(knowledge: "Knowledge") -> dict[str, Accelerator]:
    """Every accelerator by key, in file order."""
    return table_cache(knowledge, _read)


def resolve_accelerator(knowledge: "Knowledge", text: str) -> Accelerator:
    """The accelerator that `text` names in any known spelling; UnknownName offers the nearest three."""
    return resolve_fleet(knowledge, text).accelerator


def resolve_fleet(knowledge: "Knowledge", text: str) -> Fleet:
    """Count and accelerator of `8xH100`, `4 x L40S`, `p5.48xlarge`, `A100 40GB`; UnknownName otherwise."""
    raise NotImplementedError


def _read(knowledge: "Knowledge") -> dict[str, Accelerator]:
    rows = knowledge.files.rows("perf/accelerators.csv")
    return {row["key"]: Accelerator.model_validate(optional(row)) for row in rows}
