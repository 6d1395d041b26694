"""Rates told by the time between: `a decision every 25 ns`, `every cow's collar sends one reading every 10 minutes`."""

from dataclasses import replace
from functools import cache

from .lexicon import words
from .phrases import Phrases, compile_phrases
from .quantity import Quantity
from .reading import Reading
from .totals import Source, in_all, nouns_of, readable, source_of, times

NEAR = 7
"""Words between an interval and what happens in it."""
BESIDE = 3
"""Words between the number of things and their interval."""


def per_interval(reading: Reading, quantity: Quantity) -> Quantity | None:
    """The rate of an interval: of one thing, or of all where it's told for each; None where their count is open."""
    beside = [q for q in reading.open_beside(quantity, "count") if 0 < quantity.first - q.last <= BESIDE]
    subject = _subject(reading, quantity)
    count = next((q for q in reversed(beside) if q is not subject), None)
    one = (count.one if count else None) or quantity.one
    per = count.middle if count else 1.0
    rate = replace(
        quantity, low=per / quantity.high, high=per / quantity.low, one=None, dimension="rate",
        start=count.start if count else quantity.start, noun=count.noun if count else "",
    )  # fmt: skip
    if count is not None:
        reading.use(count)
    source = source_of(reading, quantity, one) if one else None
    if subject is not None and one is None:
        source = in_all(reading, subject)
    if source is None:
        return rate if one is None else None
    return _of_all(reading, rate, source)


def _of_all(reading: Reading, rate: Quantity, source: Source) -> Quantity:
    told = times(reading, rate, source)
    return replace(told, written=f"{readable(told.low)} a second", period_s=0)


def _subject(reading: Reading, quantity: Quantity) -> Quantity | None:
    """`480 vessels send a photo every 20 minutes`: the things before a verb of sending."""
    tokens = reading.message.tokens
    for hit in reversed(reading.around(reading.hits(_phrases(), "sending"), quantity)):
        if (
            tokens[hit.first].clause != tokens[quantity.first].clause
            or not 0 < quantity.first - hit.last <= NEAR
        ):
            continue
        things = [
            q
            for q in reading.open_beside(quantity, "count", "bare")
            if 0 <= hit.first - q.last <= BESIDE
            and tokens[q.last].clause == tokens[hit.first].clause
            and q.middle > 1
            and not q.period_s
            and nouns_of(reading, q)
        ]
        return _head(reading, things) if things else None
    return None


def _head(reading: Reading, things: list[Quantity]) -> Quantity:
    """`12,000 meters per district in 31 districts report`: the meters do; those that lie `in` others come first."""
    last = things[-1]
    before = reading.message.tokens[last.amount.first - 1].text if last.amount.first else ""
    if before not in ("in", "across", "at", "of", "on", "from", "throughout"):
        return last
    sentence = reading.message.tokens[last.first].sentence
    earlier = [
        q
        for q in reading.open_beside(last, "count", "bare")
        if q.last < last.first
        and reading.message.tokens[q.first].sentence == sentence
        and nouns_of(reading, q)
    ]
    return earlier[-1] if earlier else last


def is_sent(reading: Reading, quantity: Quantity) -> bool:
    """Whether a verb of sending stands before the interval."""
    tokens = reading.message.tokens
    return any(
        tokens[hit.first].clause == tokens[quantity.first].clause and 0 < quantity.first - hit.last <= NEAR
        for hit in reading.around(reading.hits(_phrases(), "sending"), quantity)
    )


@cache
def _phrases() -> Phrases:
    return compile_phrases({"sending": words("rates", "sending")})
