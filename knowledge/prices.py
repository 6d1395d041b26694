"""Prices of machines: accelerators to rent and to buy, processors, and discounts for commitment.

One row is one list price of one offer, with its source and date. Prices are per device and hour, so that
instances of different sizes compare.
"""

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from .aliases import table_cache
from .records import Record
from .tables import read_table

if TYPE_CHECKING:
    from .library import Knowledge

Confidence = Literal["high", "medium", "low"]
RentalMode = Literal["gpu-on-demand", "gpu-neocloud", "serverless-gpu", "gpu-sovereign-cloud"]
RENTS = "cost/accelerator_prices.csv"
HIGHEST_USD_PER_ACCELERATOR_H = 100
"""Bound against sentinels: catalogues write 700 where a price is missing."""
SPOT_FLOOR = 0.1
"""A spot price of exactly a tenth of on-demand is the floor of the auction, not a market price."""


class AcceleratorPrice(Record):
    """A list price of one offer in one region, per accelerator-hour."""

    accelerator: str
    mode: RentalMode
    cloud: str
    offer: str
    count: int = Field(ge=1)
    """Accelerators of the offer."""
    region: str = ""
    region_class: str = ""
    usd_per_accelerator_h: float | None = Field(default=None, gt=0, lt=HIGHEST_USD_PER_ACCELERATOR_H)
    """None where the offer is sold by auction or capacity block alone."""
    spot_usd_per_accelerator_h: float | None = Field(default=None, gt=0, lt=HIGHEST_USD_PER_ACCELERATOR_H)
    spot_min: float | None = Field(default=None, gt=0)
    spot_max: float | None = Field(default=None, gt=0)
    as_of: str
    """Day, or year where the source carries no day."""
    confidence: Confidence
    source: str

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if self.usd_per_accelerator_h is None and self.spot_usd_per_accelerator_h is None:
            raise ValueError("an offer needs an on-demand or a spot price")
        return self

    @property
    def has_market_spot(self) -> bool:
        """Whether the spot price says something: neither on-demand itself nor the auction's floor."""
        spot, full = self.spot_usd_per_accelerator_h, self.usd_per_accelerator_h
        return spot is not None and (full is None or SPOT_FLOOR * full * 1.001 < spot < full * 0.999)


class CpuPrice(Record):
    """Prices per vCPU-hour of one class of machine in one group of regions."""

    cloud: str
    region_class: str
    cls: Literal["general", "memory", "compute"]
    arch: Literal["x86_64", "arm64"]
    gib_per_vcpu: float = Field(gt=0)
    """By the provider's naming convention."""
    usd_per_vcpu_h_min: float = Field(gt=0)
    usd_per_vcpu_h: float = Field(gt=0)
    usd_per_vcpu_h_max: float = Field(gt=0, lt=2)
    spot_usd_per_vcpu_h: float | None = Field(default=None, gt=0)
    instances: int = Field(ge=1)
    regions: str
    as_of: str
    source: str

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.usd_per_vcpu_h_min <= self.usd_per_vcpu_h <= self.usd_per_vcpu_h_max:
            raise ValueError("the least, the usual and the highest price are not in order; give all three")
        return self


class PurchasePrice(Record):
    """What one accelerator costs to buy, without the server around it."""

    accelerator: str
    low_usd: float = Field(gt=0)
    typical_usd: float = Field(gt=0)
    high_usd: float = Field(gt=0)
    as_of: str
    confidence: Confidence
    source: str

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low_usd <= self.typical_usd <= self.high_usd:
            raise ValueError("low, typical and high are not in order; give all three")
        return self


class CommitmentDiscount(Record):
    """Fraction off the list price for a commitment, averaged over a cloud."""

    cloud: str
    scenario: str
    discount_fraction: float = Field(gt=0, lt=1)
    scope: str
    as_of: str
    confidence: Confidence
    source: str
    note: str = ""


def accelerator_prices(knowledge: "Knowledge") -> tuple[AcceleratorPrice, ...]:
    """Every rental price of accelerators."""
    return table_cache(knowledge, _accelerators)


def cpu_prices(knowledge: "Knowledge") -> tuple[CpuPrice, ...]:
    """Every price of processors."""
    return table_cache(knowledge, _cpus)


def purchase_prices(knowledge: "Knowledge") -> dict[str, PurchasePrice]:
    """Purchase prices by accelerator key."""
    return table_cache(knowledge, _purchases)


def commitment_discounts(knowledge: "Knowledge") -> tuple[CommitmentDiscount, ...]:
    """Discounts for commitments."""
    return table_cache(knowledge, _discounts)


def _accelerators(knowledge: "Knowledge") -> tuple[AcceleratorPrice, ...]:
    return read_table(knowledge, RENTS, AcceleratorPrice)


def _cpus(knowledge: "Knowledge") -> tuple[CpuPrice, ...]:
    return read_table(knowledge, "cost/cpu_prices.csv", CpuPrice)


def _purchases(knowledge: "Knowledge") -> dict[str, PurchasePrice]:
    rows = read_table(knowledge, "cost/accelerator_purchase.csv", PurchasePrice)
    return {row.accelerator: row for row in rows}


def _discounts(knowledge: "Knowledge") -> tuple[CommitmentDiscount, ...]:
    return read_table(knowledge, "cost/commitment_discounts.csv", CommitmentDiscount)
