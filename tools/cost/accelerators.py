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
from .owned import owned_hourly

ON_DEMAND, RESERVED, NEOCLOUD = "gpu-on-demand", "gpu-reserved", "gpu-neocloud"
SERVERLESS, SOVEREIGN, OWNED = "serverless-gpu", "gpu-sovereign-cloud", "gpu-on-prem"
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
    if mode == RESERVED:
        return _reserved(knowledge, accelerator, clouds, as_of)
    if mode == OWNED:
        found = owned_hourly(knowledge, accelerator)
    else:
        chosen = clouds if mode == ON_DEMAND else ()
        offers = _offers(knowledge, accelerator, mode, chosen, lambda row: row.usd_per_accelerator_h)
        found = _estimate(offers, accelerator, mode, as_of)
    return found or _from_peers(knowledge, accelerator, mode, clouds, as_of)


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


def _from_peers(
    knowledge: Knowledge, accelerator: str, mode: str, clouds: tuple[str, ...], as_of: date | None
) -> Estimate | None:
    """A price that nobody lists: on-demand times the ratio that other GPUs show in `mode`."""
    spec = accelerators(knowledge).get(accelerator)
    if mode == ON_DEMAND or spec is None or spec.kind != "gpu":
        return None
    full = accelerator_hourly(knowledge, accelerator, ON_DEMAND, (), as_of)
    ratios = _peer_ratios(knowledge, mode)
    if full is None or not ratios:
        return None
    spread, ratio = assumption(knowledge, "peer_spread"), median(ratios)
    return Estimate(
        low=full.typical * ratio * spread.low,
        typical=full.typical * ratio,
        high=full.typical * ratio * spread.high,
        unit=UNIT,
        kind="assumed",
        formula="accelerator-from-peers",
        inputs={"ratio": ratio, "peers": float(len(ratios))},
        evidence=(*full.evidence, *spread.evidence),
    )


@lru_cache(maxsize=32)
def _peer_ratios(knowledge: Knowledge, mode: str) -> tuple[float, ...]:
    """Typical price in `mode` over typical price on demand, of the accelerators that are listed both ways."""
    ratios = []
    for key in priced_accelerators(knowledge, mode):
        full = accelerator_hourly(knowledge, key, ON_DEMAND)
        if full is not None:
            other = accelerator_hourly(knowledge, key, mode)
            ratios.append((other.typical if other is not None else 0.0) / full.typical)
    return tuple(sorted(ratios))
