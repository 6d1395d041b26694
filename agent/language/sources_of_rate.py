"""`14 lines, each with 3 cameras at 30 fps`: a rate that is told for one source is multiplied by all of them."""

import re
from bisect import bisect_left
from dataclasses import replace
from functools import cache

from .lexicon import words
from .phrases import Phrases, compile_phrases
from .quantity import Quantity
from .reading import Reading
from .totals import source_of, written

_EACH = re.compile(
    r"\b(?:each|every|per (?!s\b|sec|min|h\b|hour|day|week|month|year)|apiece|a piece|respectively|"
    r"je|jeweils|chacun|chaque)\b"
)
TOTAL = re.compile(
    r"\b(?:in total|total|altogether|overall|combined|all together|together|in sum|for all|"
    r"for everybody|for everyone|of all|insgesamt)\b"
)
_AT = re.compile(r" ?(?:[a-z]+ )?(?:each )?(?:,|x|\u00d7|\*|at|sampled at|sampling at|running at|with|@) ?")
_BY = re.compile(r" ?(?:[a-z]+ )?(?:x|\u00d7|\*) ?")
MOST = 3
"""Sources within sources: sites, lines, cameras."""


def of_all_sources(reading: Reading, quantity: Quantity) -> Quantity:
    """The rate of all sources of its sentence, where it's that of one of them."""
    tokens = reading.message.tokens
    sentence = tokens[quantity.first].sentence
    inside = [token for token in tokens if token.sentence == sentence]
    text = reading.message.folded[inside[0].start : inside[-1].end]
    if TOTAL.search(text):
        return quantity
    told_each = _EACH.search(text) is not None
    found = [
        other
        for other in reading.open("count")
        if other.noun == "neutral"
        and tokens[other.first].sentence == sentence
        and _is_source(reading, other, told_each)
    ][:MOST]
    found += [holder for other in found if (holder := _holder(reading, other)) and holder not in found]
    return _multiplied(reading, quantity, sorted(found, key=lambda q: q.start)) if found else quantity


def _holder(reading: Reading, feed: Quantity) -> Quantity | None:
    """`22 lifts, 2 cameras per lift`: what has so many feeds each."""
    source = source_of(reading, feed, feed.one) if feed.one else None
    return source.quantity if source else None


def _multiplied(reading: Reading, quantity: Quantity, found: list[Quantity]) -> Quantity:
    factor = 1.0
    for other in found:
        reading.use(other)
        factor *= other.middle
    start = min(quantity.start, *(other.start for other in found))
    end = max(quantity.end, *(other.end for other in found))
    made = [reading.words(other.start, other.end) for other in found]
    own = reading.words(quantity.start, quantity.end)
    low, high = quantity.low * factor, quantity.high * factor
    return replace(
        quantity, low=low, high=high, start=start, end=end, one=None,
        made=" x ".join([*made, own]), written=written(reading, quantity, low, high, 0),
    )  # fmt: skip


def sampled(reading: Reading, quantity: Quantity) -> Quantity | None:
    """`200 sensor channels at 1 Hz`: each channel's rate; where the machines outnumber them, each machine has them."""
    at = bisect_left(reading.quantities, quantity.start, key=lambda other: other.start)
    if not at or not _AT.fullmatch(reading.message.folded[reading.quantities[at - 1].end : quantity.start]):
        return None
    channels = reading.quantities[at - 1]
    if channels.noun not in ("neutral", "events") or channels.period_s or channels.high <= 1:
        return None
    parts = [channels]
    chained = at > 1 and _BY.fullmatch(
        reading.message.folded[reading.quantities[at - 2].end : channels.start]
    )
    if at > 1 and (channels.one or chained or reading.quantities[at - 2].low > channels.high):
        holder = reading.quantities[at - 2]
        same = (
            reading.message.tokens[holder.first].sentence == reading.message.tokens[quantity.first].sentence
        )
        parts = [holder, channels] if holder.noun == "neutral" and not holder.period_s and same else parts
    return _multiplied(reading, quantity, parts)


def _is_source(reading: Reading, other: Quantity, told_each: bool) -> bool:
    """Cameras and feeds always; places and machines where the sentence says that each has its own."""
    if other.period_s or other.high < 1:
        return False

    def names(kind: str) -> bool:
        near = reading.around(reading.hits(_sources(), kind), other)
        return any(other.first <= hit.first <= other.last for hit in near)

    return names("feeds") or (told_each and names("places"))


@cache
def _sources() -> Phrases:
    return compile_phrases({kind: words("rates", kind) for kind in ("feeds", "places")})
