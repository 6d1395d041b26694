"""Machines that clouds rent by the name of their type, `p5.48xlarge`: what is in them, and what one costs."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .aliases import table_cache
from .hardware import accelerators
from .price_texts import whereabouts
from .prices import RENTS, AcceleratorPrice, accelerator_prices
from .regions import regions

if TYPE_CHECKING:
    from .library import Knowledge

MACHINE = "machine:"
"""What the ids of their rows begin with."""
_TYPE = re.compile(r"(?=\S*\d)(?=\S*[._-])\S+")
"""`g2-standard-8` names a type; `Secure Cloud pod` tells how something is rented."""
FAMILY = "Standard_"
"""What Azure's names begin with and people leave out."""


def machines(knowledge: "Knowledge") -> dict[str, tuple[AcceleratorPrice, ...]]:
    """Names of types -> their prices in regions, with one kind of accelerator each; none without a table of prices."""
    return table_cache(knowledge, _machines)


def _machines(knowledge: "Knowledge") -> dict[str, tuple[AcceleratorPrice, ...]]:
    found: dict[str, list[AcceleratorPrice]] = {}
    for row in accelerator_prices(knowledge) if knowledge.files.is_plain(RENTS) else ():
        if _TYPE.fullmatch(row.offer):
            found.setdefault(row.offer, []).append(row)
    return {name: tuple(rows) for name, rows in found.items() if len({_what(row) for row in rows}) == 1}


def machine_named(knowledge: "Knowledge", name: str) -> str:
    """The type that is called so, in any case, with or without what all of Azure's bear; empty where there is none."""
    return table_cache(knowledge, _bare_names).get(_bare(name), "")


def _bare_names(knowledge: "Knowledge") -> dict[str, str]:
    return {_bare(name): name for name in machines(knowledge)}


def _bare(name: str) -> str:
    """
    >>> _bare("Standard_ND96isr_H100_v5"), _bare("P5 48xlarge")
    ('nd96isrh100v5', 'p548xlarge')
    """
    return re.sub(r"[\W_]+", "", name.lower().removeprefix(FAMILY.lower()))


def _what(row: AcceleratorPrice) -> tuple[str, str, int]:
    return row.cloud, row.accelerator, row.count


def machine_lines(name: str, knowledge: "Knowledge") -> tuple[str, ...]:
    """What one machine of the type holds, and what it costs an hour, one thing a line."""
    rows = machines(knowledge)[name]
    cloud, accelerator, count = _what(rows[0])
    device = accelerators(knowledge).get(accelerator)
    memory = (
        f"memory of the accelerators: {count * device.memory_gb:g} GB, {count} of {device.memory_gb:g} GB "
        f"{device.memory_type} with {device.mem_bw_gb_s:,g} GB/s each"
        if device
        else ""
    )
    return tuple(
        line
        for line in (
            f"{name}: machine of {cloud}",
            f"accelerators: {count} of {accelerator}",
            memory,
            *_price(rows),
            *(line for row in sorted(rows, key=_dearest_last) for line in _price_in(row, knowledge)),
        )
        if line
    )


def _price(rows: Iterable[AcceleratorPrice]) -> Iterator[str]:
    """The range over regions, on demand and by auction."""
    full = [(row.count * row.usd_per_accelerator_h, row) for row in rows if row.usd_per_accelerator_h]
    auctioned = [(row.count * _spot(row), row) for row in rows if _spot(row)]
    for way, priced in (("on demand", full), ("spot", auctioned)):
        if priced:
            usd, least = min(priced, key=lambda item: item[0])
            highest = max(price for price, _ in priced)
            where = f", the least in {least.region}" if least.region else ""
            yield (
                f"price at {least.cloud}, {way}: {_usd(usd)}{f' to {highest:,.5g}' if highest > usd else ''} "
                f"an hour for the machine{where} ({least.source}, {least.as_of})"
            )


def _price_in(row: AcceleratorPrice, knowledge: "Knowledge") -> Iterator[str]:
    """What it costs in one region."""
    if not row.region:
        return
    full, spot = row.usd_per_accelerator_h, _spot(row)
    told = [
        f"price of {_usd(row.count * full)} an hour for the machine, {full:.4g} per accelerator"
        if full
        else "",
        f"spot {'' if full else 'price of USD '}{row.count * spot:,.5g} for the machine" if spot else "",
    ]
    where = whereabouts(row, regions(knowledge), mode=bool(full))
    yield f"in {where}: {'; '.join(filter(None, told))} ({row.source}, {row.as_of})"


def _usd(amount: float) -> str:
    return f"USD {amount:,.5g}"


def _spot(row: AcceleratorPrice) -> float:
    return (row.spot_usd_per_accelerator_h or 0) if row.has_market_spot else 0


def _dearest_last(row: AcceleratorPrice) -> tuple[bool, float]:
    """By the price on demand, and behind those with one by that of the auction."""
    return row.usd_per_accelerator_h is None, row.usd_per_accelerator_h or _spot(row)
