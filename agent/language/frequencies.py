"""How often each of many does something: `3,500 patients, each scored once an hour`, `students use it twice a week`.

Such a frequency is a rate only beside a count of those and a word of use or of work; how often something is
refreshed, retrained or backed up is none.
"""

import re
from dataclasses import replace
from functools import cache

from .each import PEOPLE, told_for_one
from .lexicon import words
from .numbers import Amount
from .phrases import Phrases, compile_phrases
from .quantity import Quantity, period_phrases
from .reading import Reading
from .totals import Source, of_share, source_of, times

_TIMES = re.compile(r"\b(?:once|twice|thrice|(?:\d{1,3}|two|three|four|five|six|eight|ten|twelve) times)\b")
_NUMBERS = {"once": 1.0, "twice": 2.0, "thrice": 3.0}
NEAR = 6
"""Words between a frequency and whatever is done so often."""


def read_frequencies(reading: Reading) -> None:
    """The rate of all from how often each does it, where the message tells no other."""
    for match in _TIMES.finditer(reading.message.folded):
        if reading.has("request_rate_rps") or reading.has("events_per_s"):
            return
        often = _frequency(reading, match)
        if often is None or not reading.scopes.states(often.first) or not _is_use(reading, often):
            continue
        told = _of_all(reading, often)
        if told is not None:
            reading.quantity("request_rate_rps", told, 1 / told.period_s)


def _frequency(reading: Reading, match: re.Match[str]) -> Quantity | None:
    """The number of times with the period right behind."""
    tokens = reading.message.tokens
    inside = [i for i, t in enumerate(tokens) if match.start() <= t.start < match.end()]
    hits = (
        period_phrases().at(reading.message, inside[-1] + 1)
        if inside and inside[-1] + 1 < len(tokens)
        else []
    )
    period = next((hit for hit in hits if hit.tag[0] == "spelled"), None)
    if period is None:
        return None
    value = _NUMBERS.get(match[0]) or _number(reading, inside[0])
    amount = Amount(value, value, inside[0], inside[-1], match.start(), match.end(), word=True)
    return Quantity(
        amount, "count", value, value, inside[0], period.last, match.start(), period.end,
        noun="requests", period_s=period.tag[1],
    )  # fmt: skip


def _number(reading: Reading, first: int) -> float:
    return next((q.amount.low for q in reading.quantities if q.amount.first == first), 1.0)


def _is_use(reading: Reading, often: Quantity) -> bool:
    """Something is asked or worked on, and nothing is refreshed or trained, within some words."""
    clause = reading.message.tokens[often.first].clause

    def near(kind: str) -> bool:
        return any(
            reading.message.tokens[hit.first].clause == clause and -1 <= often.first - hit.last <= NEAR
            for hit in reading.around(reading.hits(_phrases(), kind), often)
        )

    return near("done") and not near("kept_up")


def _of_all(reading: Reading, often: Quantity) -> Quantity | None:
    others = [q for q in reading.quantities if q.end <= often.start or q.start >= often.end]
    placed = sorted([*others, often], key=lambda q: q.start)
    marked = next(q for q in told_for_one(reading.message, placed) if q.first == often.first)
    if marked.one is not None:
        source = source_of(reading, marked, marked.one)
        return times(reading, marked, source) if source else None
    tokens = reading.message.tokens
    same = [
        q for q in others if tokens[q.first].clause == tokens[often.first].clause and q.end <= often.start
    ]
    people = [q for q in same if q.dimension == "count" and q.noun in PEOPLE]
    if not people:
        return None
    counted = of_share(reading, people[-1])
    text = counted.made or reading.words(counted.start, counted.end)
    return times(reading, often, Source(counted.low, counted.high, text, replace(counted, period_s=0)))


@cache
def _phrases() -> Phrases:
    return compile_phrases(
        {
            "done": (*words("rates", "work"), *words("each", "taking_part")),
            "kept_up": words("each", "kept_up"),
        }
    )
