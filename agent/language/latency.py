"""Times: latency limits and their percentile, batch windows, freshness, recovery, go-live and horizons."""

import re
from functools import cache

from .lexicon import table
from .message import Message
from .numbers import Amount
from .phrases import Hit, Phrases
from .quantity import Quantity
from .reading import Reading

_MS, _HOUR, _MONTH = 1e3, 1 / 3600, 1 / 2629800
_FACTORS = {
    "ttft_ms": _MS,
    "tpot_ms": _MS,
    "e2e_latency_ms": _MS,
    "batch_window_h": _HOUR,
    "freshness_s": 1.0,
    "rto_h": _HOUR,
    "rpo_h": _HOUR,
    "go_live_months": _MONTH,
    "horizon_months": _MONTH,
}
_PERCENTILE = re.compile(
    r"\bp\s?(50|75|90|95|98|99(?:[.,]?9{1,2})?)\b"
    r"|\b(\d\d(?:\.\d)?)\s?(?:th|st|nd|rd|\.)?[ -]?percentile|\b(median)\b"
)
_MINUTES_10, _HOURS_2 = 600, 7200


def read_times(reading: Reading) -> None:
    """Give every time its field by the nearest cue, else by what was asked, else by its size."""
    read_percentile(reading)
    for quantity in reading.open("time"):
        field, cue = _field(reading, quantity)
        if field == "ignore":
            reading.use(quantity)
        elif field in _FACTORS:
            reading.quantity(field, quantity, _FACTORS[field], cue)
    _overnight(reading)
    _pattern_of_window(reading)


def read_percentile(reading: Reading) -> None:
    """`p95`, `99th percentile`, `median`."""
    match = _PERCENTILE.search(reading.message.folded)
    if not match:
        return
    digits = match[1] or match[2]
    value = 50.0 if match[3] else float((digits or "50").replace(",", "."))
    if value >= 100:
        value = float(f"{str(digits)[:2]}.{str(digits)[2:]}")
    for quantity in reading.quantities:
        if match.start() <= quantity.start < match.end():
            reading.use(quantity)
    reading.number("latency_percentile", value, value, (match.start(), match.end()))


def fixed_times(message: Message) -> list[Quantity]:
    """Times said without a number: `under a minute`, `a second and a half`."""
    found = []
    for hit in _fixed().find(message):
        low, high = hit.tag
        amount = Amount(low, high, hit.first, hit.last, hit.start, hit.end, word=True)
        found.append(
            Quantity(amount, "time", low, high, hit.first, hit.last, hit.start, hit.end, bound="upper")
        )
    return found


@cache
def _fixed() -> Phrases:
    phrases = Phrases()
    for entry in table("fixed")["time"]:
        phrases.add((float(entry["low"]), float(entry["high"])), entry["phrases"])
    return phrases


def _field(reading: Reading, quantity: Quantity) -> tuple[str, Hit | None]:
    role = reading.role("time", quantity)
    asked = _asked(reading, quantity)
    if role.field and (role.distance <= 6 or not asked):
        if role.field == "ignore" and asked and (quantity.bound == "upper" or asked == "go_live_months"):
            return asked, None
        if role.field == "e2e_latency_ms" and quantity.high > _HOURS_2:
            return "batch_window_h", role.hit
        if role.field in ("ttft_ms", "tpot_ms") and quantity.high > _MINUTES_10:
            return "", None
        return role.field, role.hit
    if asked:
        return asked, None
    if (
        quantity.high <= _MINUTES_10
        and (quantity.bound == "upper" or quantity.scale < 1)
        and not quantity.interval
    ):
        return "e2e_latency_ms", None
    return "", None


def _asked(reading: Reading, quantity: Quantity) -> str:
    for slot in reading.asked:
        field = str(table("asked")["time"].get(slot, ""))
        if field == "e2e_latency_ms" and quantity.high > _HOURS_2:
            return "batch_window_h"
        if field:
            return field
    return ""


def _overnight(reading: Reading) -> None:
    """`finish overnight` leaves about eight hours."""
    if reading.has("batch_window_h") or reading.has("e2e_latency_ms"):
        return
    for entry in table("asked")["windows"]:
        for hit in _windows().find(reading.message):
            if hit.tag == entry["hours"] and reading.scopes.states(hit.first):
                span = (hit.start, hit.end)
                reading.number("batch_window_h", entry["hours"], entry["hours"], span, origin="inferred")
                return


@cache
def _windows() -> Phrases:
    phrases = Phrases()
    for entry in table("asked")["windows"]:
        phrases.add(entry["hours"], entry["phrases"])
    return phrases


def _pattern_of_window(reading: Reading) -> None:
    if reading.has("batch_window_h") and not reading.has("processing_pattern"):
        window = next(item for item in reading.updates if item.field == "batch_window_h")
        if window.span is not None:
            reading.choice("processing_pattern", "batch", window.span, "inferred")
