"""Why the catalogue can't answer a question: what it asks for, what it names, and whether it is on the subject."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from ..library import Knowledge
from .coverage import Coverage
from .editions import Editions
from .neighbours import Neighbours
from .record import IndexRecord
from .record_terms import RecordTerms
from .strangers import Strangers
from .subject import Subject, SubjectWeights, Usage, read_weights
from .vocabulary import Vocabulary

OFF_SUBJECT = "That isn't a question about AI infrastructure that the catalogue could answer."


class Abstention:
    """Everything that a question is turned away by; built on first use."""

    def __init__(
        self,
        knowledge: Knowledge,
        vocabulary: Vocabulary,
        records: Sequence[IndexRecord],
        worded: Sequence[RecordTerms],
        neighbours: Neighbours | None,
        model: str,
    ) -> None:
        """`worded`: the terms of each record; `model`: the embedding model in use."""
        self._knowledge, self._vocabulary = knowledge, vocabulary
        self._records, self._worded = records, worded
        self._neighbours, self._model = neighbours, model

    def unknown(self, question: str, named: Mapping[str, str]) -> str:
        """What nothing is held of, whatever the topic: an attribute, a name, an edition; or an empty text."""
        if reason := self._coverage.gap(question, named):
            return reason
        if self._vocabulary.is_foreign(question):
            return ""
        if unknown := self._strangers.within(question, names_only=bool(named)):
            return f"The catalogue doesn't know {' or '.join(unknown)}."
        if edition := self.editions.unknown(question, dict(named)):
            names = (self._knowledge.components[identity].name for identity in named)
            return f"The catalogue doesn't know the {edition} of {' or '.join(dict.fromkeys(names))}."
        return ""

    def off_subject(self, question: str, named: Mapping[str, str], vector: Any, closeness: float) -> str:
        """That the question is about something else, or an empty text; `closeness`: of the nearest record."""
        subject = self.subject
        if subject is None or self._vocabulary.is_foreign(question):
            return ""
        if self.editions.tells_of(question, dict(named)):
            return ""
        return OFF_SUBJECT if subject.is_other(question, vector, bool(named), closeness) else ""

    @property
    def is_damaged(self) -> bool:
        """Whether what tells other subjects is only there in part."""
        weights = self._weights
        return weights is not None and weights.model == self._model and self.subject is None

    @cached_property
    def usage(self) -> Usage:
        """How usual words are here."""
        lists = self._vocabulary
        return Usage((item.text for item in self._worded), lists.lists.stop_words, lists.words)

    @cached_property
    def editions(self) -> Editions:
        lists = self._vocabulary.lists
        return Editions(
            zip(self._records, self._worded, strict=True),
            lists.edition_nouns,
            lists.vendor_words | lists.generic_words,
        )

    @cached_property
    def _weights(self) -> SubjectWeights | None:
        return read_weights(self._knowledge.files)

    @cached_property
    def subject(self) -> Subject | None:
        """Fitted for one model; another one's vectors mean nothing to it."""
        weights = self._weights
        if weights is None or weights.model != self._model or self._neighbours is None:
            return None
        return Subject(weights, self.usage, self._neighbours)

    @cached_property
    def _strangers(self) -> Strangers:
        texts = [item.words for item in self._records]
        lists = self._vocabulary.lists
        return Strangers(self.usage.counts.keys(), texts, lists.possessions, lists.codes)

    @cached_property
    def _coverage(self) -> Coverage:
        return Coverage(self._knowledge, self._vocabulary)
