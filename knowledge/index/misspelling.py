"""The known word that an unknown one is a misspelling of: right in its first letter, one or two letters off."""

from collections.abc import Iterable, Mapping, Sequence

SHORTEST, LONG = 5, 8
"""Shorter words have too many neighbours; from `LONG` letters on two may be wrong."""


def commonest_first(counts: Mapping[str, int]) -> list[str]:
    """Words by how often they are used, equals by name: of two that are as near, the commoner one is meant."""
    return sorted(counts, key=lambda word: (-counts[word], word))


def by_first_letter(words: Iterable[str]) -> dict[str, list[str]]:
    """Words of letters alone that are long enough to be misspelt, under their first letter, in the order given."""
    found: dict[str, list[str]] = {}
    for word in words:
        if len(word) >= SHORTEST - 1 and word.isalpha():
            found.setdefault(word[0], []).append(word)
    return found


def misspelt_for(word: str, known: Mapping[str, Sequence[str]], most_slips: int = 2) -> str:
    """The nearest of the known words, the first of those as near, or an empty text.

    >>> misspelt_for("qunatisation", by_first_letter(["quantisation", "quality"]))
    'quantisation'
    """
    if len(word) < SHORTEST or not word.isalpha():
        return ""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extractOne

    slips = min(2 if len(word) >= LONG else 1, most_slips)
    best = extractOne(word, known.get(word[0], ()), scorer=OSA.distance, score_cutoff=slips)
    return str(best[0]) if best else ""
