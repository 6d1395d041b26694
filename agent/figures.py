"""Figures in sentences: numbers with their units, percentiles, and words that carry digits.

Both sides of a check are read by the same functions, so that a sentence and its source are comparable.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

_NUMBER = re.compile(
    r"(?<![\w.])(?P<number>\d[\d,]*(?:\.\d+)?)(?![\w]|[.,]\d)(?P<percent>\s?%)?"
    r"(?:\s(?P<unit>[A-Za-z][\w/]*(?:\s(?:a|per|an)\s[A-Za-z]+)?))?"
)
_CODE = re.compile(r"(?<![\w.])(?=[\w.+-]*\d)(?=[\w.+-]*[A-Za-z])\w[\w.+-]*\w")
_UNIT = re.compile(r"[a-z%]{2,}")


class Figure(NamedTuple):
    """A number as it stands in a text."""

    value: float
    unit: str
    """Lower case; empty where the word behind the number is no unit."""
    at: int
    text: str

    def same(self, other: "Figure") -> bool:
        return self.value == other.value and self.unit == other.unit


@lru_cache(maxsize=1)
def claim_words() -> dict[str, Any]:
    """agent/data/claims.yaml, its lists as sets."""
    text = (resources.files("agent") / "data" / "claims.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return {
        key: frozenset(value.split()) if isinstance(value, str) else value for key, value in content.items()
    }


def figures(text: str) -> Iterator[Figure]:
    """Every number of `text`, in order.

    >>> [(f.value, f.unit) for f in figures("8,140 USD a month (17-33 %), 2 of them")]
    [(8140.0, 'usd a month'), (17.0, ''), (33.0, '%'), (2.0, '')]
    """
    for match in _NUMBER.finditer(text):
        unit = "%" if match["percent"] else (match["unit"] or "").lower()
        known = unit.split(" ")[0].split("/")[0] in claim_words()["units"]
        value = float(match["number"].replace(",", ""))
        yield Figure(value, unit if known else "", match.start(), match.group(0))


def codes(text: str) -> list[str]:
    """Words with letters and digits, such as `p95`, `fp8` or `L40S`, in order.

    >>> codes("2 x L40S, fp8, at p95 within 36 months")
    ['l40s', 'fp8', 'p95']
    """
    return [match.group(0).lower() for match in _CODE.finditer(text)]


def unit_words(text: str) -> list[str]:
    """All words of `text` that can be units, sorted.

    >>> unit_words("below a few hundred requests a second")
    ['requests', 'second']
    """
    return sorted(word for word in _UNIT.findall(text.lower()) if word in claim_words()["units"])


def blanked(text: str, phrases: Iterable[str]) -> str:
    """`text` with whole phrases replaced by spaces, so that digits inside names aren't figures."""
    for phrase in sorted(set(phrases), key=len, reverse=True):
        if phrase:
            text = text.replace(phrase, " " * len(phrase))
    return text
