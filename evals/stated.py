"""A value and its unit as the user stated them: `6k EUR/month` is 6000 EUR/month, not dollars."""

import math
import re
from typing import NamedTuple

from tools.workload import Known

from .mapping import mapping

_ENCLOSURE = re.compile(r"[+,;(]")
_NUMBER = re.compile(r"^(?P<before>[^\d]*?)(?P<number>\d[\d,.]*)\s*(?P<scale>[A-Za-z]*)\s*(?P<unit>.*)$")


class StatedNumber(NamedTuple):
    value: float
    unit: str


def stated_number(known: Known, canonical_unit: str) -> StatedNumber | None:
    """The number as stated; None for a range, and where words stand for it (`daily`, `a few hundred`)."""
    value = known.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    unit = known.unit or canonical_unit
    canonical = StatedNumber(float(value), unit)
    written = _written(known.stated)
    if canonical_unit in mapping().count_units:
        agrees = written is not None and written.unit and math.isclose(written.value, value, rel_tol=1e-6)
        return StatedNumber(float(value), written.unit) if written is not None and agrees else canonical
    if written is None:
        return None if known.stated else canonical
    return written if written.unit else canonical


def _written(stated: str) -> StatedNumber | None:
    """`20,000 EUR/month`, `$6k/month`, `9 million chunks`; None where no single number is written."""
    found = _NUMBER.match(stated.strip())
    if found is None or re.search(r"\d\s*(-|–|to)\s*\d", stated):
        return None
    number = _parse(found["number"])
    if number is None:
        return None
    scale, unit = mapping().scales.get(found["scale"]), _ENCLOSURE.split(found["unit"])[0].strip()
    if scale is None:
        unit = f"{found['scale']}{'' if unit.startswith('/') else ' '}{unit}".strip()
    currency = next((code for sign, code in mapping().currencies.items() if sign in found["before"]), "")
    return StatedNumber(number * (scale or 1), f"{currency}{unit}" if currency else unit)


def _parse(digits: str) -> float | None:
    """A number whose commas group thousands, or else mark the decimals."""
    digits = digits.rstrip(",.")
    grouped = re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", digits)
    plain = digits.replace(",", "") if grouped else digits.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return None
