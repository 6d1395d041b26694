"""Times: latency limits and their percentile, batch windows, freshness, recovery, go-live and horizons."""

import re
from functools import cache

from .lexicon import table
from .message import Message
from .numbers import Amount
from .phrases import Hit, Phrases
from .quantity import Quantity
from .reading import Reading, Role

_MS, _HOUR, _MONTH, _YEAR = 1e3, 1 / 3600, 1 / 2629800, 1 / 31557600
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
    "records_kept_years": _YEAR,
}
_PERCENTILE = re.compile(
    r"\bp\s?(50|75|90|95|98|99(?:[.,]?9{1,2})?)\b"
    r"|\b(\d\d(?:\.\d)?)\s?(?:th|st|nd|rd|\.)?[ -]?percentile|\b(median)\b"
    r"|\b(\d\d(?:\.\d)?) times (?:out of|in) (?:every |a )?(?:100|hundred)\b"
)
_WAIT = re.compile(r"\bwait")
_DUTY = re.compile(r"\s*(?:a|per|each|every) (?:day|night|week|month|year|shift|season)\b")
"""`24 hours a day`, `two days a week`: how long somebody is at work."""
_FINE = re.compile(
    r"\s*(?:is|are|would be|will be) (?:fine|ok|okay|good enough|enough|acceptable|alright|all right)\b"
)
_MINUTES_10, _HOURS_2 = 600, 7200
_SHORTEST_JOB, _DAY_H = 60, 24
_SHORTEST_PROJECT = 43_200
"""Seconds: what is live in less than half a day is data, not a project."""
_SHORTEST_RECOVERY = 30
"""Seconds: nobody restores a service faster; what comes back in less is an answer."""


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
    if not match or (match[4] and not any(q.dimension == "time" for q in reading.quantities)):
        return
    digits = match[1] or match[2] or match[4]
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
    hits = _fixed().find(message)
    for hit in hits:
        if any(o.first <= hit.last and hit.first <= o.last and o.length > hit.length for o in hits):
            continue
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
    if _DUTY.match(reading.message.folded, quantity.end):
        return "ignore", None
    role = _over_percentile(reading, quantity, reading.role("time", quantity))
    asked = _asked(reading, quantity)
    if role.field and (role.distance <= 6 or not asked):
        if role.field == "ignore" and asked and (quantity.bound == "upper" or asked == "go_live_months"):
            return asked, None
        if role.field == "e2e_latency_ms" and quantity.high > _HOURS_2:
            return "batch_window_h", role.hit
        if role.field == "batch_window_h" and quantity.high < _SHORTEST_JOB:
            return "e2e_latency_ms", role.hit
        if role.field == "rto_h" and quantity.high < _SHORTEST_RECOVERY:
            return "e2e_latency_ms", role.hit
        if role.field == "go_live_months" and 0 < quantity.high < _SHORTEST_PROJECT:
            return "freshness_s", role.hit
        if role.field in ("ttft_ms", "tpot_ms") and quantity.high > _MINUTES_10:
            return "", None
        return role.field, role.hit
    if asked:
        return asked, None
    if (
        quantity.high <= _MINUTES_10
        and (
            quantity.bound == "upper"
            or quantity.scale < 1
            or _FINE.match(reading.message.folded, quantity.end)
        )
        and not quantity.interval
    ):
        return "e2e_latency_ms", None
    return "", None


def _over_percentile(reading: Reading, quantity: Quantity, role: Role) -> Role:
    """`TTFT p99 < 1.2 s`, `wait 3 s for the first word`: the limit is of what is named beside it."""
    if role.field != "e2e_latency_ms" or role.hit is None:
        return role
    tokens = reading.message.tokens
    said = reading.message.folded[role.hit.start : role.hit.end + 1]
    if not (_PERCENTILE.match(said) or _WAIT.search(said)):
        return role
    for field in ("ttft_ms", "tpot_ms"):
        for hit in reading.around(reading.roles.get("time", []), quantity):
            near = abs(hit.first - role.hit.first) <= 4 or 0 < hit.first - quantity.last <= 3
            if hit.tag[1] == field and near and tokens[hit.first].clause == tokens[quantity.first].clause:
                return Role(field, role.distance, hit)
    return role


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
            far = entry["hours"] >= _DAY_H and not _speaks_of_jobs(reading, hit)
            if hit.tag == entry["hours"] and reading.scopes.states(hit.first) and not far:
                span = (hit.start, hit.end)
                reading.number("batch_window_h", entry["hours"], entry["hours"], span, origin="inferred")
                return


def _speaks_of_jobs(reading: Reading, hit: Hit) -> bool:
    """`the next day` is a deadline where time was asked or work is spoken of, else the age of data."""
    if reading.has("freshness_s"):
        return False
    sentence = reading.message.tokens[hit.first].sentence
    told = any(
        other.tag[1] == "batch_window_h" and reading.message.tokens[other.first].sentence == sentence
        for other in reading.roles.get("time", [])
    )
    return told or ("latency_target" in reading.asked and "data_freshness" not in reading.asked)


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
