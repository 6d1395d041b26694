"""Whether a question is about the subject of this catalogue at all, or about something else.

A logistic model over the sentence vector, which tells the topic, over words and pairs of words, which tell whether
somebody's own affairs or this very moment are meant, over how usual the words are in the records, how many there are
and how many of them are names, over the nearest known questions of both sorts, and over how near the nearest record
is. Fitted by scripts/fit_subject.py on questions of both sorts; scores of the search can't decide it (see `coverage`).
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from pydantic import ValidationError

from ..errors import KnowledgeInvalid
from ..files import DataFiles
from ..records import Record
from .misspelling import by_first_letter, commonest_first, misspelt_for
from .standing import Standing
from .words import terms

FILE = "index/subject_weights.json"
SIMILARITY_FACTOR, WORDS = 10.0, 10
"""Bring similarities and the number of words to the size of the other numbers."""
RARE = 3
"""A word that fewer records use is rare here."""
MOST_NAMES = 3
"""More components than these say no more about the subject."""
_WORD = re.compile(r"[a-z0-9']+")


class NamesIn(NamedTuple):
    """What a question names."""

    share: float
    """Of its words, those that name a component or a row of a table."""
    components: int


class SubjectWeights(Record):
    """What was fitted."""

    model: str
    """The embedding model whose vectors were learned from."""
    topic: tuple[float, ...]
    """A weight for each number of the sentence vector."""
    phrases: dict[str, float]
    """Words and pairs of words -> weight."""
    usage: tuple[float, float, float, float, float, float, float, float, float, float, float]
    """Of what `told` gives, in its order."""
    bias: float
    threshold: float
    """Below it a question is about something else."""


def read_weights(files: DataFiles) -> SubjectWeights | None:
    """The fitted weights; None where the folder has none."""
    if not files.is_plain(FILE):
        return None
    try:
        return SubjectWeights.model_validate_json(files.text(FILE))
    except ValidationError as error:
        first = error.errors()[0]
        raise KnowledgeInvalid(f"{FILE}, {first['loc']}: {first['msg']}.") from error


class Usage:
    """How often the records use a word."""

    def __init__(
        self, counts: Mapping[str, int], stop_words: Iterable[str], listed: Iterable[str] = ()
    ) -> None:
        """`counts`: in how many texts each stem stands; `listed`: stems of the word lists, usual even where no record
        has them."""
        self.counts = Counter(counts)
        self.counts.update({stem: RARE for stem in frozenset(listed) if self.counts[stem] < RARE})
        self._stop = frozenset(stem for word in stop_words for stem in terms(word))

    def telling(self, question: str) -> list[str]:
        """The stems of the question, rightly spelt, without stop words and numbers."""
        stems = (stem for stem in terms(question) if stem not in self._stop and not stem[0].isdigit())
        return [stem if self.counts[stem] else misspelt_for(stem, self._by_letter) or stem for stem in stems]

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        return by_first_letter(commonest_first(self.counts))

    def features(self, question: str) -> tuple[float, float, float]:
        """Share of words that no record uses, share of rare words, mean log frequency."""
        counts = [self.counts[stem] for stem in self.telling(question)]
        if not counts:
            return 0.0, 0.0, 0.0
        return (
            sum(count == 0 for count in counts) / len(counts),
            sum(count < RARE for count in counts) / len(counts),
            math.fsum(math.log1p(count) for count in counts) / len(counts),
        )


class Subject:
    """Tells questions about this catalogue's subject from others."""

    def __init__(self, weights: SubjectWeights, usage: Usage) -> None:
        self._weights, self._usage = weights, usage

    def score(self, question: str, standing: Standing, names: NamesIn) -> float:
        """Log-odds that the question belongs here."""
        fitted = self._weights
        known = [fitted.phrases[phrase] for phrase in phrases(question) if phrase in fitted.phrases]
        said = math.fsum(known) / math.sqrt(len(known)) if known else 0.0
        usage = self._usage.features(question)
        parts = told(usage, names, question, standing.nearness, standing.closeness)
        weighted = (part * weight for part, weight in zip(parts, fitted.usage, strict=True))
        return float(standing.vector @ fitted.topic) + said + math.fsum(weighted) + fitted.bias

    def is_other(self, question: str, standing: Standing, names: NamesIn) -> bool:
        """Whether the question is about something else."""
        return self.score(question, standing, names) < self._weights.threshold


def told(
    usage: tuple[float, float, float],
    names: NamesIn,
    question: str,
    nearness: tuple[float, float, float, float],
    closeness: float,
) -> tuple[float, ...]:
    """What is weighed beside the vector and the phrases.

    How usual the words are, the share of names, the number of components named and of words, and similarities to the
    nearest known questions and to the nearest record, brought to a like size.
    """
    counted = names.share, float(min(names.components, MOST_NAMES)), len(question.split()) / WORDS
    return *usage, *counted, *(SIMILARITY_FACTOR * item for item in (*nearness, closeness))


def phrases(question: str) -> frozenset[str]:
    """The words of a question and its pairs of neighbours, the beginning counted as a word.

    >>> sorted(phrases("Who signed it?"))
    ['^', '^ who', 'it', 'signed', 'signed it', 'who', 'who signed']
    """
    words = ["^", *_WORD.findall(question.lower())]
    return frozenset((*words, *map(" ".join, pairwise(words))))
