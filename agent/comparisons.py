"""Comparisons in sentences: `A is cheaper than B` must hold between the cited values of A and B."""

import re
from collections.abc import Sequence

from tools.evidence import Evidence

from .evidence import EvidenceBook
from .figures import blanked, claim_words
from .violation import Violation

_WORDS = re.compile(r"[a-z]+(?:'[a-z]+)?")


def false_comparisons(text: str, cited: Sequence[Evidence], book: EvidenceBook) -> list[Violation]:
    """Words of comparison that neither stand in a cited source nor hold between cited values."""
    rules = claim_words()["comparisons"]
    rest, found = blanked(text, book.titles).lower(), []
    for phrase in sorted(rules, key=len, reverse=True):
        if phrase not in rest:
            continue
        rest = rest.replace(phrase, " ")
        verdict = _holds(rules[phrase]["quantity"], rules[phrase]["sign"], text, cited)
        if verdict is not None:
            found.append(Violation(verdict, phrase))
    sources = set(_WORDS.findall(" ".join(blanked(item.text, book.titles) for item in cited).lower()))
    turning = claim_words()["direction_words"]
    unsupported = [word for word in _WORDS.findall(rest) if word in turning and word not in sources]
    return found + [Violation("unsupported_comparison", word) for word in unsupported]


def _holds(quantity: str, sign: int, text: str, cited: Sequence[Evidence]) -> str | None:
    """What is wrong with the comparison: no two values, or the wrong way round; None if it holds."""
    sides = sorted(
        (text.find(item.subject), float(item.values[name]))
        for item in cited
        if item.subject and item.subject in text
        for name in _quantities(quantity, text)
        if name in item.values
    )
    if len(sides) < 2:
        return "unsupported_comparison"
    return "false_comparison" if (sides[0][1] - sides[1][1]) * sign <= 0 else None


def _quantities(quantity: str, text: str) -> tuple[str, ...]:
    """For "is better in <category>" the category's value, else the quantity itself."""
    if quantity != "score":
        return (quantity,)
    from tools.sensitivity import CATEGORY_WORDS

    return tuple(name for name, words in CATEGORY_WORDS.items() if f"in {words}" in text)
