"""The whole of what is told for one: `200 lawyers each ask 20 questions a day` are 4,000 a day, and are shown so.

The count of those is sought by their noun in the message, else the users known; a share of them (`3 in 10`)
counts, as do occasions (`6 questions per shift, two shifts a day`). Without a count nothing is computed.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from .each import PEOPLE, stem
from .lexicon import words
from .phrases import Hit, Phrases, compile_phrases
from .quantity import One, Quantity
from .reading import Reading

DEEPEST = 3
"""Parts within parts: sites, machines, sensors."""
MOST_SHARES = 3
SHARE_BEHIND = 4
"""Words from people to the share of them."""
_THOSE = frozenset({"them", "those", "these", "one"})
LIKE = 4
"""Letters that a noun shares with its verb: `solver`, `solve`."""
NEAR_SHARE = 3
"""Words between a share and what those do."""
_COUNTED = ("count", "bare")
_PERIODS = {
    1.0: "a second",
    60.0: "a minute",
    3600.0: "an hour",
    86400.0: "a day",
    604800.0: "a week",
    2592000.0: "a month",
    7776000.0: "a quarter",
    31536000.0: "a year",
}


class Source(NamedTuple):
    """How many of those there are: in this message, or as known before (then without a quantity)."""

    low: float
    high: float
    words: str
    quantity: Quantity | None = None


def whole(reading: Reading, quantity: Quantity) -> Quantity | None:
    """The quantity for all of those that it's told for; itself where it's told for all; None without a count."""
    one = quantity.one
    if one is None:
        return quantity
    often = occasions(reading, quantity, one)
    if often is not None:
        return _times_occasions(reading, quantity, often)
    source = source_of(reading, quantity, one)
    if source is None:
        return None
    return times(reading, quantity, source, _shares_between(reading, source, quantity))


def times(reading: Reading, quantity: Quantity, source: Source, shares: Iterable[Quantity] = ()) -> Quantity:
    """The quantity times a count and its shares, with the words that say so."""
    low, high = quantity.low * source.low, quantity.high * source.high
    parts = [quantity.made or _own_words(reading, quantity)]
    start, end = quantity.start, quantity.end
    often = 0.0
    for share in shares:
        low, high = low * share.low / 100, high * share.high / 100
        parts.insert(0, reading.words(share.start, share.end))
        often = often or share.period_s
        start, end = min(start, share.start), max(end, share.end)
        reading.use(share)
    parts.insert(0, source.words)
    period = quantity.period_s
    if source.quantity is not None:
        if quantity.dimension != "rate":
            period = period or source.quantity.period_s or often
        start, end = min(start, source.quantity.start), max(end, source.quantity.end)
    return replace(
        quantity, low=low, high=high, period_s=period, start=start, end=end, one=None,
        made=" x ".join(parts), written=written(reading, quantity, low, high, period),
    )  # fmt: skip


def source_of(reading: Reading, quantity: Quantity, one: One, depth: int = 1) -> Source | None:
    """The count of those that a number is told for."""
    if one.at >= 0:
        found = [q for q in reading.beside(quantity) if q.amount.first == one.at]
    else:
        found = _named(reading, quantity, one)
    if not found and not _is_anyone(one):
        those = _are_those_who(reading, one)
        found = (
            [q for q in _counts(reading, quantity) if q.noun in PEOPLE]
            if those
            else _answered(reading, quantity)
        )
    elif not found:
        found = _unnamed(reading, quantity, one)
    if not found:
        return _known_users(reading) if _is_anyone(one) else None
    return in_all(reading, found[0], depth)


def in_all(reading: Reading, counted: Quantity, depth: int = 1) -> Source:
    """`620 turbines with 200 sensors each`: the count of parts times the count of what holds them."""
    text = reading.words(counted.start, counted.end)
    alone = Source(counted.low, counted.high, text, counted)
    if counted.one is None or counted.period_s or depth == DEEPEST:
        return alone
    holder = source_of(reading, counted, counted.one, depth + 1)
    if holder is None or holder.quantity is counted:
        return alone
    start = min(counted.start, holder.quantity.start) if holder.quantity else counted.start
    merged = replace(counted, start=start)
    low, high = counted.low * holder.low, counted.high * holder.high
    return Source(low, high, f"{holder.words} x {text}", merged)


def _counts(reading: Reading, quantity: Quantity) -> list[Quantity]:
    """Numbers that may count those, the nearest before the quantity first."""
    others = [
        q
        for q in reading.beside(quantity)
        if q.dimension in _COUNTED
        and q is not quantity
        and q.amount.first != quantity.amount.first
        and q.middle > 1
        and reading.scopes.states(q.amount.first)
    ]
    before = [q for q in reversed(others) if q.start < quantity.start]
    return [*before, *(q for q in others if q.start > quantity.start)]


def _named(reading: Reading, quantity: Quantity, one: One) -> list[Quantity]:
    return [
        q
        for q in _counts(reading, quantity)
        if not (q.period_s and q.noun not in PEOPLE) and nouns_of(reading, q) & one.nouns
    ]


def _is_anyone(one: One) -> bool:
    return one.people or one.verb or not one.nouns - words("each", "anyone")


def _are_those_who(reading: Reading, one: One) -> bool:
    """`a tenth of them contact us, 2 messages per contact`: those that a share tells of, by what they do."""
    tokens = reading.message.tokens
    acts = {
        token.text
        for share in shares(reading)
        for token in tokens[share.amount.last + 1 : share.amount.last + 1 + NEAR_SHARE]
    }
    return any(noun[:LIKE] == act[:LIKE] and len(act) >= LIKE for noun in one.nouns for act in acts)


def _unnamed(reading: Reading, quantity: Quantity, one: One) -> list[Quantity]:
    """Those meant by `each`, `per head` or another name of people: people first, then the count before."""
    counts = _counts(reading, quantity)
    people = [q for q in counts if q.noun in PEOPLE]
    if one.people or (one.nouns - _THOSE and not one.verb):
        return people
    tokens = reading.message.tokens
    here = [q for q in people if tokens[q.first].sentence == tokens[quantity.first].sentence]
    return here or _things(reading, quantity, counts) or people


def _things(reading: Reading, quantity: Quantity, counts: list[Quantity]) -> list[Quantity]:
    tokens = reading.message.tokens
    return [
        q
        for q in counts
        if q.start < quantity.start
        and not q.period_s
        and tokens[q.first].sentence == tokens[quantity.first].sentence
        and nouns_of(reading, q)
    ]


def _answered(reading: Reading, quantity: Quantity) -> list[Quantity]:
    """The number that answers how many there are."""
    if "users" not in reading.asked:
        return []
    return [q for q in _counts(reading, quantity) if not q.period_s and q.start > quantity.start]


def _known_users(reading: Reading) -> Source | None:
    known = reading.workload.get("users_total") or reading.workload.get("users_concurrent")
    value = known.point if known else None
    if known is None or not isinstance(value, float | int):
        return None
    return Source(value, value, known.stated or f"{value:,.10g} users")


def nouns_of(reading: Reading, quantity: Quantity) -> frozenset[str]:
    """The words that a number counts, without their plural."""
    tokens, found = reading.message.tokens, []
    for token in tokens[quantity.amount.last + 1 : quantity.amount.last + 5]:
        stops = words("stop", "noun_stops") | words("each", "each")
        if token.number or token.clause != tokens[quantity.amount.last].clause or token.text in stops:
            break
        found.append(stem(token.text))
    return frozenset(found)


def occasions(reading: Reading, quantity: Quantity, one: One) -> Quantity | None:
    """`two shifts a day` for `6 questions per shift`."""
    return next(
        (
            q
            for q in _counts(reading, quantity)
            if q.period_s and not quantity.period_s and quantity.dimension != "rate" and q.noun not in PEOPLE
            if nouns_of(reading, q) & one.nouns
        ),
        None,
    )  # fmt: skip


def _times_occasions(reading: Reading, quantity: Quantity, often: Quantity) -> Quantity | None:
    """The number times how often; what is told for one person's occasions is multiplied by the people too."""
    source = Source(often.low, often.high, reading.words(often.start, often.end), often)
    reading.use(often)
    told = times(reading, quantity, source)
    return whole(reading, replace(told, one=often.one)) if often.one else told


def _shares_between(reading: Reading, source: Source, quantity: Quantity) -> list[Quantity]:
    """Shares of those people that do what the number tells: between the count and the number, or `of` the count."""
    if source.quantity is None or source.quantity.noun not in PEOPLE:
        return [q for q in shares(reading) if q.start < quantity.start][:MOST_SHARES]
    first = source.quantity
    between = [
        q for q in shares(reading) if first.start < q.start < quantity.start or _is_of(reading, q, first)
    ]
    return between[:MOST_SHARES]


def _is_of(reading: Reading, share: Quantity, counted: Quantity) -> bool:
    """`one in five of our 3,000 students`."""
    if not 0 < counted.amount.first - share.last - 1 <= NEAR_SHARE:
        return False
    gap = [token.text for token in reading.message.tokens[share.last + 1 : counted.amount.first]]
    return gap[0] in ("of", "von", "de", "der", "des")


def shares(reading: Reading) -> list[Quantity]:
    """Percentages that tell how many of some people do something."""
    if reading.shares is None:
        percents = [q for q in reading.quantities if q.dimension == "percent"]
        reading.shares = [q for q in percents if _takes_part(reading, q, "taking_part")]
    return reading.shares


def of_share(reading: Reading, counted: Quantity) -> Quantity:
    """`40k MAU, 5 % use the assistant`: those of the people that are users of what is being built."""
    tokens = reading.message.tokens
    for share in shares(reading):
        behind = 0 < share.first - counted.last <= SHARE_BEHIND
        same = tokens[share.first].sentence == tokens[counted.first].sentence
        of_them = _is_of(reading, share, counted) and _is_followed(reading, counted, "using")
        if not (same and (of_them or (behind and _takes_part(reading, share, "using")))):
            continue
        reading.use(share)
        low, high = counted.low * share.low / 100, counted.high * share.high / 100
        start, end = min(share.start, counted.start), max(share.end, counted.end)
        words_of = (reading.words(q.start, q.end) for q in (counted, share))
        made = replace(counted, low=low, high=high, start=start, end=end, made=" x ".join(words_of))
        return replace(made, written=written(reading, counted, low, high, 0))
    return counted


def _takes_part(reading: Reading, share: Quantity, kind: str) -> bool:
    if any(i.unit == "percent" and i.span and i.span[0] <= share.start < i.span[1] for i in reading.updates):
        return False
    tokens = reading.message.tokens
    beside = _is_followed(reading, share, kind)
    after = [token.text for token in tokens[share.last + 1 : share.last + 3]]
    of_them = kind == "taking_part" and after[:1] == ["of"] and after[1:] in (["them"], ["those"], ["these"])
    counted = any(q.noun in PEOPLE and _is_of(reading, share, q) for q in reading.beside(share))
    return beside or of_them or (kind == "taking_part" and counted)


def _is_followed(reading: Reading, quantity: Quantity, kind: str) -> bool:
    tokens = reading.message.tokens
    hits: list[Hit] = reading.around(reading.hits(_phrases(), kind), quantity)
    return any(
        0 < hit.first - quantity.amount.last <= NEAR_SHARE
        and tokens[hit.first].clause == tokens[quantity.amount.last].clause
        for hit in hits
    )


def _own_words(reading: Reading, quantity: Quantity) -> str:
    """A number as written without whom it's told for: `20 questions a day`."""
    one, tokens = quantity.one, reading.message.tokens
    if one is None or not quantity.amount.last < one.first:
        return reading.words(quantity.start, quantity.end)
    led = tokens[one.first - 1].text in words("each", "leads") and one.first - 1 > quantity.amount.last
    start, end = tokens[one.first - led].start, tokens[one.last].end
    head = reading.words(quantity.start, min(start, max(quantity.end, start)))
    tail = reading.words(end, quantity.end) if end < quantity.end else ""
    return " ".join(f"{head} {tail}".split())


def written(reading: Reading, quantity: Quantity, low: float, high: float, period: float) -> str:
    """`4,000 questions a day`."""
    number = readable(low) if low == high else f"{readable(low)} to {readable(high)}"
    if quantity.written:
        rest = quantity.written.partition(" ")[2]
        return (
            f"{number} {rest}" if quantity.period_s else f"{number} {rest} {_PERIODS.get(period, '')}".strip()
        )
    end = reading.message.tokens[quantity.amount.last].end
    own = _own_words(reading, quantity)
    rest = own[len(reading.words(quantity.start, end)) :].strip() if quantity.start < end else ""
    if quantity.amount.low == quantity.amount.high == 1 and rest[:1].islower():
        rest = _plural(rest)
    if not quantity.period_s and period in _PERIODS:
        rest = f"{rest} {_PERIODS[period]}".strip()
    return f"{number} {rest}".strip()


def readable(number: float) -> str:
    """A number as people write it.

    >>> readable(1_900_000), readable(0.05), readable(3.5)
    ('1,900,000', '0.05', '3.5')
    """
    return f"{number:,.0f}" if number >= 1000 else f"{number:.4g}"


def _plural(text: str) -> str:
    """`menu photo a month` of more than one: the last noun before the period."""
    told = text.split()
    last = next((i for i, word in enumerate(told) if word in words("periods", "articles")), len(told)) - 1
    if last >= 0 and not told[last].endswith("s"):
        told[last] += "s"
    return " ".join(told)


@cache
def _phrases() -> Phrases:
    return compile_phrases({kind: words("each", kind) for kind in ("taking_part", "using")})
