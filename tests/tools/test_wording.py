"""How numbers are written: three digits, one way everywhere, the unit beside them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.estimate import Estimate, point
from tools.wording import interval, number, quantity, unit_words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1.0, "1"),
        (9.999, "10"),
        (0.012345, "0.0123"),
        (999.6, "1,000"),
        (1234.5, "1,230"),
        (4.5e7, "45,000,000"),
        (-12.34, "-12.3"),
        (0.10, "0.1"),
        (math.inf, "inf"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


@given(st.floats(1e-6, 1e12))
def test_a_written_number_is_within_half_a_percent(value: float) -> None:
    assert float(number(value).replace(",", "")) == pytest.approx(value, rel=0.0051)


def test_an_interval_names_its_ends_and_its_unit() -> None:
    spread = Estimate(low=3100, typical=5200, high=8000, unit="USD/month")
    assert interval(spread) == "5,200 USD a month (3,100 to 8,000)"
    assert interval(point(5200, "USD/month")) == "5,200 USD a month"


def test_an_incomplete_total_reads_at_least() -> None:
    assert (
        quantity(point(5200, "USD/month", incomplete=True))
        == "at least 5,200 USD a month, parts of it unpriced"
    )


def test_an_unknown_unit_stands_as_it_is() -> None:
    assert unit_words("parsecs") == "parsecs"
