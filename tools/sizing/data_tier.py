"""Object storage, database, cache and network of an application: gigabytes held, and gigabits a second at peak."""

import math
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from knowledge.sizing_data import constant
from tools.estimate import Estimate, point
from tools.month import DAY_S, MONTH_S

LINKS_GBIT_S = (1, 10, 25, 100, 400)
"""Rates of the Ethernet ports that servers are sold with (IEEE 802.3)."""


class Objects(NamedTuple):
    """What is put into object storage, and how long each is kept."""

    per_day: float
    object_bytes: float
    retention_days: float


class Rows(NamedTuple):
    """What an operational database holds."""

    rows: float
    row_bytes: float
    copies: int


class Entries(NamedTuple):
    """What a cache holds."""

    entries: float
    entry_bytes: float


class Traffic(NamedTuple):
    """Requests and what they carry."""

    mean_rps: float
    peak_rps: float
    request_bytes: float
    response_bytes: float


class DataPlan(BaseModel):
    """What data take, at rest and on the wire."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    objects_gb: Estimate
    """In object storage once the retention is full; providers copy it at no further charge."""
    objects_per_s: float
    """Written, on average."""
    database_gb: Estimate
    """Rows, indexes and free room, all copies."""
    cache_gb: Estimate
    """Memory to rent for the entries."""
    inbound_gbit_s: Estimate
    """At peak."""
    outbound_gbit_s: Estimate
    outbound_gb_month: Estimate
    """What leaves, which clouds charge for when it goes to the internet."""
    link_gbit_s: int | None
    """The slowest usual link that the busier direction fills by half at most; none without traffic."""
    links: int
    """How many of them: more than one where the fastest is too slow."""
    evidence: str


def objects_gb(per_day: float, object_bytes: float, retention_days: float) -> Estimate:
    """Objects that are kept at once.

    >>> objects_gb(1000, 1e6, 30).typical
    30.0
    """
    inputs = {"per_day": per_day, "object_bytes": object_bytes, "retention_days": retention_days}
    return point(per_day * object_bytes * retention_days / 1e9, "GB", formula="objects", inputs=inputs)


def database_gb(knowledge: Knowledge, rows: float, row_bytes: float, copies: int) -> Estimate:
    """Rows with their headers, indexes on top, and room that isn't free at once; every copy holds all of it."""
    header = constant(knowledge, "data_tier", "row_header_bytes").value
    indexes = constant(knowledge, "data_tier", "index_share").interval
    room = constant(knowledge, "data_tier", "free_share").interval
    low, typical, high = (
        copies * rows * (row_bytes + header) * (1 + index) * free / 1e9
        for index, free in zip(indexes, room, strict=True)
    )
    return Estimate(low=low, typical=typical, high=high, unit="GB", kind="assumed", formula="database")


def cache_gb(knowledge: Knowledge, entries: float, entry_bytes: float) -> Estimate:
    """Entries with what the store keeps for each, and the room beside them."""
    share = constant(knowledge, "data_tier", "cache_share").value
    low, typical, high = (
        entries * (entry_bytes + own) / share / 1e9
        for own in constant(knowledge, "data_tier", "entry_bytes").interval
    )
    return Estimate(low=low, typical=typical, high=high, unit="GB", kind="assumed", formula="cache")


def wire_gbit_s(knowledge: Knowledge, rps: float, payload_bytes: float) -> Estimate:
    """Gigabits a second of so many payloads."""
    low, typical, high = (
        rps * payload_bytes * 8 * share / 1e9
        for share in constant(knowledge, "data_tier", "wire_share").interval
    )
    return Estimate(low=low, typical=typical, high=high, unit="Gbit/s", kind="assumed", formula="wire")


def size_data(
    knowledge: Knowledge, objects: Objects, rows: Rows, entries: Entries, traffic: Traffic
) -> DataPlan:
    """Gigabytes of each store, and the network of the traffic at peak."""
    inbound = wire_gbit_s(knowledge, traffic.peak_rps, traffic.request_bytes)
    outbound = wire_gbit_s(knowledge, traffic.peak_rps, traffic.response_bytes)
    leaving = traffic.mean_rps * traffic.response_bytes * MONTH_S / 1e9
    link, links = _links(
        max(inbound.typical, outbound.typical) / constant(knowledge, "data_tier", "busy_share").value
    )
    return DataPlan(
        objects_gb=objects_gb(*objects),
        objects_per_s=objects.per_day / DAY_S,
        database_gb=database_gb(knowledge, *rows),
        cache_gb=cache_gb(knowledge, *entries),
        inbound_gbit_s=inbound,
        outbound_gbit_s=outbound,
        outbound_gb_month=point(leaving, "GB/month", formula="egress"),
        link_gbit_s=link,
        links=links,
        evidence=_evidence(knowledge, rows),
    )


def _links(gbit_s: float) -> tuple[int | None, int]:
    """The slowest link that carries so much, or how many of the fastest.

    >>> _links(12), _links(900), _links(0)
    ((25, 1), (400, 3), (None, 0))
    """
    if gbit_s <= 0:
        return None, 0
    fastest = LINKS_GBIT_S[-1]
    return next(
        ((link, 1) for link in LINKS_GBIT_S if gbit_s <= link), (fastest, math.ceil(gbit_s / fastest))
    )


def _evidence(knowledge: Knowledge, rows: Rows) -> str:
    assumed = "Shares of indexes, free room, cache entries and the wire are assumed."
    header = constant(knowledge, "data_tier", "row_header_bytes").source
    return f"Row header: {header}. {assumed}" if rows.rows else assumed
