"""Corrections: `300 not 3000`, `20,000 instead of 5,000`: the refused number is set aside.

Where the message names no field, the value that was stated before tells which field is meant.
"""

import re
from bisect import bisect_left
from dataclasses import replace

from tools.workload import Known

from .quantity import Quantity
from .reading import Reading

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
_PART = re.compile(r"\s*(?:of (?:that|which|those|them|it)|davon|dont)\b")
_BUT = re.compile(r"\s*,?\s*(?:but|sondern|mais)\b")


def apply_corrections(reading: Reading) -> None:
    """Set aside numbers that are contrasted away, and resolve a bare corrected number by the history."""
    _inherit_units(reading)
    refused = [*_taken_back(reading), *(q for q in reading.quantities if _is_refused(reading, q))]
    for quantity in refused:
        reading.use(quantity)
        _correct_earlier(reading, quantity)


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
        if (before.dimension != "count" and _PART.match(after)) or _takes_back(
            reading, before.end, quantity.start
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


def _correct_earlier(reading: Reading, refused: Quantity) -> None:
    """`sorry, 300 not 3000` after `3000 users`: the earlier value's field takes the new number."""
    fresh = [q for q in reading.open("bare") if q is not refused]
    if refused.dimension != "bare" or len(fresh) != 1 or refused.middle == 0:
        return
    for known in reversed(reading.workload.history):
        if _was(known, refused.amount.low):
            value = known.point
            if isinstance(value, float | int):
                ratio = fresh[0].middle / refused.middle
                reading.use(fresh[0])
                span = (fresh[0].start, fresh[0].end)
                reading.number(known.field, value * ratio, value * ratio, span)
            return


def _was(known: Known, number: float) -> bool:
    """Whether the earlier value was stated with this number."""
    written = re.sub(r"[^\d.]", "", known.stated.split(" ")[0].replace(",", ""))
    try:
        return float(written) == number or known.value == number
    except ValueError:
        return known.value == number
