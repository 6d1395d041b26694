"""The rankings that a search fuses, by meaning and by words, with their weights.

The dense side, which searches with the question's vector turned to where answers lie, has more weight than the lexical
one, which adds synonyms and ranks twice: by all the words of a record and by its best question. Each component that is
named gets rankings of its own, so that a comparison finds something on both (weights measured on four sets of
questions).
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from .dense import DenseSearch
from .lexical import LexicalIndex
from .read_question import ReadQuestion
from .record import Filter
from .vocabulary import Vocabulary

CANDIDATES = 60
OF_NAMED, OF_OWN, OF_KIND = 12, 12, 30
"""Of the records of a named component, of one's own, and of the kind that is asked for. More change next to nothing:
the first five of one question in 2,244."""
DENSE_WEIGHT, LEXICAL_WEIGHT, ASKED_WEIGHT = 2.0, 1.5, 0.7
NAMED_SHARE, INTENT_SHARE, OWN_SHARE = 0.2, 0.3, 0.3
"""Of what the ranking of all records weighs. Facts of an organisation's own come without questions, which a
ranking of their own makes up for in part, at some cost to the packaged ones (scripts/measure_own_share.py)."""
Part = Literal["lexical", "best_question", "dense", "query_map", "learned_order"]
PARTS: frozenset[Part] = frozenset(("lexical", "best_question", "dense", "query_map", "learned_order"))
"""What a search is made of: rankings by all words and by the best question, by meaning, the map of the question, and
the order learned from judged questions."""
Ranking = tuple[float, Sequence[str]]
"""A weight, and ids best first."""


class Group(NamedTuple):
    """Records that are ranked beside the others."""

    inside: Filter
    share: float
    """Of what the ranking of all records weighs."""
    nearest: int
    """So many are looked for by meaning."""
    among_near: bool = False
    """Whether those are left out that lie far from the question: of a named component's and of a kind they change the
    first five of none of 1,581 questions, and cost a search of the store."""


class Rankings:
    """Both sides of the search over the same records."""

    def __init__(
        self, dense: DenseSearch, lexical: LexicalIndex, vocabulary: Vocabulary, *, holds_own: bool
    ) -> None:
        """`holds_own`: whether some records are an organisation's own."""
        self._dense, self._lexical, self._vocabulary = dense, lexical, vocabulary
        self._holds_own = holds_own

    def by_words(self, question: ReadQuestion, only: Filter, parts: frozenset[Part]) -> Iterator[Ranking]:
        """By the best question of all records inside the filter; by all words of those, and of each group of them."""
        words = question.expansion.text
        if "best_question" in parts:
            yield ASKED_WEIGHT, self._lexical.best_asked(words, CANDIDATES, only)
        if "lexical" in parts:
            for group in self._groups(question, only):
                yield LEXICAL_WEIGHT * group.share, self._lexical.best(words, CANDIDATES, group.inside)

    def by_meaning(self, question: ReadQuestion, only: Filter, parts: frozenset[Part]) -> Iterator[Ranking]:
        """Of all records inside the filter, and of each group of them."""
        if "dense" not in parts or question.standing is None:
            return
        for group in self._groups(question, only):
            near = self._dense.nearest(
                question.standing.turned, group.nearest, group.inside, group.among_near
            )
            yield DENSE_WEIGHT * group.share, near

    def _groups(self, question: ReadQuestion, only: Filter) -> Iterator[Group]:
        """All records; again the organisation's, each named component's, and those of the kind that is asked for."""
        yield Group(only, 1.0, CANDIDATES)
        if self._holds_own:
            yield Group(only._replace(own=True), OWN_SHARE, OF_OWN)
        for name in () if only.subjects else sorted(question.singled_out):
            yield Group(only._replace(subjects=frozenset((name,))), NAMED_SHARE, OF_NAMED, among_near=True)
        intents = self._vocabulary.intents(question.expansion.question)
        for intent in intents:
            kinds = intent.kinds & only.kinds if only.kinds else intent.kinds
            if kinds:
                inside = only._replace(kinds=kinds, statuses=intent.statuses)
                yield Group(inside, INTENT_SHARE / len(intents), OF_KIND, among_near=True)
