"""What the model itself costs a month: tokens, audio minutes, images, accelerators or processors by the hour."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from knowledge import Knowledge
from knowledge.media_prices import media_prices

from .compute import Compute
from .compute.hosted import monthly_units
from .compute.serving import duty
from .cost import CostLine, accelerator_line, token_line, vm_hourly
from .cost.accelerators import OWNED
from .cost.lines import USD_MONTH
from .cost.machines import VM_VCPU
from .estimate import Estimate
from .month import HOURS_PER_MONTH, MONTH_S
from .profile import Profile


def model_lines(
    compute: Compute, values: Mapping[str, Any], knowledge: Knowledge, profile: Profile, as_of: date
) -> list[CostLine]:
    """The lines of the bill that the model causes; unpriced where a volume, a size or a price isn't known."""
    clouds = tuple(sorted(values.get("existing_cloud") or ()))
    off = max((profile.discounts.get(cloud, 0.0) for cloud in clouds), default=0.0)
    if compute.kind == "api" and compute.unit != "token":
        return [_media_line(compute, values, knowledge, profile.discounts.get(compute.provider, 0.0))]
    if compute.kind == "api":
        return [_token_line(compute, values, knowledge, profile.discounts.get(compute.provider, 0.0))]
    if compute.vcpus:
        return [_processor_line(compute, knowledge, clouds, off)]
    if compute.kind == "encoder" and compute.usd_month is None:
        return [_line(f"accelerators for {compute.model}", compute.deployment, None, 0.0)]
    if not compute.accelerators:
        return []
    line = accelerator_line(
        knowledge,
        compute.accelerator,
        compute.deployment,
        compute.accelerators,
        clouds,
        as_of,
        hours_share=_hours_share(compute, values),
        discount=off,
    )
    return [line]


def _hours_share(compute: Compute, values: Mapping[str, Any]) -> float:
    """Part of the month that is billed: rented training machines while the run lasts, own ones always."""
    run = compute.training
    if compute.kind != "training" or run is None or compute.deployment == OWNED:
        return duty(values, compute.deployment, compute.utilisation)
    return min(run.gpu_hours / (max(compute.accelerators, 1) * HOURS_PER_MONTH), 1.0)


def _token_line(
    compute: Compute, values: Mapping[str, Any], knowledge: Knowledge, discount: float
) -> CostLine:
    calls = (values.get("mean_rps") or 0.0) * MONTH_S * max(values.get("llm_calls_per_task") or 1, 1)
    prompt = max(values.get("prompt_tokens") or 1.0, 1.0)
    return token_line(
        knowledge,
        compute.model,
        compute.provider,
        calls * prompt,
        calls * (values.get("output_tokens") or 0.0),
        cached_share=min((values.get("shared_prefix_tokens") or 0.0) / prompt, 1.0),
        batch=values.get("batch_only") is True,
        discount=discount,
    )


def _media_line(
    compute: Compute, values: Mapping[str, Any], knowledge: Knowledge, discount: float
) -> CostLine:
    """Volume x list price, known as well as the volume is."""
    price, volume = media_prices(knowledge)[compute.model], monthly_units(knowledge, values, compute.unit)
    item = f"{compute.unit.replace('_', ' ')}s of {compute.model}"
    if volume is None:
        return _line(item, compute.provider, None, discount)
    usd = volume * price.usd_per_unit
    cost = Estimate(
        low=usd,
        typical=usd,
        high=usd,
        unit=USD_MONTH,
        kind="vendor",
        formula="media-monthly-cost",
        inputs={"units_month": volume, "usd_per_unit": price.usd_per_unit},
        evidence=(f"price/media/{price.model}",),
    )
    return _line(item, compute.provider, cost, discount)


def _processor_line(
    compute: Compute, knowledge: Knowledge, clouds: tuple[str, ...], discount: float
) -> CostLine:
    rented = compute.deployment == "cpu-cloud"
    hourly = vm_hourly(knowledge, VM_VCPU, clouds if rented else ())
    cost = hourly.scaled(compute.vcpus * HOURS_PER_MONTH, USD_MONTH)
    note = "" if rented else "own processors at the price of rented ones"
    return _line(f"{compute.vcpus} vCPUs for {compute.model}", compute.deployment, cost, discount, note)


def _line(item: str, component: str, cost: Estimate | None, discount: float, note: str = "") -> CostLine:
    return CostLine(
        item=item,
        component=component,
        part="llm",
        service_category="Compute" if component.startswith(("cpu", "gpu")) else "AI and Machine Learning",
        pricing_category="Standard" if cost is not None else "Other",
        list_cost=cost,
        effective_cost=None if cost is None else cost.scaled(1 - discount, USD_MONTH),
        note=note,
    )
