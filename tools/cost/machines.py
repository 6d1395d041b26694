"""Processors to rent: the price of a vCPU-hour and of a GiB-hour of memory across clouds."""

from collections.abc import Sequence
from functools import lru_cache
from statistics import median

from knowledge import Knowledge
from knowledge.prices import CpuPrice, cpu_prices

from ..estimate import Estimate

VM_VCPU = "vm_vcpu_hour"
VM_GIB = "vm_gib_hour"


@lru_cache(maxsize=256)
def vm_hourly(knowledge: Knowledge, meter: str, clouds: tuple[str, ...] = ()) -> Estimate:
    """USD per hour of `vm_vcpu_hour` (general purpose, 4 GiB each) or `vm_gib_hour` (memory optimised)."""
    cls = "general" if meter == VM_VCPU else "memory"
    rows = [row for row in cpu_prices(knowledge) if row.cls == cls and row.arch == "x86_64"]
    chosen = [row for row in rows if row.cloud in clouds] or rows
    per_gib = [1.0 if meter == VM_VCPU else row.gib_per_vcpu for row in chosen]
    return Estimate(
        low=min(row.usd_per_vcpu_h_min / gib for row, gib in zip(chosen, per_gib, strict=True)),
        typical=_typical(chosen, per_gib),
        high=max(row.usd_per_vcpu_h_max / gib for row, gib in zip(chosen, per_gib, strict=True)),
        unit="USD/h",
        kind="vendor",
        formula="vm-hourly",
        evidence=(f"price/vm/{cls}",),
    )


def _typical(rows: Sequence[CpuPrice], per_gib: Sequence[float]) -> float:
    """Median over clouds of the median over a cloud's regions, so that no cloud counts more than once."""
    by_cloud: dict[str, list[float]] = {}
    for row, gib in zip(rows, per_gib, strict=True):
        by_cloud.setdefault(row.cloud, []).append(row.usd_per_vcpu_h / gib)
    return median(median(prices) for prices in by_cloud.values())
