"""Hourly prices of accelerators as plain numbers, remembered per knowledge base."""

from datetime import date
from functools import lru_cache

from knowledge import Knowledge

from ..cost import accelerator_hourly

PRICE_DATE = date(2026, 11, 24)


@lru_cache(maxsize=4096)
def hourly_point(knowledge: Knowledge, accelerator: str, mode: str, clouds: tuple[str, ...]) -> float | None:
    """Typical USD per accelerator-hour in `mode`, or None where no price is known."""
    estimate = accelerator_hourly(knowledge, accelerator, mode, clouds, PRICE_DATE)
    return None if estimate is None else estimate.typical
