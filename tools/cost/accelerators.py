"""What an accelerator-hour costs: on demand, reserved, spot, serverless, in a sovereign cloud, or owned.

List prices of one accelerator differ six times between clouds and regions, so the answer is an interval:
the 10th to 90th percentile of all matching offers, and as typical value the median over clouds of each
cloud's median.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from statistics import median, quantiles
from typing import NamedTuple

from knowledge import Knowledge
from knowledge.aliases import table_cache
from knowledge.hardware import accelerators
from knowledge.prices import AcceleratorPrice, accelerator_prices, purchase_prices

from ..estimate import Estimate
from .assumptions import assumption

ON_DEMAND, RESERVED, NEOCLOUD = "gpu-on-demand", "gpu-reserved", "gpu-neocloud"
SERVERLESS, SOVEREIGN, OWNED = "serverless-gpu", "gpu-sovereign-cloud", "gpu-on-prem"
HOURS_PER_MONTH = 730.0
UNIT = "USD/accelerator-hour"
STALE_DAYS = 90
"""Prices older than this are shown with their age."""

PriceOf = Callable[[AcceleratorPrice], float | None]


class Offers(NamedTuple):
    """Matching offers: price by cloud, and the newest day among them."""

    by_cloud: dict[str, list[float]]
    newest: str


@lru_cache(maxsize=8192)
def accelerator_hourly(
    knowledge: Knowledge, accelerator: str, mode: str, clouds: tuple[str, ...] = (), as_of: date | None = None
) -> Estimate | None:
    """USD per accelerator-hour in deployment mode `mode`; None where no price is known.

    `clouds` narrows on-demand and reserved prices to clouds that have one; elsewhere it is ignored.
    """
    if mode == OWNED:
        return _owned(knowledge, accelerator)
    if mode == RESERVED:
        return _reserved(knowledge, accelerator, clouds, as_of)
    chosen = clouds if mode == ON_DEMAND else ()
    offers = _offers(knowledge, accelerator, mode, chosen, lambda row: row.usd_per_accelerator_h)
    return _estimate(offers, accelerator, mode, as_of)


@lru_cache(maxsize=2048)
def spot_hourly(
    knowledge: Knowledge, accelerator: str, clouds: tuple[str, ...] = (), as_of: date | None = None
) -> Estimate | None:
    """USD per useful accelerator-hour on spot, interruptions included: always an interval, never a point."""
    rows = [row for row in accelerator_prices(knowledge) if row.accelerator == accelerator]
    market = [row for row in rows if row.has_market_spot]
    chosen = [row for row in market if row.cloud in clouds] or market
    prices = [row.spot_usd_per_accelerator_h for row in chosen if row.spot_usd_per_accelerator_h is not None]
    if not prices:
        return None
    overhead = assumption(knowledge, "interruption_overhead")
    low = min(row.spot_min or row.spot_usd_per_accelerator_h or 0.0 for row in chosen)
    high = max(row.spot_max or row.spot_usd_per_accelerator_h or 0.0 for row in chosen)
    return Estimate(
        low=low * overhead.low,
        typical=median(prices) * overhead.typical,
        high=max(high, 1.2 * median(prices)) * overhead.high,
        unit=UNIT,
        kind="vendor",
        formula="accelerator-spot",
        inputs={"offers": float(len(prices)), **_age(max(row.as_of for row in chosen), as_of)},
        evidence=(f"price/accelerator/{accelerator}/spot", *overhead.evidence),
    )


def priced_accelerators(knowledge: Knowledge, mode: str) -> tuple[str, ...]:
    """Accelerator keys with a price in `mode`."""
    if mode == OWNED:
        return tuple(purchase_prices(knowledge))
    wanted = ON_DEMAND if mode == RESERVED else mode
    keys = {
        row.accelerator
        for row in accelerator_prices(knowledge)
        if row.mode == wanted and row.usd_per_accelerator_h is not None
    }
    return tuple(sorted(keys))


def _offers(
    knowledge: Knowledge, accelerator: str, mode: str, clouds: Sequence[str], price_of: PriceOf
) -> Offers:
    rows = table_cache(knowledge, _index).get((accelerator, mode), ())
    priced = [(row, price) for row in rows if (price := price_of(row)) is not None]
    chosen = [pair for pair in priced if pair[0].cloud in clouds] or priced
    by_cloud: dict[str, list[float]] = {}
    for row, price in chosen:
        by_cloud.setdefault(row.cloud, []).append(price)
    return Offers(by_cloud, max((row.as_of for row, _ in chosen), default=""))


def _index(knowledge: Knowledge) -> dict[tuple[str, str], list[AcceleratorPrice]]:
    found: dict[tuple[str, str], list[AcceleratorPrice]] = {}
    for row in accelerator_prices(knowledge):
        found.setdefault((row.accelerator, row.mode), []).append(row)
    return found


def _estimate(offers: Offers, accelerator: str, mode: str, as_of: date | None) -> Estimate | None:
    if not offers.by_cloud:
        return None
    prices = sorted(price for group in offers.by_cloud.values() for price in group)
    typical = median(median(group) for group in offers.by_cloud.values())
    tenths = quantiles(prices, n=10, method="inclusive") if len(prices) > 1 else [prices[0]] * 9
    return Estimate(
        low=min(tenths[0], typical),
        typical=typical,
        high=max(tenths[-1], typical),
        unit=UNIT,
        kind="vendor",
        formula="accelerator-hourly",
        inputs={"offers": float(len(prices)), **_age(offers.newest, as_of)},
        evidence=(f"price/accelerator/{accelerator}/{mode}",),
    )


def _age(newest: str, as_of: date | None) -> dict[str, float | str]:
    """The day of the newest price and, where both days are known, its age."""
    if as_of is None or len(newest) != len("2026-01-01"):
        return {"as_of": newest}
    return {"as_of": newest, "age_days": float((as_of - date.fromisoformat(newest)).days)}


def _reserved(
    knowledge: Knowledge, accelerator: str, clouds: tuple[str, ...], as_of: date | None
) -> Estimate | None:
    """On-demand less the discount of a one to three year commitment."""
    full = accelerator_hourly(knowledge, accelerator, ON_DEMAND, clouds, as_of)
    if full is None:
        full = accelerator_hourly(knowledge, accelerator, NEOCLOUD, (), as_of)
    if full is None:
        return None
    discount = assumption(knowledge, "reserved_gpu_discount")
    return full.model_copy(
        update={
            "low": full.low * (1 - discount.high),
            "typical": full.typical * (1 - discount.typical),
            "high": full.high * (1 - discount.low),
            "kind": "estimated",
            "formula": "accelerator-reserved",
            "evidence": (*full.evidence, *discount.evidence),
        }
    )


def _owned(knowledge: Knowledge, accelerator: str) -> Estimate | None:
    """Write-off, maintenance, electricity and space of an owned accelerator and its share of the server."""
    bought = purchase_prices(knowledge).get(accelerator)
    if bought is None:
        return None
    spec = accelerators(knowledge).get(accelerator)
    low, typical, high = (
        _owned_hour(knowledge, price, end, opposite, spec.tdp_w if spec else None)
        for price, end, opposite in (
            (bought.low_usd, "low", "high"),
            (bought.typical_usd, "typical", "typical"),
            (bought.high_usd, "high", "low"),
        )
    )
    names = ("server_share", "amortisation_months", "maintenance_share_year", "host_power_factor", "pue_own",
             "electricity_usd_kwh", "colocation_usd_kw_month")  # fmt: skip
    return Estimate(
        low=low,
        typical=typical,
        high=high,
        unit=UNIT,
        kind="estimated",
        formula="accelerator-owned",
        inputs={"purchase_usd": bought.typical_usd, "as_of": bought.as_of},
        evidence=(f"price/purchase/{accelerator}", *(f"assumption/cost/{name}" for name in names)),
        incomplete=spec is None or spec.tdp_w is None,
    )


def _owned_hour(knowledge: Knowledge, price: float, end: str, opposite: str, watts: float | None) -> float:
    def at(name: str, which: str = end) -> float:
        return float(getattr(assumption(knowledge, name), which))

    server = price * (1 + at("server_share"))
    hours = at("amortisation_months", opposite) * HOURS_PER_MONTH
    capital = server / hours + server * at("maintenance_share_year") / (12 * HOURS_PER_MONTH)
    kilowatts = (watts or 0.0) * at("host_power_factor") / 1000
    power = kilowatts * at("pue_own") * at("electricity_usd_kwh")
    space = kilowatts * at("colocation_usd_kw_month") / HOURS_PER_MONTH
    return capital + power + space
