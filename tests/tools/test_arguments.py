"""Figures as people write them, and refusals that name the place and what belongs there."""

from datetime import date
from typing import Any

import pytest

from knowledge import load
from knowledge.errors import InputRefused
from tools.arguments import checked_arguments
from tools.registry import run_tool, tool_named

KNOWLEDGE = load()


def read(tool: str, **given: Any) -> Any:
    return checked_arguments(tool, tool_named(tool).arguments, given)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1M", 1e6),
        ("1.5 M", 1.5e6),
        ("40k", 4e4),
        ("40K vectors", 4e4),
        ("2bn", 2e9),
        ("7", 7.0),
        ("1,500,000", 1.5e6),
        ("1.5 million", 1.5e6),
    ],
)
def test_magnitudes_stand_between_a_figure_and_its_unit(text: str, count: float) -> None:
    assert read("size-vectors", count=text, dims=768).count == count


@pytest.mark.parametrize(
    ("text", "size"),
    [("2KB", 2e3), ("2 kB", 2e3), ("1 KiB", 1024), ("3MB", 3e6), ("200 bytes", 200), ("1k", 1e3)],
)
def test_bytes_have_their_multiples(text: str, size: float) -> None:
    assert read("size-data", rows="1M", row_bytes=text).row_bytes == size


@pytest.mark.parametrize("text", ["1Mx", "1 Mb", "3 parsecs"])
def test_other_units_are_refused_with_those_that_may_be(text: str) -> None:
    with pytest.raises(InputRefused, match="is not one of vectors"):
        read("size-vectors", count=text, dims=768)


def test_milliseconds_are_no_magnitude() -> None:
    assert read("size-classical", peak_rps="2k rps", latency_limit_ms="0.2 s").peak_rps == 2000
    assert read("size-classical", peak_rps=1, latency_limit_ms="0.2 s").latency_limit_ms == 200


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([{"name": "a", "kind": "llm"}, 3], r"steps\[1\]: '3' is no object with fields of its own"),
        ([{"name": "a", "kind": "llm", "items": 2}], r"steps\[0\]: items are read by"),
        ([{"name": "a", "kind": "llm", "tokens_of": 3}], r"steps\[0\]\.tokens_of"),
    ],
)
def test_a_refusal_names_the_place_in_a_list(steps: list[Any], message: str) -> None:
    with pytest.raises(InputRefused, match=message):
        run_tool("size-request", {"steps": steps, "mean_rps": 1}, KNOWLEDGE, date(2026, 11, 26))


def test_a_name_like_no_other_is_told_where_all_are_listed() -> None:
    with pytest.raises(InputRefused) as refused:
        tool_named("foo")
    assert "Did you mean" not in str(refused.value.hint)
    assert "--list" in refused.value.hint
    with pytest.raises(InputRefused) as near:
        tool_named("size-llm")
    assert "size-llm-serving" in near.value.hint
