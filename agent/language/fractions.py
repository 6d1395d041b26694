"""Fractions in words: `3 in 10`, `one user in five`, `two thirds of them`, `half of the questions` are percentages."""

import re
from dataclasses import replace

from .lexicon import table
from .message import Message
from .numbers import Amount
from .quantity import Quantity

MOST_PARTS = 10
"""Parts that people count out loud; `300 in, 50 out` is none of them."""
_ROUND = (12, 15, 20, 25, 30, 40, 50, 100, 200, 500, 1000, 10_000, 100_000, 1_000_000)
_BETWEEN = re.compile(r" (?:\w+ )?(?:in|out of)(?: every)? ")
_HUNDREDS = (100, 1000)
_TIMES = re.compile(r" times (?:in|out of)(?: every)? ")
_SHARED = ("users", "customers", "team", "requests", "documents", "messages")


def as_percentages(message: Message, found: list[Quantity]) -> list[Quantity]:
    """The quantities, with every fraction among them as one percentage."""
    spoken = _spoken(message)
    covered = [q for q in found if not any(s.first <= q.amount.first <= s.last for s in spoken)]
    result: list[Quantity] = []
    for quantity in covered:
        share = _of_parts(message, result[-1], quantity) if result else None
        if share is None:
            result.append(quantity)
        else:
            result[-1] = share
    return sorted([*result, *spoken], key=lambda quantity: quantity.start)


def _of_parts(message: Message, part: Quantity, whole: Quantity) -> Quantity | None:
    """`3 in 10 visitors`, `one user in five`."""
    parts, total = part.amount.low, whole.amount.low
    counted = (total <= 2 * MOST_PARTS or total in _ROUND) and float(total).is_integer()
    gap = message.folded[part.amount.end : whole.amount.start]
    often = _TIMES.fullmatch(gap) is not None
    few = parts <= MOST_PARTS or (total in _HUNDREDS and often)
    if not (1 <= parts < total and few and counted and whole.amount.exact):
        return None
    if not (part.dimension in ("bare", "count") or (part.dimension == "ratio" and often)) or not (
        whole.dimension == "bare" or (whole.dimension == "count" and whole.noun in _SHARED)
    ):
        return None
    if part.noun and part.noun not in _SHARED:
        return None
    if not _BETWEEN.fullmatch(gap):
        return None
    if re.match(r"\s*out\b", message.folded[whole.amount.end :][:8]):
        return None
    return _percent(part.amount, whole.amount, 100 * parts / total)


def _percent(part: Amount, whole: Amount, value: float) -> Quantity:
    amount = replace(part, low=value, high=value, last=whole.last, end=whole.end, magnitude=1)
    return Quantity(amount, "percent", value, value, part.first, whole.last, part.start, whole.end)


def _spoken(message: Message) -> list[Quantity]:
    """`half of them`, `a third of the calls`, `two thirds of our staff`; `half of a second` is none."""
    found = []
    names, tokens = table("numbers")["fractions"], message.tokens
    for index, token in enumerate(tokens[:-1]):
        if token.text not in names:
            continue
        parts, first = 1.0, index
        if index and tokens[index - 1].text in ("a", "one", "two", "three", "four"):
            parts, first = (
                max(1.0, float(table("numbers")["words"].get(tokens[index - 1].text, 1))),
                index - 1,
            )
        elif token.text != "half":
            continue
        if tokens[index + 1].clause != token.clause or not _is_of(message, index + 1, token.text == "half"):
            continue
        value = 100 * parts * float(names[token.text])
        start, end = tokens[first].start, token.end
        amount = Amount(value, value, first, index, start, end, word=True)
        found.append(Quantity(amount, "percent", value, value, first, index, start, end))
    return found


def _is_of(message: Message, index: int, half: bool) -> bool:
    """`of the`, `of them`, after a half also without `of`: a part of what was named, not of a unit."""
    texts = [token.text for token in message.tokens[index : index + 2]]
    if texts[0] == "of":
        return len(texts) > 1 and texts[1] not in ("a", "an", "one")
    return half and texts[0] in ("the", "our", "my", "their", "your", "these", "those")
