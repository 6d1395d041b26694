"""The same number in another way of writing: grouped, with a suffix, in words, with an exponent."""

import re
from collections.abc import Iterator
from random import Random

DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
NUMBER = rf"(?<![\w.,/:-])({DIGITS})(?![\w/:-]|[.,]\d)"
"""A number that stands by itself: not part of a name, a version, a date, a range or a percentile."""
_SCALED = re.compile(rf"{NUMBER}(?:\s(thousand|million|billion))?(?!\s?%)\b")
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_YEARS = range(1900, 2101)


def rewritten_numbers(text: str, rng: Random) -> str:
    """`text` with every number that stands by itself written in another way of equal value."""

    def other(found: re.Match[str]) -> str:
        value = value_of(found[1]) * _SCALES.get(found[2] or "", 1)
        if value in _YEARS and "," not in found[1] and not found[2]:
            return found[0]
        ways = [way for way in written(value) if way != found[0]]
        return rng.choice(ways) if ways else found[0]

    return _SCALED.sub(other, text)


def value_of(digits: str) -> float:
    """The value of a number whose commas group thousands."""
    return float(digits.replace(",", ""))


def grouped(value: float) -> str:
    """`2,500,000`, or the decimal that it is.

    >>> grouped(0.05), grouped(72000.0)
    ('0.05', '72,000')
    """
    return f"{value:,.0f}" if value == int(value) else f"{round(value, 9):,.10g}"


def written(value: float) -> list[str]:
    """Ways to write `value` exactly, none of which reads as another number.

    >>> written(2_500_000.0)[:4]
    ['2,500,000', '2.500.000', '2 500 000', '2500000']
    """
    return [text for way in (_by_groups, _by_suffix, _by_exponent, _by_words) for text in way(value)]


def _by_groups(value: float) -> Iterator[str]:
    if value != int(value) or value < 1000:
        return
    commas = f"{value:,.0f}"
    yield commas
    # A single group after a dot would read as a decimal.
    if value >= 1e6:
        yield commas.replace(",", ".")
    yield commas.replace(",", " ")
    yield f"{value:.0f}"


def _by_suffix(value: float) -> Iterator[str]:
    for suffix, size in (("k", 1e3), ("M", 1e6)):
        mantissa = f"{value / size:g}"
        if size <= value < size * 1e4 and float(mantissa) * size == value and len(mantissa) <= 4:
            yield f"{mantissa}{suffix}"


def _by_exponent(value: float) -> Iterator[str]:
    if value < 1e5:
        return
    exponent = len(f"{value:.0f}") - 1
    mantissa = f"{value / 10**exponent:g}"
    if float(f"{mantissa}e{exponent}") == value:
        yield f"{mantissa}e{exponent}"


def _by_words(value: float) -> Iterator[str]:
    for name, size in (("", 1.0), (" thousand", 1e3), (" million", 1e6), (" billion", 1e9)):
        count = value / size
        if 1 <= count < 1000 and count == int(count):
            yield f"{in_words(int(count))}{name}"
        elif name and 1 < count < 20 and count % 1 == 0.5:
            yield f"{in_words(int(count))} and a half{name}"


def in_words(count: int) -> str:
    """A whole number below a thousand.

    >>> in_words(45), in_words(320)
    ('forty-five', 'three hundred twenty')
    """
    if count < 20:
        return _ONES[count]
    if count < 100:
        rest = f"-{_ONES[count % 10]}" if count % 10 else ""
        return f"{_TENS[count // 10 - 2]}{rest}"
    rest = f" {in_words(count % 100)}" if count % 100 else ""
    return f"{_ONES[count // 100]} hundred{rest}"
