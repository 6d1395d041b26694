"""Gigabytes at rest and gigabits on the wire."""

from datetime import date
from typing import Any

import pytest

from knowledge import load
from knowledge.errors import InputRefused
from tools.registry import run_tool
from tools.sizing.data_tier import DataPlan

KNOWLEDGE = load()


def sized(**given: Any) -> DataPlan:
    found = run_tool("size-data", given, KNOWLEDGE, date(2026, 11, 26))
    assert isinstance(found, DataPlan)
    return found


def test_objects_pile_up_until_they_are_deleted() -> None:
    month, year = (sized(objects_per_day=1000, object_bytes=1e6, retention_days=days) for days in (30, 360))
    assert month.objects_gb.typical == pytest.approx(30)
    assert year.objects_gb.typical == pytest.approx(12 * month.objects_gb.typical)
    assert month.objects_per_s == pytest.approx(1000 / 86_400)


def test_a_row_takes_its_header_its_indexes_and_room_in_every_copy() -> None:
    one, three = sized(rows=1e8, row_bytes=172), sized(rows=1e8, row_bytes=172, copies=3)
    assert one.database_gb.typical == pytest.approx(1e8 * 200 * 1.5 * 1.3 / 1e9)
    assert three.database_gb.typical == pytest.approx(3 * one.database_gb.typical)
    assert one.database_gb.low > 1e8 * 172 / 1e9
    assert one.database_gb.kind == "assumed"


def test_small_entries_cost_more_than_their_bytes() -> None:
    small, large = (sized(cached_entries=1e7, cached_bytes=size).cache_gb.typical for size in (20, 2000))
    assert small == pytest.approx(1e7 * 100 / 0.75 / 1e9)
    assert large == pytest.approx(1e7 * 2080 / 0.75 / 1e9)


@pytest.mark.parametrize(
    ("rps", "link", "links"), [(10, 1, 1), (1000, 10, 1), (10_000, 25, 1), (1_000_000, 400, 5)]
)
def test_the_busier_direction_names_the_link(rps: float, link: int, links: int) -> None:
    plan = sized(mean_rps=rps / 4, peak_rps=rps, request_bytes=1000, response_bytes=100_000)
    assert plan.outbound_gbit_s.typical == pytest.approx(rps * 8e5 * 1.1 / 1e9)
    assert plan.outbound_gb_month.typical == pytest.approx(rps / 4 * 1e5 * 2_592_000 / 1e9)
    assert (plan.link_gbit_s, plan.links) == (link, links)
    turned = sized(peak_rps=rps, request_bytes=100_000, response_bytes=1000)
    assert turned.inbound_gbit_s == plan.outbound_gbit_s
    assert (turned.link_gbit_s, turned.links) == (link, links)


def test_without_traffic_there_is_no_link_and_without_rows_no_word_of_their_header() -> None:
    plan = sized(cached_entries=10, cached_bytes=10)
    assert (plan.link_gbit_s, plan.links) == (None, 0)
    assert "Row header" not in plan.evidence
    assert "Row header" in sized(rows=10, row_bytes=10).evidence


def test_nothing_to_size_is_said() -> None:
    with pytest.raises(InputRefused, match="nothing to size"):
        sized(copies=2)


@pytest.mark.parametrize(
    ("count", "size"),
    [
        ("objects_per_day", "object_bytes"),
        ("rows", "row_bytes"),
        ("cached_entries", "cached_bytes"),
        ("mean_rps", "request_bytes or response_bytes"),
        ("peak_rps", "request_bytes or response_bytes"),
    ],
)
def test_what_is_counted_has_a_size(count: str, size: str) -> None:
    with pytest.raises(InputRefused, match=f"{count} is given without {size}"):
        sized(**{count: 10})


def test_objects_are_kept_for_a_stated_time() -> None:
    with pytest.raises(InputRefused, match="objects_per_day is given without retention_days"):
        sized(objects_per_day=10, object_bytes=10)
