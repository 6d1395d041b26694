"""`What if the peak were 300 a second?`, `ten times the users`: the values that a question supposes."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from tools.workload import Known

from .lexicon import table
from .understanding import Understanding

Read = Callable[[str], Understanding]


def is_supposition(question: str) -> bool:
    """Whether it begins as one."""
    return _opener().match(question.strip()) is not None


def supposed(question: str, values: Mapping[str, Any], read: Read) -> tuple[Known, ...]:
    """The values, read as if they were stated; multiples are taken of `values`. Empty where nothing is read."""
    text = question.strip()
    opener = _opener().match(text)
    if opener is None:
        return ()
    rest = text[opener.end() :].strip(" ?!.,")
    multiple = _multiple(rest, values)
    if multiple is not None:
        return (multiple,)
    return tuple(item for item in read(f"{rest}.").updates if item.origin == "stated")


def _multiple(text: str, values: Mapping[str, Any]) -> Known | None:
    """`10x the traffic`: the factor, and the first field of the noun that has a value."""
    found = _factor().search(text.lower())
    if found is None:
        return None
    words = table("supposed")
    factor = float(found["number"]) if found["number"] else float(words["factors"][found["word"]])
    for noun, fields in words["scaled"].items():
        if not re.search(rf"\b{noun}", text.lower()):
            continue
        field = next((name for name in fields if isinstance(values.get(name), int | float)), None)
        if field is not None and values[field]:
            return Known(field=field, value=float(values[field]) * factor, text=text)
    return None


@cache
def _opener() -> "re.Pattern[str]":
    return re.compile(rf"(?:{'|'.join(table('supposed')['openers'])})\b[\s,:]*", re.IGNORECASE)


@cache
def _factor() -> "re.Pattern[str]":
    names = "|".join(table("supposed")["factors"])
    return re.compile(rf"(?P<number>\d+(?:\.\d+)?)\s?(?:x|times|fold)\b|\b(?P<word>{names})\b")
