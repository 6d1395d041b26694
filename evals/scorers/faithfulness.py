"""Whether cited sentences say what their evidence holds: numbers, and citations by sentence.

Independent of the product's own verifier on purpose, and simpler: no model judges. A citation is taken
to support a sentence that shares a number, its subject or enough words with it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from agent.reply import Claim
from evals.number_writing import DIGITS, value_of
from tools.evidence import Evidence

from .share import Share

Lookup = Callable[[str], Evidence | None]
SHARED_WORDS = 2
SCALES = (1.0, 1e3, 1e-3, 1e6, 1e-6, 100.0, 0.01)
"""A sentence may say 1.2 million for 1200000, 1.5 s for 1500 ms, 12 % for 0.12."""
_FIGURE = re.compile(rf"(?<![\w.,:/-])({DIGITS})(?![\w/:]|-\w|[.,]\d)")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])")
_WORD = re.compile(r"[a-z][a-z-]{3,}")
_IN_TEXT = re.compile(DIGITS)


class CitationScores(NamedTuple):
    """Over sentences and over citations."""

    recall: Share
    """Sentences that their citations support together, of all sentences."""
    precision: Share
    """Citations that have to do with their sentence, of all citations."""
    unsupported: tuple[str, ...]


def numeric_faithfulness(claims: Iterable[Claim], lookup: Lookup) -> Share:
    """Numbers in cited sentences that some cited evidence holds, of all numbers there."""
    resolved = count = 0
    for claim in claims:
        cited = _resolved(claim, lookup)
        for figure in _figures(claim.text) if claim.evidence else ():
            count += 1
            resolved += any(_holds(item, figure) for item in cited)
    return Share(resolved, count)


def unresolved_numbers(claims: Iterable[Claim], lookup: Lookup) -> tuple[str, ...]:
    """`number: sentence` of each number that no cited evidence holds."""
    return tuple(
        f"{figure}: {claim.text}"
        for claim in claims
        if claim.evidence
        for figure in _figures(claim.text)
        if not any(_holds(item, figure) for item in _resolved(claim, lookup))
    )


def citation_scores(claims: Sequence[Claim], lookup: Lookup) -> CitationScores:
    """Judge every sentence by the evidence of its claim."""
    unsupported: list[str] = []
    sentences = relevant = cited = 0
    for claim in claims:
        items = _resolved(claim, lookup)
        cited += len(claim.evidence)
        relevant += sum(_bears_on(item, claim.text) for item in items)
        for sentence in _SENTENCE_END.split(claim.text.strip()):
            sentences += 1
            if not any(_bears_on(item, sentence) for item in items):
                unsupported.append(sentence)
    return CitationScores(
        Share(sentences - len(unsupported), sentences), Share(relevant, cited), tuple(unsupported)
    )


def _resolved(claim: Claim, lookup: Lookup) -> list[Evidence]:
    return [item for identity in claim.evidence if (item := lookup(identity)) is not None]


def _figures(text: str) -> list[str]:
    return _FIGURE.findall(text)


def _bears_on(item: Evidence, sentence: str) -> bool:
    if item.subject and item.subject.lower() in sentence.lower():
        return True
    if any(_holds(item, figure) for figure in _figures(sentence)):
        return True
    names = f"{item.text} {item.subject} {' '.join(item.values)} {' '.join(map(str, item.values.values()))}"
    return len(_words(sentence) & _words(names)) >= SHARED_WORDS


def _holds(item: Evidence, figure: str) -> bool:
    """`figure`, to the digits that it shows, is a number of the evidence on some scale."""
    value = value_of(figure)
    return any(
        abs(number * scale - value) <= _half_digit(figure) for number in _numbers(item) for scale in SCALES
    )


def _half_digit(figure: str) -> float:
    """Half of the last significant digit, a zero at the end of a whole number not being one.

    >>> _half_digit("0.25"), _half_digit("575"), _half_digit("1,200")
    (0.005, 0.5, 50.0)
    """
    digits = figure.replace(",", "")
    if "." in digits:
        return 0.5 * 10.0 ** -len(digits.split(".")[1])
    return 0.5 * 10.0 ** (len(digits) - len(digits.rstrip("0") or "0"))


def _numbers(item: Evidence) -> list[float]:
    stated = [float(value) for value in item.values.values() if isinstance(value, int | float)]
    written = f"{item.text} {' '.join(value for value in item.values.values() if isinstance(value, str))}"
    return [*stated, *(value_of(found) for found in _IN_TEXT.findall(written))]


def _words(text: str) -> set[str]:
    return {word[:6] for word in _WORD.findall(text.lower().replace("_", " "))}
