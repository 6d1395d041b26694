"""Percentages: availability (nines, downtime), accuracy, recall, repeats."""

from .lexicon import table
from .phrases import Hit
from .quantity import Quantity, period_phrases
from .reading import Reading

_HOURS = {2592000.0: 720.0, 604800.0: 168.0, 31536000.0: 8760.0, 86400.0: 24.0, 7776000.0: 2160.0}


def read_percentages(reading: Reading) -> None:
    """Give every percentage its field by the nearest cue, else by what was asked."""
    _nines(reading)
    _downtime(reading)
    _fractions(reading)
    for quantity in reading.open("percent"):
        role = reading.role("percent", quantity)
        field = role.field
        asked = next(
            (table("asked")["percent"][s] for s in reading.asked if s in table("asked")["percent"]), ""
        )
        if (not field or role.distance > 6) and asked:
            field, role = asked, role._replace(hit=None)
        if field in ("ignore", "latency_percentile"):
            reading.use(quantity)
        elif field == "error_pct":
            reading.use(quantity)
            span = (quantity.start, quantity.end)
            reading.number("accuracy_pct", 100 - quantity.high, 100 - quantity.low, span, origin="inferred")
        elif field and field != "growth_pct_month" and not reading.has(field):
            reading.quantity(field, quantity, 1, role.hit)


def _fractions(reading: Reading) -> None:
    """`recall of at least 0.97`."""
    for quantity in reading.open("bare"):
        role = reading.role("percent", quantity)
        written = reading.words(quantity.start, quantity.end)
        near = role.distance <= 5 and role.field in ("recall_target_pct", "accuracy_pct", "availability_pct")
        if near and 0 < quantity.low <= quantity.high < 1 and "." in written and not reading.has(role.field):
            reading.quantity(role.field, quantity, 100, role.hit)


def _nines(reading: Reading) -> None:
    for quantity in reading.open("nines"):
        count = int(quantity.low)
        if 1 <= count <= 9:
            reading.use(quantity)
            value = 100 - 100 * 10.0**-count
            reading.number("availability_pct", value, value, (quantity.start, quantity.end))


def _downtime(reading: Reading) -> None:
    """`at most 4 h downtime a month` -> a percentage of the period (a month where none is said)."""
    for quantity in reading.open("time"):
        role = reading.role("time", quantity)
        if role.field != "downtime_h" or role.distance > 5 or role.hit is None:
            continue
        period = _period(reading, quantity)
        hours = _HOURS.get(period.tag[1], 720.0) if period else 720.0
        end = max(quantity.end, role.hit.end, period.end if period else 0)
        reading.use(quantity)
        value = 100 * (1 - quantity.high / 3600 / hours)
        reading.number("availability_pct", value, value, (min(quantity.start, role.hit.start), end))


def _period(reading: Reading, quantity: Quantity) -> Hit | None:
    hits = [hit for hit in period_phrases().find(reading.message) if hit.tag[0] in ("spelled", "adverb")]
    hits = [hit for hit in hits if hit.start >= quantity.end and reading.distance(hit, quantity) <= 5]
    return hits[0] if hits else None
