"""`14 lines, each with 3 cameras at 30 fps`: a rate that is told for one source is multiplied by all of them."""

import re
from dataclasses import replace
from functools import cache

from .lexicon import words
from .phrases import Phrases, compile_phrases
from .quantity import Quantity
from .reading import Reading
from .totals import written

_EACH = re.compile(
    r"\b(?:each|every|per (?!s\b|sec|min|h\b|hour|day|week|month|year)|apiece|a piece|respectively|"
    r"je|jeweils|chacun|chaque)\b"
)
TOTAL = re.compile(
    r"\b(?:in total|total|altogether|overall|combined|all together|together|in sum|for all|"
    r"for everybody|for everyone|of all|insgesamt)\b"
)
_AT = re.compile(r" ?(?:[a-z]+ )?(?:each )?(?:,|at|sampled at|sampling at|running at|with|@) ?")
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
    if not found:
        return quantity
    return _multiplied(reading, quantity, found)


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
    at = reading.quantities.index(quantity)
    if not at or not _AT.fullmatch(reading.message.folded[reading.quantities[at - 1].end : quantity.start]):
        return None
    channels = reading.quantities[at - 1]
    if channels.noun != "neutral" or channels.period_s or channels.high <= 1:
        return None
    parts = [channels]
    if at > 1 and (channels.one or reading.quantities[at - 2].low > channels.high):
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
    kinds = {
        str(hit.tag) for hit in _sources().find(reading.message) if other.first <= hit.first <= other.last
    }
    return "feeds" in kinds or (told_each and "places" in kinds)


@cache
def _sources() -> Phrases:
    return compile_phrases({kind: words("rates", kind) for kind in ("feeds", "places")})
