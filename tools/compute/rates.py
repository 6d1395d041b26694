"""Hourly prices of accelerators as plain numbers, remembered per knowledge base."""

from datetime import date
from functools import lru_cache

from knowledge import Knowledge
from knowledge.hardware import accelerators
from knowledge.sizing_data import constant

from ..cost import accelerator_hourly, vm_hourly
from ..cost.machines import VM_VCPU

PRICE_DATE = date(2026, 11, 24)


@lru_cache(maxsize=4096)
def hourly_point(knowledge: Knowledge, accelerator: str, mode: str, clouds: tuple[str, ...]) -> float | None:
    """Typical USD per accelerator-hour in `mode`, or None where no price is known."""
    spec = accelerators(knowledge).get(accelerator)
    if spec is not None and spec.kind == "cpu":
        return _processor_hourly(knowledge, clouds) if mode.startswith("cpu") else None
    estimate = accelerator_hourly(knowledge, accelerator, mode, clouds, PRICE_DATE)
    return None if estimate is None else estimate.typical


def _processor_hourly(knowledge: Knowledge, clouds: tuple[str, ...]) -> float:
    """A whole server of processors at the price of its vCPUs; own ones are valued the same."""
    return (
        vm_hourly(knowledge, VM_VCPU, clouds).typical
        * constant(knowledge, "cpu_encoders", "machine_vcpus").value
    )
