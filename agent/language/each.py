"""What a number is told for: `20 questions per lawyer`, `200 lawyers each ask 20`, `every branch sends 40 scans`.

Any noun may stand there but a time and a unit; the number is then one part of a whole that is still to be counted.
"""

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from .lexicon import words
from .message import Message, Token
from .quantity import One, Quantity, period_phrases, unit_phrases

PEOPLE = ("users", "customers", "team")
AFTER, BEFORE = 10, 8
"""Tokens behind and before a number in which it may be said for whom it is."""
GROUP = 3
"""Words of a group such as `active customer account`."""
SUBJECT = 4
"""Words between `a nurse` and the number of what she does."""


def told_for_one(message: Message, found: list[Quantity]) -> list[Quantity]:
    """The quantities, each with the one that it's told for where that is said."""
    result = []
    for place, quantity in enumerate(found):
        before = found[place - 1] if place else None
        after = found[place + 1] if place + 1 < len(found) else None
        one = _behind(message, quantity, after) or _ahead(message, quantity, before)
        result.append(replace(quantity, one=one) if one else quantity)
    return result


def stem(word: str) -> str:
    """A noun without its plural.

    >>> stem("nurses"), stem("companies"), stem("branches"), stem("people")
    ('nurse', 'company', 'branch', 'person')
    """
    if word.endswith(("people", "persons")):
        return word.removesuffix("people").removesuffix("persons") + "person"
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def are_people(message: Message, first: int, last: int) -> bool:
    """Whether one of some tokens names people, of whatever number."""
    return any(
        stem(token.text) in _people().exact or any(token.text.startswith(p) for p in _people().prefixes)
        for token in message.tokens[first : last + 1]
    )


class _Words(NamedTuple):
    exact: frozenset[str]
    prefixes: tuple[str, ...]


@cache
def _people() -> _Words:
    """The nouns of people that are one word, without their plural."""
    texts = {
        part
        for kind in PEOPLE
        for text in words("nouns", kind)
        for part in text.split("|")
        if " " not in text
    }
    exact = frozenset(stem(text) for text in texts if not text.endswith("*"))
    return _Words(exact, tuple(sorted(text[:-1] for text in texts if text.endswith("*"))))


def _behind(message: Message, quantity: Quantity, after: Quantity | None) -> One | None:
    """`per lawyer`, `for each branch`, `from each of the two cameras`, `each`, `apiece` after a number."""
    tokens, start = message.tokens, quantity.amount.last
    limit = min(len(tokens), start + AFTER, after.amount.first if after else len(tokens))
    for index in range(start + 1, limit):
        token = tokens[index]
        if token.sentence != tokens[start].sentence:
            return None
        apart = token.clause != tokens[start].clause
        if apart and not _opens_clause(tokens, index):
            continue
        if token.text in words("each", "per"):
            one = _of_group(message, index, index + 1)
            if one is not None:
                return one
        elif token.text in words("each", "each"):
            one = _each_behind(message, index, after, apart)
            if one is not None:
                return one
        elif token.text in words("each", "apiece"):
            return One(frozenset(), index, index)
        elif token.text == "a" and _text(tokens, index + 1) in words("each", "heads"):
            return One(frozenset(), index, index + 1)
    return None


def _opens_clause(tokens: tuple[Token, ...], index: int) -> bool:
    """`20 questions a day, per lawyer` and `, for each lawyer`; what stands later in a clause is of its own number."""
    before = tokens[index - 1]
    if before.clause != tokens[index].clause:
        return True
    return before.text in words("each", "leads") and tokens[index - 2].clause != before.clause


def _each_behind(message: Message, index: int, after: Quantity | None, apart: bool) -> One | None:
    tokens = message.tokens
    led = tokens[index - 1].text in words("each", "leads")
    if _text(tokens, index + 1) == "of":
        near = after is not None and after.amount.first - index <= GROUP + 1
        if near and after is not None and led:
            return One(frozenset(), index, after.last, after.amount.first)
        return _of_group(message, index, index + 2) if led else None
    if led or tokens[index].text == "every":
        return _of_group(message, index, index + 1) if led else None
    return One(frozenset(), index, index) if not apart and _is_alone(message, index) else None


def _is_alone(message: Message, index: int) -> bool:
    """`12 messages each a day`, `20 questions each.`: nothing follows that could be what each one does."""
    tokens = message.tokens
    if index + 1 >= len(tokens) or tokens[index + 1].clause != tokens[index].clause:
        return True
    return tokens[index + 1].text in words("each", "behind_each")


def _ahead(message: Message, quantity: Quantity, before: Quantity | None) -> One | None:
    """`each of our 300 agents sends`, `every branch sends`, `a nurse asks` before a number."""
    tokens, first = message.tokens, quantity.amount.first
    if before is not None and (one := _counted_ahead(message, quantity, before)):
        return one
    lowest = max(0, first - BEFORE, before.last + 1 if before else 0)
    for index in range(first - 1, lowest - 1, -1):
        token = tokens[index]
        if token.clause != tokens[first].clause:
            return None
        if token.text in words("each", "each") and index + 1 == first:
            if token.text == "each" and quantity.dimension != "time":
                return One(frozenset(), index, index)
            continue
        if token.text in words("each", "each"):
            one = _of_group(message, index, index + 1, first)
            return replace(one, verb=token.text == "each" and len(one.nouns) == 1) if one else None
        if token.text in words("each", "per") and first - index <= SUBJECT + 1:
            return _of_group(message, index, index + 1, first)
        if token.text in words("each", "articles") and first - index <= SUBJECT + 2:
            person = _person(message, index, first)
            if person is not None:
                return person
    return None


def _counted_ahead(message: Message, quantity: Quantity, before: Quantity) -> One | None:
    """`each of our 300 agents sends 40`, `one nurse asks 6`."""
    tokens, first = message.tokens, quantity.amount.first
    gap = message.folded[before.end : quantity.amount.start]
    aside = tokens[before.first].sentence == tokens[first].sentence and " (" in gap and ") " in gap
    same = tokens[before.first].clause == tokens[first].clause and first - before.last <= SUBJECT + 1
    if not (same or (aside and first - before.last <= BEFORE)):
        return None
    head = [token.text for token in tokens[max(0, before.amount.first - GROUP) : before.amount.first]]
    if any(a in words("each", "each") and b == "of" for a, b in pairwise(head)):
        return One(frozenset(), before.amount.first, before.last, before.amount.first)
    single = before.amount.word and before.low == before.high == 1 and before.noun in PEOPLE
    between = {token.text for token in tokens[before.last + 1 : first]}
    if single and between and not between & {"and", "or", "plus", "und", "et"}:
        nouns = tokens[before.amount.last + 1 : before.last + 1]
        return One(frozenset(stem(token.text) for token in nouns), before.amount.first, before.last)
    return None


def _person(message: Message, index: int, first: int) -> One | None:
    """`a typical nurse asks about`: one person, and something that she does."""
    tokens = message.tokens
    at = index + 1
    while at < first and tokens[at].text in words("each", "typical"):
        at += 1
    for place in range(at, min(at + 2, first - 1)):
        noun = tokens[place].text
        if stem(noun) == noun and are_people(message, place, place):
            return One(frozenset({noun}), index, place, people=True)
    return None


def _of_group(message: Message, opener: int, start: int, end: int | None = None) -> One | None:
    """The nouns of a group from token `start`, unless it's a time or a unit."""
    tokens = message.tokens[:end]
    while start < len(tokens) and tokens[start].text in words("each", "skipped"):
        start += 1
    if start >= len(tokens) or tokens[start].clause != tokens[opener].clause or _is_unit(message, start):
        return None
    last = start
    while last + 1 < min(len(tokens), start + GROUP) and _belongs(message, tokens[last + 1], tokens[opener]):
        last += 1
    if not _belongs(message, tokens[start], tokens[opener]):
        return None
    nouns = frozenset(stem(token.text) for token in tokens[start : last + 1])
    return One(nouns, opener, last, people=are_people(message, start, last))


def _belongs(message: Message, token: Token, opener: Token) -> bool:
    stops = words("stop", "noun_stops") | words("each", "per") | words("each", "adverbs")
    return not token.number and token.clause == opener.clause and token.text not in stops


def _is_unit(message: Message, index: int) -> bool:
    if any(hit.tag[0] == "slash" for hit in period_phrases().at(message, index)):
        return True
    return any(hit.tag[0] not in ("ratio",) for hit in unit_phrases().at(message, index))


def _text(tokens: tuple[Token, ...], index: int) -> str:
    return tokens[index].text if index < len(tokens) else ""
