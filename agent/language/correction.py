"""Corrections: `300 not 3000`, `20,000 instead of 5,000`: the refused number is set aside.

Where the message names no field, the value that was stated before tells which field is meant.
"""

import re
from bisect import bisect_left
from dataclasses import replace

from tools.workload import Known

from .each import stem
from .formerly import is_of_the_past, superseded
from .message import fold
from .quantity import Quantity
from .reading import Reading
from .totals import nouns_of

_NOT = re.compile(
    r"\b(?:not|instead of|rather than|nicht|statt|pas|au lieu de|no longer|down from|up from)"
    r"(?: the| at| about| around| just)?\W{0,3}$"
)
NEAR = 3
"""Numbers beside a second thought that it can be about."""
_SECOND_THOUGHT = re.compile(
    r"\b(?:no,? (?:wait|hang on|hold on|sorry)|wait|hang on|hold on|scratch that|make that|i mean(?:t)?|"
    r"sorry|correction|or rather|strike that|pardon|quatsch|moment|ach nein)\b"
)
_ANEW = re.compile(
    r"\W*(?:(?:no|oh|oops|sorry|pardon|correction|hang on|wait)\W+)*"
    r"(?:make (?:that|it)|i mean(?:t)?|scratch that|strike that|correction|sorry|should be|or rather)\b"
)
_NO_FIRST = re.compile(r"\W*(?:no|nope|actually|nein|non)\b\s*,?")
_PART = re.compile(r"\s*(?:of (?:that|which|those|them|it)|davon|dont)\b")
_CHANGE = re.compile(
    r"\b(?:replace|swap|i (?:wrote|typed|said|gave|claimed|told)|gave you|told you|wrong|mistake|mixed|right version|"
    r"used to be|no longer|turns? out|should be|forget|oops|old document|outdated|instead of|rather than|statt|"
    r"checked again|correction|meant)\b"
)
"""Words with which somebody takes a number back."""
_NOT_A = re.compile(r"\b(?:not|nicht|pas|no longer)\b")
NEAR_CHARACTERS = 70
"""How far from the old number such a word stands."""
_COUNTED_UNITS = (
    "users",
    "people",
    "documents",
    "tenants",
    "teams",
    "examples",
    "sources",
    "vectors",
    "models",
)
_NO_NOUNS = frozenset({"thousand", "million", "billion", "about", "around", "our", "the", "and"})
MOST_HISTORY, MOST_NUMBERS = 60, 40
_BUT = re.compile(r"\s*,?\s*(?:but|sondern|mais)\b")


def apply_corrections(reading: Reading) -> None:
    """Set aside numbers that are contrasted away, and resolve a bare corrected number by the history."""
    _inherit_units(reading)
    _correct_stated(reading)
    _correct_by_noun(reading)
    refused = [
        *_taken_back(reading),
        *superseded(reading),
        *(q for q in reading.quantities if _is_refused(reading, q)),
    ]
    for quantity in refused:
        reading.use(quantity)


def has_second_thought(reading: Reading) -> bool:
    """`No, five engineers`, `make that five`: the message takes back what was said before."""
    folded = reading.message.folded
    return bool(_NO_FIRST.match(folded) or _SECOND_THOUGHT.search(folded))


def says_it_anew(reading: Reading) -> bool:
    """`Make that five`: nothing but the replacement of what was said; a `no` may also answer the question."""
    return _ANEW.match(reading.message.folded) is not None


def _is_refused(reading: Reading, quantity: Quantity) -> bool:
    head = reading.message.folded[max(0, quantity.start - 24) : quantity.start]
    if not _NOT.search(head):
        return False
    others = [q for q in reading.quantities if q is not quantity and _alike(q, quantity)]
    return bool(others)


def _inherit_units(reading: Reading) -> None:
    """`90k docs, no hang on, 140k`, `6k tokens, 4.5k of that`: a bare number after one with a unit shares it."""
    for place, quantity in enumerate(reading.quantities[1:], 1):
        before = reading.quantities[place - 1]
        if quantity.dimension != "bare" or before.dimension == "bare" or quantity.amount.word:
            continue
        after = reading.message.folded[quantity.end : quantity.end + 12]
        if (
            (before.dimension != "count" and _PART.match(after))
            or _takes_back(reading, before.end, quantity.start)
            or is_of_the_past(reading, before, quantity)
        ):
            low, high = quantity.low * before.scale, quantity.high * before.scale
            reading.quantities[place] = replace(
                quantity, dimension=before.dimension, noun=before.noun, period_s=before.period_s,
                scale=before.scale, low=low, high=high,
            )  # fmt: skip


def _taken_back(reading: Reading) -> list[Quantity]:
    """`300 users, no wait, 500 users`: of two alike numbers around a second thought the later counts."""
    found = []
    for thought in _SECOND_THOUGHT.finditer(reading.message.folded):
        place = bisect_left(reading.quantities, thought.start(), key=lambda quantity: quantity.start)
        before = reading.quantities[max(0, place - NEAR) : place]
        after = reading.quantities[place : place + NEAR]
        kinds = {(quantity.dimension, quantity.noun) for quantity in after}
        found += [quantity for quantity in before[-1:] if (quantity.dimension, quantity.noun) in kinds]
    return found


def _takes_back(reading: Reading, start: int, end: int) -> bool:
    return end - start < 200 and _SECOND_THOUGHT.search(reading.message.folded, start, end) is not None


def _alike(first: Quantity, second: Quantity) -> bool:
    return "bare" in (first.dimension, second.dimension) or first.dimension == second.dimension


def _correct_stated(reading: Reading) -> None:
    """`where I wrote 300, read 500`: the field that holds the old number takes the new one, in its unit."""
    folded = reading.message.folded
    if len(reading.quantities) < 2 or not (_CHANGE.search(folded) or _NOT_A.search(folded)):
        return
    for known in reversed(reading.workload.history[-MOST_HISTORY:]):
        old = next((q for q in reading.quantities[:MOST_NUMBERS] if _is_that(reading, known, q)), None)
        if old is None or not isinstance(known.point, float | int) or old.middle == 0 or not known.stated:
            continue
        new = _replacement(reading, old)
        if new is None or reading.has(known.field):
            continue
        reading.use(old)
        reading.use(new)
        period = (
            (old.period_s or new.period_s) / (new.period_s or old.period_s)
            if new.period_s or old.period_s
            else 1
        )
        value = known.point * new.middle / old.middle * period
        reading.number(known.field, value, value, (new.start, new.end))
        return


def _correct_by_noun(reading: Reading) -> None:
    """`make that five engineers`: the field that was stated with this noun takes the number, whatever is asked."""
    if not (has_second_thought(reading) or reading.scopes.hits.get("correction")):
        return
    stated = {
        item.field: item for item in reading.workload.history[-MOST_HISTORY:] if item.origin == "stated"
    }
    for quantity in reading.open("count")[:MOST_NUMBERS]:
        nouns = nouns_of(reading, quantity)
        if quantity.period_s or quantity.one or not nouns:
            continue
        for known in reversed(stated.values()):
            counted = reading.knowledge.fields[known.field].unit in _COUNTED_UNITS
            if counted and not reading.has(known.field) and nouns & _nouns(known.stated):
                reading.quantity(known.field, quantity)
                break


def _nouns(text: str) -> set[str]:
    """The words of a number as stated, but for the number."""
    return {stem(word) for word in re.findall(r"[^\W\d_]{3,}", fold(text))} - _NO_NOUNS


def _is_that(reading: Reading, known: Known, quantity: Quantity) -> bool:
    """The number that was stated, bare or with the same unit, near a word that takes it back."""
    if not _was(known, quantity.amount.low):
        return False
    unit = re.sub(r"[\d.,\s]+", " ", reading.words(quantity.start, quantity.end).lower()).strip()
    alike = quantity.dimension == "bare" or unit in known.stated.lower()
    start, end = max(0, quantity.start - NEAR_CHARACTERS), quantity.end + NEAR_CHARACTERS
    contrasted = _NOT.search(reading.message.folded[max(0, quantity.start - 24) : quantity.start])
    return alike and bool(contrasted or _CHANGE.search(reading.message.folded, start, end))


def _replacement(reading: Reading, old: Quantity) -> Quantity | None:
    """The alike number that stands for the old one: after it, or before an `instead of` or `not`."""
    alike = [
        q
        for q in reading.quantities[:MOST_NUMBERS]
        if q is not old and _alike(q, old) and q.middle != old.middle
    ]
    head = reading.message.folded[max(0, old.start - 24) : old.start]
    after = [q for q in alike if q.start > old.start]
    before = [q for q in alike if q.start < old.start]
    ordered = [*before, *after] if _NOT.search(head) else [*after, *before]
    return ordered[0] if ordered else None


def _was(known: Known, number: float) -> bool:
    """Whether the earlier value was stated with this number."""
    written = re.sub(r"[^\d.]", "", known.stated.split(" ")[0].replace(",", ""))
    try:
        return float(written) == number
    except ValueError:
        return False
