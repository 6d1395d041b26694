"""Growth per month, compounded: percentages of a period, multiples over a time, doubling times."""

import re
from functools import cache

from .lexicon import table
from .numbers import Amount
from .phrases import Hit, Phrases
from .quantity import Quantity, period_phrases
from .reading import Reading
from .understanding import MissingUnit

_FREQUENCY = re.compile(r"\s*(?:a|an|per|each|every)\s+(?:day|week|month|quarter|year|hour|night)\b")
"""`a few times a year` says how often, not how much."""
_MONTH_S = 2629800.0
_PERIODS = {2592000.0: 1.0, 7776000.0: 3.0, 31536000.0: 12.0, 604800.0: 0.22998, 86400.0: 0.032854}
"""Seconds of a period of periods.yaml -> months."""


def monthly_growth_pct(factor: float, months: float) -> float:
    """Growth per month that multiplies by `factor` in `months`.

    >>> round(monthly_growth_pct(2, 6), 2)
    12.25
    """
    return float(factor ** (1 / months) - 1) * 100


def read_growth(reading: Reading) -> None:
    """Add growth_pct_month from whichever form the message has."""
    for hit in _words().find(reading.message):
        if reading.scopes.states(hit.first):
            _word(reading, hit)
    for quantity in reading.open("ratio"):
        if _FREQUENCY.match(reading.message.folded, quantity.end):
            reading.use(quantity)
        elif _is_growth(reading, quantity):
            _multiple(reading, quantity, quantity.low, quantity.high)
    for quantity in reading.open("percent"):
        role = reading.role("percent", quantity)
        if role.field == "growth_pct_month" or ("growth" in reading.asked and not role.field):
            _percent(reading, quantity, role.hit)


@cache
def _words() -> Phrases:
    phrases = Phrases()
    for factor, texts in table("growth")["multiples"].items():
        phrases.add(float(factor), texts)
    phrases.add(1.0, table("growth")["flat"])
    return phrases


def _word(reading: Reading, hit: Hit) -> None:
    factor = float(hit.tag)
    if factor == 1:
        asked = "growth" in reading.asked
        if (asked or hit.length > 1) and not reading.has("growth_pct_month"):
            reading.number("growth_pct_month", 0, 0, (hit.start, hit.end))
        return
    if reading.scopes.is_negated(hit) or (factor < 2 and not _speaks_of_growth(reading)):
        return
    token = reading.message.tokens[hit.first]
    place = Quantity(_none(hit), "ratio", factor, factor, hit.first, hit.last, token.start, hit.end)
    _multiple(reading, place, factor, factor)


def _speaks_of_growth(reading: Reading) -> bool:
    """`by half` is growth only in a message about growth."""
    cues = [hit.tag[1] for hit in reading.roles.get("percent", [])]
    return "growth" in reading.asked or "growth_pct_month" in cues


def _none(hit: Hit) -> Amount:
    return Amount(0, 0, hit.first, hit.last, hit.start, hit.end)


def _is_growth(reading: Reading, quantity: Quantity) -> bool:
    role = reading.role("ratio", quantity)
    if role.field:
        return role.field == "growth_ratio"
    return "growth" in reading.asked and "peak_factor" not in reading.asked


def _multiple(reading: Reading, quantity: Quantity, low: float, high: float) -> None:
    """A multiple with the time in which it is reached."""
    time = _time_near(reading, quantity)
    period = _period_near(reading, quantity)
    if time is not None and (
        period is None or reading.distance(_as_hit(time), quantity) <= reading.distance(period, quantity)
    ):
        months, start, end = time.middle / _MONTH_S, time.start, time.end
        reading.use(time)
    elif period is not None:
        months, start, end = _PERIODS.get(period.tag[1], 12.0), period.start, period.end
    elif "growth" in reading.asked:
        reading.use(quantity)
        reading.missing.append(MissingUnit("growth", reading.words(quantity.start, quantity.end)))
        return
    else:
        return
    if low <= 0 or months <= 0:
        return
    reading.use(quantity)
    span = (min(start, quantity.start), max(end, quantity.end))
    reading.number(
        "growth_pct_month", monthly_growth_pct(low, months), monthly_growth_pct(high, months), span
    )


def _percent(reading: Reading, quantity: Quantity, cue: Hit | None) -> None:
    months = _PERIODS.get(quantity.period_s, 0.0)
    start, end = quantity.start, quantity.end
    if not months:
        time = _time_near(reading, quantity)
        if time is not None:
            months, start, end = time.middle / _MONTH_S, min(start, time.start), max(end, time.end)
            reading.use(time)
    yearly = _yearly().find(reading.message)
    if not months and yearly:
        months = float(yearly[0].tag)
        start, end = min(start, yearly[0].start), max(end, yearly[0].end)
    reading.use(quantity)
    if not months and "growth" not in reading.asked:
        return
    if not months:
        reading.missing.append(MissingUnit("growth", reading.words(quantity.start, quantity.end)))
        return
    sign = -1 if _shrinks(reading) else 1
    low, high = (monthly_growth_pct(1 + sign * v / 100, months) for v in (quantity.low, quantity.high))
    if cue is not None:
        start, end = min(start, cue.start), max(end, cue.end)
    reading.number("growth_pct_month", min(low, high), max(low, high), (start, end))


@cache
def _yearly() -> Phrases:
    phrases = Phrases()
    for months, texts in table("growth")["periods"].items():
        phrases.add(float(months), texts)
    return phrases


@cache
def _shrink_phrases() -> Phrases:
    phrases = Phrases()
    phrases.add("shrink", table("growth")["shrinking"])
    return phrases


def _shrinks(reading: Reading) -> bool:
    return bool(_shrink_phrases().find(reading.message))


def _time_near(reading: Reading, quantity: Quantity) -> Quantity | None:
    """The nearest open time of at least a day in the sentence."""
    times = [
        q for q in reading.open("time") if q.low >= 86400 and reading.distance(_as_hit(q), quantity) <= 9
    ]
    return min(times, key=lambda q: reading.distance(_as_hit(q), quantity), default=None)


def _period_near(reading: Reading, quantity: Quantity) -> Hit | None:
    hits = [
        hit
        for hit in period_phrases().find(reading.message)
        if hit.tag[0] in ("spelled", "adverb") and reading.distance(hit, quantity) <= 7
    ] + [
        Hit(
            ("spelled", {1.0: 2592000.0, 3.0: 7776000.0, 12.0: 31536000.0}[float(h.tag)]),
            h.first,
            h.last,
            h.start,
            h.end,
        )
        for h in _yearly().find(reading.message)
        if reading.distance(h, quantity) <= 7
    ]
    return min(hits, key=lambda hit: reading.distance(hit, quantity), default=None)


def _as_hit(quantity: Quantity) -> Hit:
    return Hit("time", quantity.first, quantity.last, quantity.start, quantity.end)
