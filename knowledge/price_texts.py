"""Prices in words, a line each, with where they were read: tokens, meters of services, accelerators to rent."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import median

from .llm_prices import LlmPrice
from .media_prices import MediaPrice, MediaTask, MediaUnit
from .prices import AcceleratorPrice
from .regions import Region
from .service_prices import ServicePrice

_RENTED = {
    "gpu-on-demand": "on demand",
    "gpu-neocloud": "at GPU clouds",
    "gpu-sovereign-cloud": "at sovereign clouds",
    "serverless-gpu": "serverless",
}
_BY = {
    "gpu-on-demand": "on demand",
    "gpu-neocloud": "GPU cloud",
    "gpu-sovereign-cloud": "sovereign cloud",
    "serverless-gpu": "serverless",
}
_UNITS: dict[MediaUnit, tuple[str, float]] = {
    "audio_minute": ("a minute of audio", 1),
    "character": ("per million characters", 1e6),
    "image": ("an image", 1),
}
_TASKS: dict[MediaTask, str] = {
    "listen": "speech recognition of recordings",
    "speak": "speech synthesis",
    "draw": "images",
}
_LIVE = "speech recognition while it is spoken"


def media_price_line(row: MediaPrice) -> str:
    """What a model that isn't billed by text tokens costs at one provider."""
    unit, count = _UNITS[row.unit]
    task = _LIVE if row.task == "listen" and row.live else _TASKS[row.task]
    told = f"USD {row.usd_per_unit * count:.6g} {unit} ({task}){_ends(row)}"
    return f"price of {row.model} at {row.provider}: {told} ({row.source}, {row.as_of})"


def meter_line(row: ServicePrice) -> str:
    """A price that is held, or that none is published or was found."""
    note = f"; {row.note}" if row.note else ""
    read = f" ({row.source}, {row.as_of})" if row.source else ""
    if row.price_usd is None:
        return f"{row.service}, {row.meter}: no list price {row.unit.removeprefix('not ')}{read}{note}"
    spread = (
        f" ({row.low or row.price_usd:g} to {row.high or row.price_usd:g})" if row.low or row.high else ""
    )
    where = f", {row.region}" if row.region else ""
    price = f"USD {row.price_usd:g}{spread} per {row.unit.removeprefix('USD/')}{where}"
    return f"{row.service}, {row.meter}: {price}{read}{note}"


def token_price_line(row: LlmPrice) -> str:
    """What a model costs at one provider."""
    asked = f"USD {row.input_usd_per_m:g} per million tokens in" if row.input_usd_per_m is not None else ""
    answered = f"{row.output_usd_per_m:g} out" if row.output_usd_per_m is not None else ""
    batch = ""
    if row.batch_input_usd_per_m is not None and row.batch_output_usd_per_m is not None:
        batch = f"in a batch {row.batch_input_usd_per_m:g} and {row.batch_output_usd_per_m:g}"
    query = f"USD {row.usd_per_query:g} a query" if row.usd_per_query is not None else ""
    surcharge = ""
    if row.long_context_input_usd_per_m is not None and row.long_context_from_tokens:
        surcharge = f"above {row.long_context_from_tokens:,} tokens {row.long_context_input_usd_per_m:g} in"
    cached = f"cached input {row.cache_read_usd_per_m:g}" if row.cache_read_usd_per_m is not None else ""
    written = f"cache write {row.cache_write_usd_per_m:g}" if row.cache_write_usd_per_m is not None else ""
    told = ", ".join(part for part in (asked, answered, cached, written, surcharge, batch, query) if part)
    return f"price of {row.model} at {row.provider}: {told}{_ends(row)} ({row.source}, {row.as_of})"


def _ends(row: LlmPrice | MediaPrice) -> str:
    """When it stops, or did."""
    ends = "date of retirement" if row.offered(row.as_of) else "retired on"
    return f", {ends} {row.deprecation_date}" if row.deprecation_date else ""


def context_lines(sold: Iterable[LlmPrice]) -> Iterator[str]:
    """How much goes in and out of a model where it is sold, providers with the same lengths in one line."""
    by_lengths: dict[str, list[LlmPrice]] = {}
    for row in sold:
        into = f"{row.max_input_tokens:,} tokens in" if row.max_input_tokens else ""
        out = f"{row.max_output_tokens:,} tokens out" if row.max_output_tokens else ""
        if told := ", ".join(part for part in (into, out) if part):
            by_lengths.setdefault(told, []).append(row)
    for told, rows in by_lengths.items():
        providers = ", ".join(dict.fromkeys(row.provider for row in rows))
        yield f"context at {providers}: {told} ({rows[0].source}, {rows[0].as_of})"


def retirement_lines(sold: Iterable[LlmPrice]) -> Iterator[str]:
    """When a model stops, or did, where a day is known."""
    for row in sold:
        if row.deprecation_date:
            told = f"{row.model} at {row.provider} on {row.deprecation_date}"
            yield f"retirement: {told} ({row.source}, {row.as_of})"


def rent_lines(offers: Iterable[AcceleratorPrice]) -> Iterator[str]:
    """Of each way to rent it the range and the cheapest offer."""
    for mode, listed in _grouped(offers, lambda offer: offer.mode).items():
        yield f"rented {_RENTED.get(mode, mode)}: {_offered(listed)}"


def cloud_lines(offers: Iterable[AcceleratorPrice]) -> Iterator[str]:
    """The same of each cloud, those with most offers first."""
    by_cloud = _grouped(offers, lambda offer: f"{offer.cloud}, {_BY.get(offer.mode, offer.mode)}")
    for cloud, listed in sorted(by_cloud.items(), key=lambda item: (-len(item[1]), item[0])):
        yield f"at {cloud}: {_offered(listed)}"


def region_lines(
    offers: Iterable[AcceleratorPrice], known: Mapping[tuple[str, str], Region]
) -> Iterator[str]:
    """The same of each region of a cloud, the cheapest first; `known`: where regions lie."""
    placed = [offer for offer in offers if offer.region]
    by_region = _grouped(placed, lambda offer: whereabouts(offer, known))
    for where, listed in sorted(by_region.items(), key=lambda item: (min(map(_hourly, item[1])), item[0])):
        yield f"in {where}: {_offered(listed)}"


def whereabouts(
    offer: AcceleratorPrice, known: Mapping[tuple[str, str], Region], *, mode: bool = True
) -> str:
    """The place, the region of the cloud, and (`mode`) how it is rented there."""
    region = known.get((offer.cloud, offer.region))
    place = f"{region.place}, " if region else ""
    return f"{place}{offer.cloud} {offer.region}{f', {_BY.get(offer.mode, offer.mode)}' if mode else ''}"


def _hourly(offer: AcceleratorPrice) -> float:
    return offer.usd_per_accelerator_h or 0


def _grouped(
    offers: Iterable[AcceleratorPrice], key: Callable[[AcceleratorPrice], str]
) -> dict[str, list[AcceleratorPrice]]:
    """Those with a price per hour."""
    found: dict[str, list[AcceleratorPrice]] = {}
    for offer in offers:
        if offer.usd_per_accelerator_h is not None:
            found.setdefault(key(offer), []).append(offer)
    return found


def _offered(listed: Sequence[AcceleratorPrice]) -> str:
    prices = [_hourly(offer) for offer in listed]
    cheapest = min(listed, key=_hourly)
    market = [offer for offer in listed if offer.has_market_spot]
    spot = ""
    if market:
        lowest = min(market, key=_spot)
        where = f"{lowest.cloud} {lowest.region}".strip()
        spot = f"; spot {_range([_spot(offer) for offer in market])} ({where}, {lowest.as_of}, is the lowest)"
    whose = f"; the cheapest of {len(listed)} is" if len(listed) > 1 else ":"
    return (
        f"price of USD {_range(prices)} an hour per accelerator{whose} "
        f"{cheapest.cloud} {cheapest.offer} ({cheapest.source}, {cheapest.as_of}){spot}"
    )


def _spot(offer: AcceleratorPrice) -> float:
    return offer.spot_usd_per_accelerator_h or 0


def _range(prices: Sequence[float]) -> str:
    if min(prices) == max(prices):
        return f"{prices[0]:g}"
    return f"{min(prices):.4g} to {max(prices):.4g}, median {median(prices):.3g},"
