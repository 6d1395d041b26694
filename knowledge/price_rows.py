"""What is held of the prices of a service or of a component, in words, a line each."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from .llm_prices import LlmPrice, llm_prices
from .media_prices import TABLE as MEDIA
from .media_prices import MediaPrice, media_prices
from .price_texts import cloud_lines, media_price_line, meter_line, rent_lines, token_price_line
from .prices import RENTS, AcceleratorPrice, accelerator_prices
from .records import Component
from .service_prices import components_of_meters, meters_of, service_prices

if TYPE_CHECKING:
    from .library import Knowledge

SERVICES, TOKENS = "cost/service_prices.csv", "cost/llm_prices.csv"
ON_DEMAND = "gpu-on-demand"
"""The way to rent at clouds that sell everything else too."""
MOST_PRICES = 8
YOURS = "yours ("
"""What the source of one's own prices begins with."""
UNTOLD = "not listed: "
"""What the line begins with that counts what is left out."""


def price_lines(component: Component, knowledge: "Knowledge") -> tuple[str, ...]:
    """List prices of a service or of a way to rent accelerators, a meter a line; none where no price is held of it."""
    held = knowledge.files.is_plain
    meters = meters_of(component.id, knowledge) if held(SERVICES) else ()
    sold = llm_prices(knowledge).values() if held(TOKENS) else ()
    tokens = sorted((row for row in sold if component_of(row, knowledge) == component.id), key=_by_interest)
    media = media_prices(knowledge).values() if held(MEDIA) else ()
    return (
        *map(meter_line, meters),
        *_first(map(token_price_line, tokens), "models"),
        *_first(
            (media_price_line(row) for row in media if component_of(row, knowledge) == component.id),
            "models of speech or images",
        ),
        *(_rented_devices(component.id, knowledge) if held(RENTS) else ()),
    )


def service_lines(service: str, knowledge: "Knowledge") -> tuple[str, ...]:
    """What is held of the prices under a service's own name, a meter a line; that none was found is said as well."""
    held = knowledge.files.is_plain
    rows = service_prices(knowledge).values() if held(SERVICES) else ()
    media = media_prices(knowledge).values() if held(MEDIA) else ()
    return (
        *(meter_line(row) for row in rows if row.service == service),
        *(media_price_line(row) for row in media if media_service(row, knowledge) == service),
        *(_devices_of_cloud(service.casefold(), knowledge) if held(RENTS) else ()),
    )


def priced_services(knowledge: "Knowledge") -> dict[str, frozenset[str]]:
    """Names of services of whose prices something is held, GPU clouds among them -> the components of which the same is
    told anyway."""
    held = knowledge.files.is_plain
    found: dict[str, set[str]] = {}
    if held(SERVICES):
        components = components_of_meters(knowledge)
        for row in service_prices(knowledge).values():
            found.setdefault(row.service, set()).update(components[row.id] if row.price_usd else ())
    for media in media_prices(knowledge).values() if held(MEDIA) else ():
        if service := media_service(media, knowledge):
            found.setdefault(service, set())
    spelt = {service.casefold(): service for service in found}
    for offer in accelerator_prices(knowledge) if held(RENTS) else ():
        if offer.mode != ON_DEMAND:
            found.setdefault(spelt.get(offer.cloud, offer.cloud), set())
    return {service: frozenset(components) for service, components in found.items()}


def media_service(price: MediaPrice, knowledge: "Knowledge") -> str:
    """The provider's name where it is no component; else empty."""
    return "" if component_of(price, knowledge) else price.provider.replace("_", " ")


def _first(lines: Iterable[str], of: str) -> Iterator[str]:
    """The first of them, and how many more there are."""
    told = list(lines)
    yield from told[:MOST_PRICES]
    if len(told) > MOST_PRICES:
        yield f"{UNTOLD}{len(told) - MOST_PRICES} more {of}; ask for one by its name"


def _rented_devices(mode: str, knowledge: "Knowledge") -> Iterator[str]:
    """What the devices with most offers cost by this way of renting; none where `mode` is no such way."""
    offers = (offer for offer in accelerator_prices(knowledge) if offer.mode == mode)
    return _by_device(offers, rent_lines)


def _devices_of_cloud(cloud: str, knowledge: "Knowledge") -> Iterator[str]:
    """What the devices with most offers cost at a cloud that sells little else."""
    offers = accelerator_prices(knowledge)
    return _by_device(
        (item for item in offers if item.cloud == cloud and item.mode != ON_DEMAND), cloud_lines
    )


def _by_device(
    offers: Iterable[AcceleratorPrice],
    lines: Callable[[Iterable[AcceleratorPrice]], Iterator[str]],
) -> Iterator[str]:
    found: dict[str, list[AcceleratorPrice]] = {}
    for offer in offers:
        if offer.usd_per_accelerator_h is not None:
            found.setdefault(offer.accelerator, []).append(offer)
    by_offers = sorted(found.items(), key=lambda item: -len(item[1]))
    yield from _first((f"{device}, {next(lines(listed))}" for device, listed in by_offers), "devices")


def _by_interest(price: LlmPrice) -> tuple[bool, bool]:
    """One's own first, what isn't sold any more last."""
    return not price.offered(price.as_of), not price.source.startswith(YOURS)


def component_of(price: LlmPrice | MediaPrice, knowledge: "Knowledge") -> str:
    return str(knowledge.providers["providers"].get(price.provider, ""))
