"""Hourly prices of machines with accelerators, of the offers and regions that we hold, from three clouds' lists.

A list prices a whole machine; our rows price one accelerator of it. New offers don't come this way: which
accelerators a machine holds is the catalogue's to say.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from ..errors import RefreshRefused
from ..layers import Row
from ..library import Knowledge
from .documents import CHANGED, amount, day, figure, mapping, plain, read_json
from .download import Answer
from .proposal import Proposal
from .sources import SourceSpec

TABLE = "cost/accelerator_prices.csv"
_GENERATED = re.compile(r"generated at (\d{4}-\d{2}-\d{2})")
_REGION = re.compile(r'^\t"([a-z0-9-]+)": \{$', re.MULTILINE)
_MACHINE = re.compile(r'"([a-z0-9.-]{2,40})": ([0-9]{1,12}(?:\.[0-9]{1,12})?)\b')


_OTHER_PRODUCT = re.compile(r"Windows|Cloud ?Services")


class HourlyPrice(NamedTuple):
    """USD an hour of one machine in one region; None where the list has no such price."""

    on_demand: float | None = None
    spot: float | None = None


Prices = dict[tuple[str, str], HourlyPrice]
"""(region, machine) -> its price."""


def propose_aws(answer: Answer, source: SourceSpec, knowledge: Knowledge, today: date) -> Proposal:
    """Prices of Karpenter's generated Go table, dated by its own header."""
    try:
        text = answer.content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefreshRefused(f"{source.title}: the answer isn't UTF-8 text.", CHANGED) from error
    generated = _GENERATED.search(text)
    dated = day(generated.group(1)) if generated else None
    if dated is None:
        raise RefreshRefused(f"{source.title}: the answer carries no date.", CHANGED)
    if not text.rstrip().endswith("}"):
        raise RefreshRefused(f"{source.title}: the answer is cut off.", CHANGED)
    return _proposal("aws", _go_prices(text), source, knowledge, dated)


def propose_gcp(answer: Answer, source: SourceSpec, knowledge: Knowledge, today: date) -> Proposal:
    """Prices of Karpenter's JSON for Google Cloud, which carries no date of its own."""
    document = mapping(read_json(answer.content, source.title), source.title, "the document")
    regions = mapping(document.get("prices"), source.title, "'prices'")
    prices: Prices = {}
    for region, kinds in regions.items():
        if not isinstance(kinds, dict):
            continue
        demand, spot = (kinds.get(kind) for kind in ("on_demand", "spot"))
        listed, cheaper = (item if isinstance(item, dict) else {} for item in (demand, spot))
        for machine in {*listed, *cheaper}:
            prices[str(region), str(machine)] = HourlyPrice(_given(listed, machine), _given(cheaper, machine))
    return _proposal("gcp", prices, source, knowledge, today)


def propose_azure(items: list[object], source: SourceSpec, knowledge: Knowledge, today: date) -> Proposal:
    """Prices of the Azure Retail Prices API: Linux, by the hour, in USD."""
    prices: Prices = {}
    for item in items:
        if not isinstance(item, dict) or not _is_hourly_linux(item):
            continue
        key = (plain(item.get("armRegionName")), plain(item.get("armSkuName")))
        # What isn't a number counts as zero, so that the guard names it.
        known, price = prices.get(key, HourlyPrice()), amount(item.get("retailPrice")) or 0.0
        words = f"{item.get('skuName')} {item.get('meterName')}"
        if "Low Priority" in words:
            continue
        prices[key] = known._replace(**{"spot" if "Spot" in words else "on_demand": price})
    return _proposal("azure", prices, source, knowledge, today)


def _is_hourly_linux(item: Mapping[str, object]) -> bool:
    return (
        item.get("type") == "Consumption"
        and item.get("currencyCode") == "USD"
        and str(item.get("unitOfMeasure", "")).startswith("1 Hour")
        and not _OTHER_PRODUCT.search(str(item.get("productName", "")))
        and item.get("serviceName") == "Virtual Machines"
    )


def _go_prices(text: str) -> Prices:
    marks = [*_REGION.finditer(text)]
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    prices: Prices = {}
    for mark, end in zip(marks, ends, strict=True):
        for machine, price in _MACHINE.findall(text, mark.end(), end):
            prices[mark.group(1), machine] = HourlyPrice(float(price))
    return prices


def _given(listed: Mapping[str, object], machine: str) -> float | None:
    """The price of a machine; what isn't a number counts as zero here too."""
    return (amount(listed[machine]) or 0.0) if machine in listed else None


def _proposal(cloud: str, prices: Prices, source: SourceSpec, knowledge: Knowledge, dated: date) -> Proposal:
    regions = {region for region, _ in prices}
    held = [
        row for row in knowledge.files.rows(TABLE) if row["cloud"] == cloud and _listed(row, cloud, regions)
    ]
    rows = tuple(_rows(held, prices, source, dated))
    return Proposal(dated, len(prices), len(held), len(rows), {TABLE: rows})


def _listed(row: Row, cloud: str, regions: set[str]) -> bool:
    """AWS's table holds one region alone: rows of others aren't missing from it."""
    return row["mode"] == "gpu-on-demand" and (cloud != "aws" or not regions or row["region"] in regions)


def _rows(held: list[Row], prices: Prices, source: SourceSpec, dated: date) -> Iterator[Row]:
    for row in held:
        price = prices.get((row["region"], row["offer"]))
        if price is None or (price.on_demand is None and price.spot is None):
            continue
        count = int(row["count"])
        new = row | {
            "as_of": dated.isoformat(),
            "confidence": "high",
            "source": f"{source.title}, {source.url}",
        }
        if price.on_demand is not None:
            new["usd_per_accelerator_h"] = figure(_of_one(price.on_demand, count, source))
        if price.spot is not None:
            spot = figure(_of_one(price.spot, count, source))
            new |= {"spot_usd_per_accelerator_h": spot, "spot_min": "", "spot_max": ""}
        yield new


def _of_one(price: float, count: int, source: SourceSpec) -> float:
    """Of one accelerator; what a list writes where it has no price stays as it is, so that the guard names it."""
    return price if price in source.sentinels else price / count
