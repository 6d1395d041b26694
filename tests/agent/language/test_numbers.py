"""The number grammar on its own."""

import doctest

import pytest

from agent.language import growth, message, numbers, phrases
from agent.language.message import prepare
from agent.language.numbers import amounts
from agent.language.quantity import quantities


@pytest.mark.parametrize("module", [growth, message, numbers, phrases])
def test_examples_in_docstrings(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("half a million", 5e5, 5e5),
        ("a couple of hundred", 200, 200),
        ("a few thousand", 2000, 5000),
        ("twenty-five thousand", 25000, 25000),
        ("fifteen hundred", 1500, 1500),
        ("two hundred and fifty", 250, 250),
        ("three dozen", 36, 36),
        ("2.5M", 2.5e6, 2.5e6),
        ("2,5 Mio", 2.5e6, 2.5e6),
        ("3 lakh", 3e5, 3e5),
        ("2 crore", 2e7, 2e7),
        ("10-30", 10, 30),
        ("between 5 and 10", 5, 10),
        ("two to three thousand", 2000, 3000),
        ("1 000 000", 1e6, 1e6),
        ("1'500", 1500, 1500),
        ("one and a half million", 1.5e6, 1.5e6),
        ("zweihundert", 200, 200),
    ],
)
def test_amounts(text: str, low: float, high: float) -> None:
    found = amounts(prepare(text), "en")
    assert [(item.low, item.high) for item in found] == [(low, high)]


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [("1.500", "en", 1.5), ("1.500", "de", 1500), ("2,500", "en", 2500), ("2,500", "fr", 2.5)],
)
def test_three_digits_after_a_mark_are_read_by_language(text: str, language: str, value: float) -> None:
    assert numbers.parse_digits(text, language) == value


@pytest.mark.parametrize(
    ("text", "dimension", "low", "period"),
    [
        ("300 ms", "time", 0.3, 0),
        ("45k calls a month", "count", 45000, 2592000),
        ("$250k a year", "money", 250000, 31536000),
        ("7B", "params", 7e9, 0),
        ("3 TB/day", "data", 3000, 86400),
        ("40 MHz", "rate", 4e7, 0),
        ("1024-dim", "dims", 1024, 0),
        ("30 W", "power", 30, 0),
    ],
)
def test_quantities(text: str, dimension: str, low: float, period: float) -> None:
    prepared = prepare(text)
    found = quantities(prepared, amounts(prepared, "en"))
    assert [(item.dimension, item.low, item.period_s) for item in found] == [(dimension, low, period)]
