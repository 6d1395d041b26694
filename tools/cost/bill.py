"""The monthly bill of a stack: services, model tokens or accelerators, and people."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from knowledge import Knowledge
from knowledge.records import Component

from ..estimate import Estimate
from ..month import HOURS_PER_MONTH
from .accelerators import ON_DEMAND, OWNED, RESERVED, SERVERLESS, accelerator_hourly
from .api import api_monthly_cost
from .lines import USD_MONTH, Bill, CostLine, Part, PricingCategory, total
from .services import priced_elsewhere, service_cost

EGRESS = "internet-egress"
PRICING: dict[str, PricingCategory] = {
    RESERVED: "Committed",
    OWNED: "Other",
    ON_DEMAND: "Standard",
    SERVERLESS: "Standard",
}


def monthly_bill(
    knowledge: Knowledge,
    components: Sequence[Component],
    values: Mapping[str, Any],
    as_of: date,
    *,
    model_lines: Sequence[CostLine] = (),
    staff: Estimate | None = None,
    discounts: Mapping[str, float] | None = None,
    egress: bool = True,
) -> Bill:
    """Lines and totals; a component in several slots is billed once, `model_lines` come from the sizing."""
    off = discounts or {}
    lines = list(model_lines)
    for component in {item.id: item for item in components}.values():
        if not priced_elsewhere(knowledge, component.id):
            lines += service_cost(knowledge, component.id, values, as_of, discount_of(component, off))
    if egress:
        lines += service_cost(knowledge, EGRESS, values, as_of)
    if staff is not None:
        lines.append(staff_line(staff))
    return bill_of(lines)


def bill_of(lines: Sequence[CostLine]) -> Bill:
    """The bill over `lines`; an unpriced line makes every total that it belongs to incomplete."""
    unpriced = tuple(f"{line.component}: {line.item}" for line in lines if line.unpriced)
    return Bill(
        lines=tuple(lines),
        monthly_infra=_sum(lines, ("infra", "llm"), "monthly-infra"),
        monthly_llm=_sum(lines, ("llm",), "monthly-llm"),
        monthly_staff=_sum(lines, ("staff",), "monthly-staff"),
        monthly_total=_sum(lines, ("infra", "llm", "staff"), "monthly-total"),
        incomplete=bool(unpriced)
        or any(line.effective_cost.incomplete for line in lines if line.effective_cost),
        unpriced=unpriced,
    )


def token_line(
    knowledge: Knowledge,
    model: str,
    provider: str,
    input_tokens_month: float,
    output_tokens_month: float,
    *,
    cached_share: float = 0.0,
    batch: bool = False,
    long_context: bool = False,
    discount: float = 0.0,
) -> CostLine:
    """The line of a hosted model; unpriced where its price isn't known."""
    cost = api_monthly_cost(
        knowledge, model, input_tokens_month, output_tokens_month, cached_share, batch, long_context
    )
    return _line(f"tokens of {model}", provider, "AI and Machine Learning", "Standard", cost, discount)


def accelerator_line(
    knowledge: Knowledge,
    accelerator: str,
    mode: str,
    count: float,
    clouds: tuple[str, ...] = (),
    as_of: date | None = None,
    *,
    hours_share: float = 1.0,
    discount: float = 0.0,
    part: Part = "llm",
) -> CostLine:
    """The line of `count` accelerators; `hours_share` is the part of the month that is billed."""
    hourly = accelerator_hourly(knowledge, accelerator, mode, clouds, as_of)
    hours = count * HOURS_PER_MONTH * hours_share
    cost = None if hourly is None else hourly.scaled(hours, USD_MONTH)
    item = f"{count:g} x {accelerator}"
    return _line(item, mode, "Compute", PRICING.get(mode, "Standard"), cost, discount, part)


def staff_line(staff: Estimate) -> CostLine:
    """The line of the people who operate the stack."""
    return CostLine(
        item="operation",
        component="staff",
        part="staff",
        service_category="Other",
        pricing_category="Other",
        list_cost=staff,
        effective_cost=staff,
    )


def discount_of(component: Component, discounts: Mapping[str, float]) -> float:
    """The organisation's discount for the component's vendor, its id, or the one cloud that offers it."""
    clouds = component.clouds - {"any"}
    keys = [component.id, component.vendor, component.vendor.casefold()]
    if len(clouds) == 1:
        keys.append(next(iter(clouds)))
    return next((discounts[key] for key in keys if key in discounts), 0.0)


def _line(
    item: str,
    component: str,
    category: str,
    pricing: PricingCategory,
    cost: Estimate | None,
    discount: float,
    part: Part = "llm",
) -> CostLine:
    return CostLine(
        item=item,
        component=component,
        part=part,
        service_category=category,
        pricing_category=pricing,
        list_cost=cost,
        effective_cost=None if cost is None else cost.scaled(1 - discount, USD_MONTH),
    )


def _sum(lines: Sequence[CostLine], parts: tuple[Part, ...], formula: str) -> Estimate:
    chosen = [line for line in lines if line.part in parts]
    costs = [line.effective_cost for line in chosen if line.effective_cost is not None]
    return total(costs, USD_MONTH, formula, incomplete=len(costs) < len(chosen))
