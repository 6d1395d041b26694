"""Whether a small rate beside many people is what each of them does or all together.

`5,000 users ask 3 questions a week` tells what each does; `40k users, 4 sessions a month` leaves it open, and is
asked. A rate that gives everybody at least one request a month, and an answer to the question for the rate of
all, count as they stand.
"""

from functools import cache

from .each import PEOPLE
from .lexicon import words
from .phrases import Phrases, compile_phrases
from .quantity import Quantity
from .reading import Reading
from .sources_of_rate import TOTAL
from .totals import Source, nouns_of, shares, times

MOST_EACH = 100
"""Requests that one person may send in a period of an hour or more."""
_HOUR, _MONTH = 3600, 2592000
SUBJECT = 4
"""Words from people to the number of what they do: `5,000 users each month ask`."""


def distributed(reading: Reading, quantity: Quantity) -> Quantity | None:
    """The rate of all people: as it stands, times the people where it's one's, None where that is open."""
    senders = _senders(reading, quantity)
    if senders is not None:
        told = reading.words(senders.start, senders.end)
        return times(reading, quantity, Source(senders.low, senders.high, told, senders))
    people = _people(reading, quantity)
    if people is None or "request_rate" in reading.asked or not _is_small(quantity, people):
        return quantity
    if TOTAL.search(_sentence(reading, quantity)):
        return quantity
    between = [share for share in shares(reading) if _is_between(reading, people, share, quantity)]
    if not between and not _is_subject(reading, people, quantity):
        return None
    told = reading.words(people.start, people.end)
    return times(reading, quantity, Source(people.low, people.high, told, people), between)


def _senders(reading: Reading, quantity: Quantity) -> Quantity | None:
    """`200 buoys send 3 measurements every hour`: fewer than there are to send them, so each sends as many."""
    if quantity.made or "request_rate" in reading.asked:
        return None
    before = [
        q
        for q in reading.beside(quantity)
        if q.end <= quantity.start
        and (q.dimension == "bare" or q.noun == "neutral")
        and nouns_of(reading, q)
        and not q.period_s
    ]
    sender = before[-1] if before else None
    fewer = sender is not None and quantity.high < sender.low
    if sender is None or not fewer or not _is_subject(reading, sender, quantity):
        return None
    acts = [*reading.hits(_verbs(), "sending"), *reading.hits(_verbs(), "taking_part")]
    return sender if any(sender.amount.last < hit.first < quantity.amount.first for hit in acts) else None


def _people(reading: Reading, quantity: Quantity) -> Quantity | None:
    found = [
        q
        for q in reading.beside(quantity)
        if q.dimension == "count" and q.noun in PEOPLE and reading.scopes.states(q.amount.first)
    ]
    before = [q for q in found if q.start < quantity.start]
    return before[-1] if before else found[0] if found else None


def _is_between(reading: Reading, people: Quantity, share: Quantity, quantity: Quantity) -> bool:
    """`40k users, 5 % of them send 4 a month`; before the people too: `half of them ask 2 a day; we have 8,000`."""
    tokens = reading.message.tokens
    same = tokens[share.first].clause == tokens[quantity.amount.first].clause
    return share.start < quantity.start and (share.start > people.start or same)


def _is_small(quantity: Quantity, people: Quantity) -> bool:
    if (
        quantity.period_s < _HOUR
        or quantity.made.count(" x ") > 1
        or people.amount.first == quantity.amount.first
    ):
        return False
    each = quantity.middle / quantity.period_s * _MONTH / max(people.middle, 1)
    return quantity.high <= MOST_EACH and each < 1


def _is_subject(reading: Reading, people: Quantity, quantity: Quantity) -> bool:
    """`5,000 users ask 3 questions`: nothing but a verb stands between."""
    tokens = reading.message.tokens
    between = tokens[people.last + 1 : quantity.amount.first]
    same = (
        people.start < quantity.start and tokens[people.last].clause == tokens[quantity.amount.first].clause
    )
    stops = words("stop", "noun_stops") - words("each", "beside_verbs")
    return same and 0 < len(between) <= SUBJECT and not any(token.text in stops for token in between)


def _sentence(reading: Reading, quantity: Quantity) -> str:
    start, end = reading.message.clause_span(quantity.amount.first)
    return reading.message.folded[start:end]


@cache
def _verbs() -> Phrases:
    return compile_phrases(
        {"sending": words("rates", "sending"), "taking_part": words("each", "taking_part")}
    )
