"""Numbers that filled no field: they are named, so that nobody believes that they were heard.

Years, times of day, dates, versions and numbers inside names are no quantities.
"""

import re

from .quantity import Quantity
from .reading import Reading

MOST = 20
_NO_QUANTITY = re.compile(r"\d+(?:\.\d+){2,}|(?:19|20)\d\d")
"""A version, a year."""
_CLOCK = re.compile(r"\d{1,2}:\d\d\b")
_MARKED = re.compile(r"[\u00a7#]\s?$|\d:$|\b[a-z]+\d+[a-z-]{0,6}\.$")
"""A paragraph or number sign, the hours of a time of day, or the family of a machine (`p5.`), before a number."""
BEFORE = 14
"""Characters that such a mark has at most."""


def unused_numbers(reading: Reading) -> tuple[str, ...]:
    """The numbers of the message that no field, question or refusal took, as written."""
    left = [
        reading.words(quantity.start, quantity.end)
        for quantity in reading.quantities
        if reading.scopes.states(quantity.amount.first) and _is_number(reading, quantity)
        if not _is_taken(reading, quantity)
    ]
    return tuple(dict.fromkeys(left))[:MOST]


def _is_number(reading: Reading, quantity: Quantity) -> bool:
    """Digits, and number words that count or measure something."""
    if quantity.amount.word:
        exact = quantity.amount.exact and not quantity.amount.plural
        return exact and quantity.middle > 1 and quantity.dimension != "bare"
    if _NO_QUANTITY.fullmatch(reading.words(quantity.start, quantity.end)):
        return False
    folded, start = reading.message.folded, quantity.amount.start
    return not (_CLOCK.match(folded, start) or _MARKED.search(folded[max(0, start - BEFORE) : start]))


def _is_taken(reading: Reading, quantity: Quantity) -> bool:
    """Whether a value stands on it: the number of a field, or words that a reader took it for."""
    start, written = quantity.amount.start, reading.words(quantity.start, quantity.end)
    for item in reading.updates:
        covered = item.span is not None and item.span[0] <= start < item.span[1]
        number = reading.knowledge.fields[item.field].kind == "number"
        told = number and written in f"{item.stated} {item.text if not item.derivation else item.derivation}"
        if covered and (told or quantity.amount.first in reading.used):
            return True
    asked_back = [item.text for item in reading.missing]
    asked_back += [text for item in reading.several for text in item.texts]
    asked_back += [item.text for item in reading.rejected]
    asked_back += [item.computed for item in reading.mismatches]
    return any(written in text for text in asked_back)
