"""How numbers are written, everywhere: in evidence, in sentences and on screens, so that they can be compared.

Three significant digits at most, thousands separated by commas, unit always beside the number.
"""

import math
import re
from collections.abc import Mapping

from .estimate import Estimate

PERCENTILES = "not validated on silicon"
"""No published run states the percentiles of a whole deployment under random arrivals."""

_UNITS = {
    "USD/month": "USD a month",
    "USD": "USD",
    "USD/request": "USD a request",
    "USD per 1e6 output tokens": "USD per million output tokens",
    "requests/s": "requests a second",
    "requests/day": "requests a day",
    "requests/month": "requests a month",
    "tokens/s": "tokens a second",
    "kWh/month": "kWh a month",
    "kWh": "kWh",
    "kg CO2eq/month": "kg CO2eq a month",
    "t CO2eq": "t CO2eq",
    "reads/s": "reads a second",
    "GB per 1e9 features": "GB per billion features",
}


def percentile_note(name: str, estimates: Mapping[str, Estimate]) -> str:
    """What is known of a percentile of models on one's own accelerators; empty where it was measured or isn't one."""
    own = name.endswith("_p95") and "gpus_required" in estimates
    return PERCENTILES if own and estimates[name].kind != "measured" else ""


def number(value: float) -> str:
    """Three significant digits, in plain figures.

    >>> number(12345.6), number(0.012345), number(1.0), number(4.5e7)
    ('12,300', '0.0123', '1', '45,000,000')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    digits = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    if abs(rounded) >= 100 or rounded == int(rounded):
        return f"{rounded:,.0f}"
    return f"{rounded:.{max(digits, 0)}f}".rstrip("0").rstrip(".")


WHOLE = ("accelerators", "replicas", "nodes")
"""Units of what is ordered by the piece."""


def figure(value: float, unit: str) -> str:
    """Machines whole, everything else in three significant digits.

    >>> figure(2048.0, "accelerators"), figure(2048.0, "tokens/s"), figure(0.4, "nodes")
    ('2,048', '2,050', '0.4')
    """
    return f"{value:,.0f}" if unit in WHOLE and value == int(value) else number(value)


def whole(count: float) -> str:
    """A count in a sentence as it was stated: what isn't whole in three significant digits.

    >>> whole(32768.0), whole(8192), whole(12.345)
    ('32,768', '8,192', '12.3')
    """
    return f"{count:,.0f}" if count == int(count) else number(count)


def unit_words(unit: str) -> str:
    """The unit as it stands behind a number in a sentence."""
    return _UNITS.get(unit, unit)


UNPRICED = ", parts of it unpriced"


def quantity(estimate: Estimate) -> str:
    """`5,200 USD a month`; an incomplete total reads `at least …, parts of it unpriced`."""
    text = counted(estimate.typical, estimate.unit)
    return f"at least {text}{UNPRICED}" if estimate.incomplete else text


def interval(estimate: Estimate) -> str:
    """`5,200 USD a month (3,100 to 8,000)`, or the point where there is no range."""
    text = quantity(estimate)
    if estimate.low == estimate.high:
        return text
    low, high = (figure(value, estimate.unit) for value in (estimate.low, estimate.high))
    span = f" ({low} to {high})"
    return f"{text.removesuffix(UNPRICED)}{span}{UNPRICED if estimate.incomplete else ''}"


_UNIT_SUFFIX = re.compile(r"_(?:ms|rps|usd_month|usd|gb|tb|pct_month|pct|per_s|s|h|w|b|m)$")


def field_label(field: str) -> str:
    """A field's name without its unit: `budget_usd_month` -> `budget`.

    >>> field_label("peak_rate_rps"), field_label("ttft_ms"), field_label("use_case")
    ('peak rate', 'time to first token', 'use case')
    """
    plain = _UNIT_SUFFIX.sub("", field)
    return {
        "ttft": "time to first token",
        "tpot": "time per output token",
        "e2e_latency": "response time",
    }.get(plain, plain.replace("_", " "))


def counted(value: float, unit: str) -> str:
    """A number with its unit, in the singular for one.

    >>> counted(1.0, "tenants"), counted(3.0, "calls"), counted(3.0, "ratio")
    ('1 tenant', '3 calls', '3')
    """
    words = "" if unit == "ratio" else unit_words(unit)
    if value == 1 and words.endswith("s") and " " not in words and "/" not in words:
        words = words[:-1]
    return f"{figure(value, unit)} {words}".strip()
