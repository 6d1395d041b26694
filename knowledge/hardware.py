"""Accelerators as their makers specify them, and the one alias table that maps every spelling to a key.

A key (`H100-SXM-80GB`) names memory and form factor, because both change what fits and how fast it runs.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from .aliases import canonical, nearest, table_cache, validated

if TYPE_CHECKING:
    from .library import Knowledge


TABLE = "perf/accelerators.csv"


BF16_CAPABILITY = 8.0


class Accelerator(BaseModel):
    """One accelerator; figures are dense (no sparsity), per device, decimal gigabytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    vendor: str
    component: str
    """Component id in the slot cmp.accelerator."""
    kind: Literal["gpu", "tpu", "asic", "apple", "edge", "cpu"]
    compute_capability: float | None = None
    """NVIDIA compute capability; None for other vendors."""
    memory_gb: float
    memory_type: str
    mem_bw_gb_s: float
    bf16_tflops: float
    """Of fp16 where `computes_bf16` is false."""
    fp8_tflops: float | None = None
    fp4_tflops: float | None = None
    int8_tops: float | None = None
    tdp_w: float | None = None
    scaleup_link: str = ""
    scaleup_bw_gb_s: float | None = None
    max_tensor_parallel: int = Field(ge=1)
    """Devices that one replica may span: judgement from the link (NVLink 8, PCIe 4, unified memory 1)."""
    source: str
    as_of: str
    confidence: Literal["high", "medium", "low"]
    notes: str = ""

    @property
    def computes_bf16(self) -> bool:
        """NVIDIA's tensor cores do from compute capability 8.0 on (CUDA C++ Programming Guide)."""
        return self.compute_capability is None or self.compute_capability >= BF16_CAPABILITY

    def peak_tflops(self, precision: str) -> float:
        """Dense peak for `precision` of the arithmetic; int4 weights are computed in bf16."""
        if precision == "fp4" and self.fp4_tflops:
            return self.fp4_tflops
        if precision in ("fp8", "fp4") and self.fp8_tflops:
            return self.fp8_tflops
        if precision == "int8" and self.int8_tops:
            return self.int8_tops
        return self.bf16_tflops


@dataclass(frozen=True)
class Fleet:
    """A number of one accelerator, as in `8xH100`; below one for a slice of a device."""

    count: float
    accelerator: Accelerator


def accelerators(knowledge: "Knowledge") -> dict[str, Accelerator]:
    """Every accelerator by key, in file order."""
    return table_cache(knowledge, _read)


def resolve_accelerator(knowledge: "Knowledge", text: str) -> Accelerator:
    """The accelerator that `text` names in any known spelling; UnknownName offers the nearest three."""
    return resolve_fleet(knowledge, text).accelerator


def resolve_fleet(knowledge: "Knowledge", text: str) -> Fleet:
    """Count and accelerator of `8xH100`, `4 x L40S`, `p5.48xlarge`, `A100 40GB`; UnknownName otherwise."""
    spellings = table_cache(knowledge, _spellings)
    count, name = 1.0, text.strip()
    if canonical(name) not in spellings:
        count, name = _counted(name)
    found = spellings.get(canonical(name))
    if found is None:
        raise nearest(text, accelerators(knowledge), "accelerator")
    return Fleet(count * found.count, found.accelerator)


_COUNT_FIRST = re.compile(r"(?i)^(\d+)(?:\s*[x*×]\s*|\s+|(?=[a-z]))(.+?)(?:\s+gpus?)?$")
_COUNT_LAST = re.compile(r"(?i)^(.+?)\s*[x*×]\s*(\d+)$")


def _counted(text: str) -> tuple[float, str]:
    if first := _COUNT_FIRST.match(text):
        return float(first[1]), first[2]
    if last := _COUNT_LAST.match(text):
        return float(last[2]), last[1]
    return 1.0, text


def _read(knowledge: "Knowledge") -> dict[str, Accelerator]:
    return {row["key"]: validated(Accelerator, row, TABLE) for row in knowledge.files.rows(TABLE)}


def _spellings(knowledge: "Knowledge") -> dict[str, Fleet]:
    table = accelerators(knowledge)
    found = {canonical(key): Fleet(1, item) for key, item in table.items()}
    for row in knowledge.files.rows("perf/accelerator_aliases.csv"):
        found[canonical(row["alias"])] = Fleet(float(row["count"]), table[row["key"]])
    return found
