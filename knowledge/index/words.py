"""From text to search terms: lower case, numbers without separators, hyphenated words also in parts."""

import re
from functools import lru_cache

_TERM = re.compile(r"[a-z0-9]+(?:[.+_/-][a-z0-9]+)*\+*")
_THOUSANDS = re.compile(r"(?<=\d)[,\u2009\u00a0' ](?=\d{3}\b)")
_PART = re.compile(r"[._/-]")
_SUFFIXES = ("ational", "ations", "ation", "ing", "ed")
_SPELLINGS = (("iz", "is"), ("ens", "enc"), ("our", "or"))
"""American and British spellings meet; that other words are bent alike on both sides does no harm."""


@lru_cache(maxsize=8192)
def stem(term: str) -> str:
    """A crude English stem; the same rules for documents and questions are what matters.

    >>> [stem(word) for word in ("policies", "embeddings", "embed", "quantisation", "quantized", "gpus")]
    ['policy', 'emb', 'emb', 'quantis', 'quantis', 'gpu']
    """
    if len(term) < 4 or any(character.isdigit() for character in term):
        return term
    term = singular(term)
    for spelling, other in _SPELLINGS:
        term = term.replace(spelling, other)
    for suffix in _SUFFIXES:
        if term.endswith(suffix) and len(term) - len(suffix) >= 3:
            return stem(_single(term.removesuffix(suffix)))
    return _single(term).rstrip("e")


def singular(term: str) -> str:
    """Without a plural ending, where the word is long enough to have one."""
    if term.endswith("ies") and len(term) > 4:
        return term[:-3] + "y"
    plural = len(term) > 3 and term.endswith("s") and not term.endswith(("ss", "is"))
    return term[:-1] if plural else term


def _single(term: str) -> str:
    """Without the doubled last letter of `embedd` or `cancell`."""
    return term[:-1] if len(term) > 3 and term[-1] == term[-2] else term


def terms(text: str) -> list[str]:
    """The stems of `text` in order, stop words included.

    >>> terms("text-embedding-3-large with 3,072 dims")
    ['text-embedding-3-large', 'text', 'emb', '3', 'larg', 'with', '3072', 'dim']
    """
    matches = _TERM.findall(_THOUSANDS.sub("", text.lower()))
    return [term for match in matches for term in _of_match(match)]


@lru_cache(maxsize=32768)
def _of_match(match: str) -> tuple[str, ...]:
    """What is written without a space: its stem, or itself and the stems of its parts."""
    parts = [part for part in _PART.split(match) if part]
    if len(parts) < 2:
        return (stem(match),)
    return (match,) if match.replace(".", "").isdigit() else (match, *map(stem, parts))
