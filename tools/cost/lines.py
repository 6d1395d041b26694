"""The lines of a bill, in the words of FOCUS: ServiceCategory, PricingCategory, ListCost, EffectiveCost."""

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ..estimate import Estimate, Kind

USD_MONTH = "USD/month"
Part = Literal["infra", "llm", "staff"]
PricingCategory = Literal["Standard", "Committed", "Dynamic", "Other"]


class CostLine(BaseModel):
    """One charge a month; without a cost it is unpriced, which is not the same as free."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    item: str
    component: str
    part: Part = "infra"
    service_category: str
    pricing_category: PricingCategory = "Standard"
    list_cost: Estimate | None
    """At list price; None = unpriced."""
    effective_cost: Estimate | None
    """After the organisation's discounts."""
    note: str = ""

    @property
    def unpriced(self) -> bool:
        return self.effective_cost is None


class Bill(BaseModel):
    """What a stack costs a month."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lines: tuple[CostLine, ...]
    monthly_infra: Estimate
    """Infrastructure and services, model tokens and serving included, people excluded."""
    monthly_llm: Estimate
    """Model API or model serving alone; a part of monthly_infra."""
    monthly_staff: Estimate
    monthly_total: Estimate
    incomplete: bool
    """Some line is unpriced: totals read "at least"."""
    unpriced: tuple[str, ...]
    """`component: item` of what has no price."""


def total(estimates: Iterable[Estimate], unit: str, formula: str, incomplete: bool = False) -> Estimate:
    """Sum with every end added to the same end; evidence in order of first use."""
    items = tuple(estimates)
    evidence = tuple(dict.fromkeys(source for item in items for source in item.evidence))
    kind: Kind = items[0].kind if items and all(item.kind == items[0].kind for item in items) else "estimated"
    return Estimate(
        low=sum(item.low for item in items),
        typical=sum(item.typical for item in items),
        high=sum(item.high for item in items),
        unit=unit,
        kind=kind,
        formula=formula,
        evidence=evidence,
        incomplete=incomplete or any(item.incomplete for item in items),
    )


def product(left: Estimate, right: Estimate, unit: str, formula: str) -> Estimate:
    """Product of two non-negative estimates, end by end."""
    return Estimate(
        low=left.low * right.low,
        typical=left.typical * right.typical,
        high=left.high * right.high,
        unit=unit,
        formula=formula,
        evidence=tuple(dict.fromkeys((*left.evidence, *right.evidence))),
        incomplete=left.incomplete or right.incomplete,
    )
