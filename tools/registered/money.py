"""Cost tools: prices of accelerators, models and services, currency, ownership and break-even."""

from typing import Annotated, Literal

from knowledge.aliases import nearest
from knowledge.errors import InputRefused
from knowledge.hardware import resolve_accelerator
from knowledge.llm_prices import llm_prices

from ..cost import (
    TCO,
    Bill,
    BreakEven,
    CostLine,
    CurvePoint,
    accelerator_hourly,
    api_monthly_cost,
    bill_of,
    break_even,
    break_even_curve,
    convert,
    discount_of,
    priced_elsewhere,
    service_cost,
    spot_hourly,
    tco_36_months,
)
from ..cost.lines import USD_MONTH, Part
from ..estimate import Estimate
from ..values import resolve
from ..workload_file import workload_of
from .declaration import Context, Range, Tool, ToolInput, ToolResult, in_unit
from .workload import WorkloadInput

SPOT = "spot"
Mode = Literal[
    "gpu-on-demand",
    "gpu-reserved",
    "gpu-neocloud",
    "serverless-gpu",
    "gpu-sovereign-cloud",
    "gpu-on-prem",
    "spot",
]


class Price(ToolResult):
    """A price, or why there is none."""

    price: Estimate | None
    note: str = ""


class AcceleratorPriceInput(ToolInput):
    accelerator: str
    """Accelerator, in any known spelling."""
    mode: Mode = "gpu-on-demand"
    """How it is rented; gpu-on-prem is bought and written off."""
    clouds: tuple[str, ...] = ()
    """aws, gcp, azure, oci …: narrows on-demand, reserved and spot prices."""


class ApiCostInput(ToolInput):
    model: str
    """Hosted model, as the provider or the price list spells it."""
    input_tokens_month: Annotated[float, in_unit("tokens/month", ge=0)]
    """Tokens read a month."""
    output_tokens_month: Annotated[float, in_unit("tokens/month", ge=0)]
    """Tokens written a month."""
    cached_share: Annotated[float, in_unit("share from 0 to 1", ge=0, le=1)] = 0
    """Part of the input that the provider's prompt cache serves."""
    batch: bool = False
    """Batch prices."""
    long_context: bool = False
    """Prompts beyond the provider's long-context threshold."""


class ServiceCostInput(WorkloadInput):
    component: str
    """Component id of the catalogue."""


class CurrencyInput(ToolInput):
    amount: Annotated[float, in_unit("units of the source currency")]
    """Amount to convert."""
    source: str
    """ISO code, e.g. EUR."""
    target: str = "USD"
    """ISO code."""


class TcoInput(ToolInput):
    services_usd_month: Annotated[Range, in_unit("USD/month")]
    """Services and machines, without the model and without people."""
    model_usd_month: Annotated[Range | None, in_unit("USD/month")] = None
    """Model tokens or accelerators."""
    model_is_rented: bool = False
    """True where model_usd_month buys accelerators, false where it buys tokens: their prices drift differently."""
    staff_usd_month: Annotated[Range | None, in_unit("USD/month")] = None
    """People who operate it."""
    growth_pct_month: Annotated[Range, in_unit("percent/month")] = Range(low=0, typical=0, high=0)
    """Growth of the load."""
    discount_rate: Annotated[float, in_unit("share from 0 to 1 a year", ge=0, lt=1)] = 0.09
    """Discount rate of the present value."""
    migration_usd: Annotated[Range | None, in_unit("USD")] = None
    """One-off cost to move in."""
    training_usd: Annotated[Range | None, in_unit("USD")] = None
    """One-off cost to learn it."""
    exit_usd: Annotated[Range | None, in_unit("USD")] = None
    """One-off cost to leave at the end."""
    missed_target_usd_month: Annotated[Range | None, in_unit("USD/month")] = None
    """The business cost of missing a target."""
    months: Annotated[int, in_unit("months", ge=1, le=120)] = 36
    """Horizon."""


class BreakEvenInput(ToolInput):
    api_usd_per_million: Annotated[Range, in_unit("USD per 1e6 tokens")]
    """Price of the API, blended over input and output."""
    selfhost_usd_month: Annotated[Range, in_unit("USD/month")]
    """What the deployment costs whatever it does, people included."""
    capacity_tokens_month: Annotated[float, in_unit("tokens/month", gt=0)]
    """What the deployment carries at full load."""


class CurveInput(ToolInput):
    api_usd_per_million: Annotated[float, in_unit("USD per 1e6 tokens", gt=0)]
    """Price of the API, blended over input and output."""
    replica_usd_month: Annotated[float, in_unit("USD/month", gt=0)]
    """Cost of one replica."""
    replica_capacity_tokens_month: Annotated[float, in_unit("tokens/month", gt=0)]
    """What one replica carries at full load."""
    fixed_usd_month: Annotated[float, in_unit("USD/month", ge=0)] = 0
    """Cost that doesn't grow with replicas."""
    volumes: Annotated[tuple[float, ...], in_unit("tokens/month")]
    """Volumes to compare at."""
    target_utilisation: Annotated[float, in_unit("share from 0 to 1", gt=0, le=1)] = 0.6
    """Load over capacity at which a replica is added."""


class Curve(ToolResult):
    points: tuple[CurvePoint, ...]


def _accelerator(given: AcceleratorPriceInput, context: Context) -> Price:
    knowledge = context.knowledge
    key = resolve_accelerator(knowledge, given.accelerator).key
    clouds = tuple(sorted(given.clouds))
    if given.mode == SPOT:
        price = spot_hourly(knowledge, key, clouds, context.as_of)
    else:
        price = accelerator_hourly(knowledge, key, given.mode, clouds, context.as_of)
    note = "" if price is not None else f"{key} is unpriced in the mode {given.mode}."
    return Price(price=price, note=note)


def _api(given: ApiCostInput, context: Context) -> Price:
    price = api_monthly_cost(
        context.knowledge,
        given.model,
        given.input_tokens_month,
        given.output_tokens_month,
        given.cached_share,
        given.batch,
        given.long_context,
    )
    if price is None:
        raise nearest(given.model, llm_prices(context.knowledge), "hosted model")
    return Price(price=price)


def _service(given: ServiceCostInput, context: Context) -> Bill:
    knowledge = context.knowledge
    component = knowledge.components.get(given.component)
    if component is None:
        raise nearest(given.component, knowledge.components, "component")
    values = resolve(
        workload_of(given.workload, "service-cost", knowledge), knowledge, context.profile
    ).values
    elsewhere = priced_elsewhere(knowledge, component.id)
    if elsewhere:
        line = _line(f"carried by the line of {elsewhere}", "infra", None)
        return bill_of([line.model_copy(update={"component": component.id})])
    discount = discount_of(component, context.profile.discounts)
    return bill_of(service_cost(knowledge, component.id, values, context.as_of, discount))


def _currency(given: CurrencyInput, context: Context) -> Estimate:
    return convert(context.knowledge, given.amount, given.source, given.target, context.as_of)


def _tco(given: TcoInput, context: Context) -> TCO:
    lines = [_line("services", "infra", given.services_usd_month)]
    if given.model_usd_month is not None:
        category = "Compute" if given.model_is_rented else "AI and Machine Learning"
        lines.append(_line("model", "llm", given.model_usd_month, category))
    if given.staff_usd_month is not None:
        lines.append(_line("staff", "staff", given.staff_usd_month))
    nothing = Range(low=0, typical=0, high=0)
    return tco_36_months(
        context.knowledge,
        bill_of(lines),
        given.growth_pct_month.estimate("percent/month"),
        discount_rate=given.discount_rate,
        migration=(given.migration_usd or nothing).estimate("USD"),
        training=(given.training_usd or nothing).estimate("USD"),
        exit_cost=(given.exit_usd or nothing).estimate("USD"),
        missed_target=(given.missed_target_usd_month or nothing).estimate(USD_MONTH),
        months=given.months,
    )


def _line(item: str, part: Part, cost: Range | None, category: str = "Other") -> CostLine:
    estimate = None if cost is None else cost.estimate(USD_MONTH)
    return CostLine(
        item=item,
        component=item,
        part=part,
        service_category=category,
        list_cost=estimate,
        effective_cost=estimate,
    )


def _break_even(given: BreakEvenInput, context: Context) -> BreakEven:
    if given.api_usd_per_million.low <= 0:
        raise InputRefused("break-even, api_usd_per_million: the price must be above 0.")
    return break_even(
        given.api_usd_per_million.estimate("USD per 1e6 tokens"),
        given.selfhost_usd_month.estimate(USD_MONTH),
        given.capacity_tokens_month,
    )


def _curve(given: CurveInput, context: Context) -> Curve:
    return Curve(
        points=break_even_curve(
            given.api_usd_per_million,
            given.replica_usd_month,
            given.replica_capacity_tokens_month,
            given.fixed_usd_month,
            given.volumes,
            given.target_utilisation,
        )
    )


TOOLS = (
    Tool(
        "accelerator-price",
        "Price of an accelerator-hour, rented or owned",
        AcceleratorPriceInput,
        _accelerator,
    ),
    Tool("api-cost", "Monthly cost of a hosted model", ApiCostInput, _api),
    Tool("service-cost", "Monthly bill of one component under a workload", ServiceCostInput, _service),
    Tool("convert-currency", "Money in another currency at a dated rate", CurrencyInput, _currency),
    Tool("tco", "Total cost of ownership with ranges, present value and tornado", TcoInput, _tco),
    Tool("break-even", "Volume from which self-hosting is cheaper than an API", BreakEvenInput, _break_even),
    Tool("break-even-curve", "Both bills over volumes, replicas added as load grows", CurveInput, _curve),
)
