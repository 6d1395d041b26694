"""The unit that was asked back for: `5000 EUR` in one message, `a month` in the next."""

import re
from collections.abc import Callable, Sequence

from tools.workload import Known

from .sources_of_rate import TOTAL
from .understanding import Understanding

MAX_WORDS = 7
"""A longer clause is a statement of its own, not the missing part of an earlier one."""
_CLAUSE = re.compile(r"(?:[^,.;\n]|(?<=\d)[,.](?=\d))+")

Read = Callable[[str, tuple[str, ...]], Understanding]
"""A message and the slots it answers -> its reading."""


def with_units(
    message: str, understood: Understanding, open_units: Sequence[tuple[str, str]], read: Read
) -> Understanding:
    """`understood` with the values that its clauses complete; `open_units` are (slot, the number as written)."""
    found: dict[str, Known] = {}
    clauses = list(_CLAUSE.finditer(message[:400]))
    for slot, number in open_units:
        for clause in clauses:
            words = clause[0].strip()
            if not words or len(words.split()) > MAX_WORDS:
                continue
            updates = _completed(words, slot, number, read)
            if updates:
                span = (clause.start(), clause.end())
                found |= {item.field: item.model_copy(update={"span": span}) for item in updates}
                break
    if not found:
        return understood
    kept = tuple(item for item in understood.updates if item.field not in found)
    return understood.model_copy(update={"updates": (*kept, *found.values()), "missing_unit": ()})


def _completed(words: str, slot: str, number: str, read: Read) -> list[Known]:
    """What number and words say together of the slot; nothing where the words say it alone."""
    if any(character.isdigit() for character in words):
        return [item for item in read(f"{number}; {words}", (slot,)).updates if item.derivation]
    whole = read(f"{number} {words}", (slot,))
    if whole.missing_unit:
        return []
    alone = {item.field: item.point for item in read(words, ()).updates}
    settles = TOTAL.search(words.lower()) is not None
    return [
        item
        for item in whole.updates
        if item.span is not None
        and (item.span[1] > len(number) or item.derivation or settles)
        and alone.get(item.field) != item.point
    ]
