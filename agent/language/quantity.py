"""A number with its unit, its period and its bound: what the field readers work on."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import cache

from .lexicon import table
from .message import Message
from .numbers import Amount
from .phrases import Hit, Phrases, compile_phrases

_UPPER = re.compile(
    r"(?:up to|at most|max(?:imum|imal)?\.?|under|below|less than|no more than|not more than|within|<=?|"
    r"bis zu|hochstens|unter|weniger als|moins de|jusqu'a|au plus|not exceed|"
    r"cap(?:ped)? (?:of|at)|ceiling of)"
    r"(?: about| around| roughly)?\W{0,3}$"
)
_LOWER = re.compile(
    r"(?:at least|more than|over|above|min(?:imum)?\.?|>=?|mindestens|uber|mehr als|"
    r"au moins|plus de|exceeds?)\W{0,3}$"
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_REACH, _PEOPLE_REACH = 7, 2
"""Words to the period of a number; what people do so often in a longer sentence is no number of people."""
_FEWEST_PARAMETERS = 10_000
"""A model has more; `400 parameters a minute` are measured."""
_SLASH = re.compile(r"/\s?$")


@dataclass(frozen=True, slots=True)
class One:
    """What a number is told for: `per lawyer`; no nouns where only `each` is said."""

    nouns: frozenset[str]
    """Words of its group without their plural."""
    first: int
    last: int
    at: int = -1
    """First token of the count of them, where it stands right there: `each of our 300 agents`."""
    people: bool = False
    verb: bool = False
    """The only word may be what each one does: `each ask 20 questions`."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount in the base unit of its dimension; counts carry the class of what they count."""

    amount: Amount
    dimension: str
    low: float
    high: float
    first: int
    last: int
    start: int
    end: int
    noun: str = ""
    period_s: float = 0
    """Seconds of the period of a rate; 0 without one."""
    one: One | None = None
    """What the number is told for, where that isn't all."""
    made: str = ""
    """Of what it was multiplied together: `200 lawyers x 20 questions a day`."""
    written: str = ""
    """What was made, in the user's words: `4,000 questions a day`."""
    interval: bool = False
    """`every 25 ns`: the quantity is itself the period."""
    bound: str = ""
    scale: float = 1
    """Factor of the written unit to the base unit."""

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


def quantities(message: Message, found: list[Amount]) -> list[Quantity]:
    """Each amount with its unit and period; an amount without a unit has the dimension `bare`."""
    periods = period_phrases().find(message)
    result: list[Quantity] = []
    for index, amount in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        quantity = _with_unit(message, amount, following)
        if result and quantity.dimension != "bare":
            joined = _unit_range(message, result[-1], quantity)
            if joined is not None:
                result[-1] = _with_period(message, joined, periods, found)
                continue
        result.append(_with_period(message, _in_thousands(message, quantity), periods, found))
    return _described_by_dims(message, result)


def _in_thousands(message: Message, quantity: Quantity) -> Quantity:
    """`1.024 dimensions`, `220.000 documents`: what is counted or paid has no third decimal."""
    written = message.folded[quantity.amount.start : quantity.amount.end]
    whole = quantity.dimension in ("count", "dims", "money") and quantity.amount.magnitude == 1
    if not (whole and _THOUSANDS.fullmatch(written)) or quantity.amount.low == float(
        written.replace(".", "")
    ):
        return quantity
    return replace(quantity, low=quantity.low * 1000, high=quantity.high * 1000)


def _described_by_dims(message: Message, found: list[Quantity]) -> list[Quantity]:
    """In `1.2 billion 384-dim vectors` the first number counts the vectors."""
    for index in range(len(found) - 1):
        first, second = found[index], found[index + 1]
        after = second.last + 1
        if first.dimension != "bare" or second.dimension != "dims" or second.first != first.last + 1:
            continue
        if after < len(message.tokens) and any(h.tag == "vectors" for h in noun_phrases().at(message, after)):
            found[index] = replace(first, dimension="count", noun="vectors")
    return found


@cache
def unit_phrases() -> Phrases:
    phrases = Phrases()
    for dimension, factors in table("units").items():
        for factor, texts in factors.items():
            phrases.add((dimension, float(factor)), texts)
    for code, texts in table("currencies")["names"].items():
        phrases.add(("money", code), texts)
    for word, scaled in table("currencies")["scaled"].items():
        phrases.add(("money", scaled), [word])
    for code in table("currencies")["codes"]:
        phrases.add(("money", code), [code.lower()])
    return phrases


@cache
def noun_phrases() -> Phrases:
    return compile_phrases(dict(table("nouns").items()))


@cache
def period_phrases() -> Phrases:
    """Articles with a period (`a day`) and adverbs (`daily`)."""
    data, phrases = table("periods"), Phrases()
    for seconds, texts in data["spelled"].items():
        phrases.add(("spelled", float(seconds)), [f"{a} {t}" for a in data["articles"] for t in texts])
        phrases.add(("slash", float(seconds)), texts)
    for seconds, texts in data["phrases"].items():
        phrases.add(("spelled", float(seconds)), texts)
    for seconds, texts in data["adverbs"].items():
        phrases.add(("adverb", float(seconds)), texts)
    return phrases


def _with_unit(message: Message, amount: Amount, following: Amount | None) -> Quantity:
    """The unit right after (or a currency right before) an amount, else what it counts."""
    folded = message.folded
    bare = Quantity(
        amount, "bare", amount.low, amount.high, amount.first, amount.last, amount.start, amount.end,
        bound=_bound(folded, amount.start),
    )  # fmt: skip
    percent = re.compile(r"\s?%").match(folded, amount.end)
    if percent:
        return replace(bare, dimension="percent", end=percent.end())
    money = _currency(message, amount, bare)
    if money is not None:
        return money
    after = amount.last + 1
    if after < len(message.tokens) and _same_clause(message, amount.last, after, amount.end):
        exact = [hit for hit in unit_phrases().at(message, after) if _fits(message, amount, hit)]
        if exact:
            unit = _unit(bare, max(exact, key=lambda hit: hit.length))
            measured = unit.dimension == "params" and unit.high < _FEWEST_PARAMETERS
            return replace(unit, dimension="count", noun="events") if measured else unit
    if following is not None and message.tokens[amount.last].clause != message.tokens[following.first].clause:
        following = None
    described = _described_unit(message, amount, following)
    if described is not None:
        return _unit(bare, described)
    counted = _counted(message, amount, following)
    billions = message.tokens[amount.last].text == "b" and amount.magnitude == 1e9
    if billions and (counted is None or counted.tag == "models"):
        return replace(bare, dimension="params")
    if counted is not None:
        return replace(bare, dimension="count", noun=str(counted.tag), last=counted.last, end=counted.end)
    return bare


def _described_unit(message: Message, amount: Amount, following: Amount | None) -> Hit | None:
    """`1.5k input tokens`, `3 million trainable parameters`: a word between number and unit."""
    limit = following.first if following else len(message.tokens)
    for index in range(amount.last + 2, min(amount.last + 4, limit)):
        if not _same_clause(message, amount.last, index, amount.end):
            return None
        if message.tokens[index - 1].text in table("stop")["noun_stops"]:
            return None
        hits = [h for h in unit_phrases().at(message, index) if h.tag[0] in ("tokens", "params")]
        if hits and message.tokens[index].text not in ("words", "weights", "mots", "word"):
            return hits[0]
    return None


def _unit(bare: Quantity, hit: Hit) -> Quantity:
    dimension, factor = hit.tag
    if dimension == "money":
        code, _, times = factor.partition(":")
        low, high = bare.low * float(times or 1), bare.high * float(times or 1)
        return replace(bare, dimension="money", noun=code, low=low, high=high, last=hit.last, end=hit.end)
    return replace(
        bare, dimension=dimension, low=bare.low * factor, high=bare.high * factor, scale=factor,
        last=hit.last, end=hit.end,
    )  # fmt: skip


def _fits(message: Message, amount: Amount, hit: Hit) -> bool:
    """Short unit letters must stand close to digits; `to` and `go` are French units only when glued."""
    token = message.tokens[hit.first]
    if "/" in message.folded[amount.end : token.start]:
        return False
    if token.text == "d":
        return message.folded[amount.end : token.start] == "-"
    if token.text in (
        "to",
        "go",
        "an",
        "mal",
        "real",
        "fr",
        "s",
        "w",
        "h",
        "us",
        "x",
        "weights",
        "word",
        "won",
    ):
        if token.text in ("s", "w", "h"):
            return not amount.word or token.glued
        if token.text == "an":
            return False
        return token.glued or (token.text in ("word", "weights", "won", "mal", "us", "x") and not amount.word)
    return True


def _currency(message: Message, amount: Amount, bare: Quantity) -> Quantity | None:
    """A currency symbol or code beside the amount."""
    symbols = table("currencies")["symbols"]
    before = message.text[max(0, amount.start - 4) : amount.start]
    match = re.search(r"([A-Z]{1,2}\$|[$\u20ac\u00a3\u00a5\u20b9\u20a9\u20ba\u20aa])\s?$", before)
    if match and match[1] in symbols:
        start = amount.start - len(before) + match.start()
        return replace(
            bare, dimension="money", noun=symbols[match[1]], start=start, bound=_bound(message.folded, start)
        )
    match = re.compile(r"\s?(\u20ac|\$|\u00a3|\u20b9|z\u0142)").match(message.text, amount.end)
    if match:
        return replace(bare, dimension="money", noun=symbols[match[1]], end=match.end())
    previous = amount.first - 1
    if previous >= 0:
        token = message.tokens[previous]
        code = message.text[token.start : token.end].upper()
        if (
            code in table("currencies")["codes"]
            and token.text not in ("try",)
            and amount.start - token.end <= 2
        ):
            after = _unit_after_is_other(message, amount)
            if not after:
                return replace(bare, dimension="money", noun=code, start=token.start)
    return None


def _unit_after_is_other(message: Message, amount: Amount) -> bool:
    after = amount.last + 1
    if after >= len(message.tokens):
        return False
    return any(
        hit.tag[0] != "money" for hit in unit_phrases().at(message, after) if isinstance(hit.tag, tuple)
    )


def _counted(message: Message, amount: Amount, following: Amount | None) -> Hit | None:
    """The noun that an amount counts, past up to three describing words."""
    stops, tokens = table("stop")["noun_stops"], message.tokens
    index = amount.last + 1
    limit = following.first if following else len(tokens)
    for _ in range(4):
        if index >= min(limit, len(tokens)) or not _same_clause(message, amount.last, index, amount.end):
            return None
        hits = noun_phrases().at(message, index)
        if hits and tokens[index].text != "us":
            best = max(hits, key=lambda hit: hit.length)
            return best if best.tag == "candidates" else _last_noun(message, best, limit, stops)
        if tokens[index].text in stops and not (
            tokens[index].text in ("of", "de") and index == amount.last + 1
        ):
            return None
        index += 1
    return None


def _last_noun(message: Message, hit: Hit, limit: int, stops: list[str]) -> Hit:
    """In `support tickets` or `customer organisations` the last noun of the group counts."""
    index = hit.last + 1
    if index >= min(limit, len(message.tokens)) or _crosses(message, hit.last, index):
        return hit
    token = message.tokens[index]
    if token.text in stops or not token.text.endswith("s"):
        return hit
    hits = noun_phrases().at(message, index)
    beside = message.folded[hit.end : token.start] in (" ", "-")
    return max(hits, key=lambda other: other.length) if hits and beside else hit


def _same_clause(message: Message, first: int, second: int, _end: int) -> bool:
    return message.tokens[first].clause == message.tokens[second].clause


def _bound(folded: str, start: int) -> str:
    head = folded[max(0, start - 30) : start]
    if _UPPER.search(head):
        return "upper"
    return "lower" if _LOWER.search(head) else ""


def _unit_range(message: Message, first: Quantity, second: Quantity) -> Quantity | None:
    """`300 ms to 2 s`, `8B to 70B`: two quantities of one dimension around a range word."""
    if first.dimension != second.dimension or first.noun != second.noun or first.low > second.high:
        return None
    gap = message.folded[first.end : second.start]
    head = message.folded[max(0, first.start - 16) : first.start]
    between = re.search(r"(?:between|zwischen|entre)\s*$", head) and re.fullmatch(
        r"\s*(?:and|und|et)\s*", gap
    )
    if not between and not re.fullmatch(r"\s*(?:-|\u2013|to|bis|or)\s*", gap):
        return None
    return replace(first, high=second.high, last=second.last, end=second.end, amount=first.amount)


def _with_period(message: Message, quantity: Quantity, periods: list[Hit], found: list[Amount]) -> Quantity:
    """The period that belongs to a quantity: right after it, else an adverb before it."""
    if quantity.dimension == "time":
        head = message.folded[max(0, quantity.start - 8) : quantity.start]
        return replace(quantity, interval=bool(re.search(r"(?:every|each|alle|toutes les|tous les) $", head)))
    following = bisect_left(found, quantity.end, key=lambda amount: amount.start)
    until = found[following].start if following < len(found) else len(message.folded)
    sentence = message.tokens[quantity.last].sentence
    reach = _PEOPLE_REACH if quantity.noun in ("users", "customers", "team") else _REACH
    for hit in periods[bisect_left(periods, quantity.last - 1, key=lambda hit: hit.first) :]:
        kind, seconds = hit.tag
        if hit.first - quantity.last > reach or message.tokens[hit.first].sentence > sentence:
            break
        if hit.start < quantity.end:
            continue
        if kind == "slash" and not _SLASH.search(message.folded[max(0, hit.start - 2) : hit.start]):
            continue
        if hit.start >= until:
            break
        if _crosses(message, quantity.last, hit.first) and hit.first - quantity.last > 1:
            continue
        return replace(quantity, period_s=seconds, last=max(quantity.last, hit.last), end=hit.end)
    return _period_before(message, quantity, periods, found)


def _between(periods: list[Hit], first: int, last: int) -> list[Hit]:
    low = bisect_left(periods, first, key=lambda hit: hit.first)
    return periods[low : bisect_left(periods, last, key=lambda hit: hit.first)]


def _period_before(message: Message, quantity: Quantity, periods: list[Hit], found: list[Amount]) -> Quantity:
    earlier = bisect_right(found, quantity.start, key=lambda amount: amount.end)
    since = found[earlier - 1].end if earlier else 0
    for hit in reversed(_between(periods, quantity.first - 12, quantity.first)):
        kind, seconds = hit.tag
        if hit.end > quantity.start or kind == "slash" or hit.start < since:
            continue
        if quantity.first - hit.last > 7 or _crosses(message, hit.last, quantity.first):
            break
        if kind == "adverb" or (
            kind == "spelled" and message.folded[hit.start : hit.start + 4] in ("ever", "each")
        ):
            return replace(quantity, period_s=seconds, first=hit.first, start=hit.start)
    return quantity


def _crosses(message: Message, first: int, second: int) -> bool:
    return message.tokens[first].clause != message.tokens[second].clause
