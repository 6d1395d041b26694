"""Corrections: `300 not 3000`, `20,000 instead of 5,000`: the refused number is set aside.

Where the message names no field, the value that was stated before tells which field is meant.
"""

import re

from tools.workload import Known

from .quantity import Quantity
from .reading import Reading

_NOT = re.compile(
    r"\b(?:not|instead of|rather than|nicht|statt|pas|au lieu de|no longer|down from|up from)"
    r"(?: the| at| about| around| just)?\W{0,3}$"
)
_BUT = re.compile(r"\s*,?\s*(?:but|sondern|mais)\b")


def apply_corrections(reading: Reading) -> None:
    """Set aside numbers that are contrasted away, and resolve a bare corrected number by the history."""
    refused = [q for q in reading.quantities if _is_refused(reading, q)]
    for quantity in refused:
        reading.use(quantity)
        _correct_earlier(reading, quantity)


def _is_refused(reading: Reading, quantity: Quantity) -> bool:
    head = reading.message.folded[max(0, quantity.start - 24) : quantity.start]
    if not _NOT.search(head):
        return False
    others = [q for q in reading.quantities if q is not quantity and _alike(q, quantity)]
    return bool(others)


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
