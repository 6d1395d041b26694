"""Why the catalogue can't answer a question: what it asks for, what it names, and whether it is on the subject."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from ..library import Knowledge
from ..records import Fact
from .cards import ARTICLE
from .coverage import Coverage
from .editions import Editions
from .names import normalise
from .neighbours import Neighbours
from .record import IndexRecord
from .rows import RowsFound
from .standing import Standing
from .strangers import Strangers
from .subject import NamesIn, Subject, SubjectWeights, Usage, read_weights
from .vocabulary import Attribute, Vocabulary
from .worded import Worded
from .words import terms

NO_ROWS = RowsFound()
SITUATION = 24
"""A question of more words tells a situation, in which names and demands stand in passing: of 931 such questions these
rules turned away ten of ours and two of others."""
_VERSION = re.compile(r"v?\d+(?:\.\d+)*")
_PART = re.compile(r"[._/-]")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
UNKNOWN = "The catalogue doesn't know {}."
OFF_SUBJECT = "The catalogue seems to hold nothing that answers this."
NOT_HELD = "The catalogue seems to hold no fact that answers this about {}."


class Abstention:
    """Everything that a question is turned away by; built on first use."""

    def __init__(
        self,
        knowledge: Knowledge,
        vocabulary: Vocabulary,
        records: Sequence[IndexRecord],
        worded: Worded,
        neighbours: Neighbours | None,
        model: str,
    ) -> None:
        """`worded`: the terms of the records; `model`: the embedding model in use."""
        self._knowledge, self._vocabulary = knowledge, vocabulary
        self._records, self._worded = records, worded
        self._neighbours, self._model = neighbours, model

    def unknown(self, question: str, named: Mapping[str, str], rows: RowsFound = NO_ROWS) -> str:
        """What nothing is held of, whatever the topic: an attribute, a name, an edition; or an empty text.

        Rows of tables that the question names tell what is asked of them. Of a situation its last sentence is looked
        at; where that is long as well, the subject decides alone.
        """
        asked = _asked_sentence(question)
        if len(asked.split()) > SITUATION:
            return ""
        if rows.unknown:
            return UNKNOWN.format(" or ".join(rows.unknown))
        if reason := self._vocabulary.unknowable(asked):
            return reason
        alone = self.is_name_alone(asked, named)
        of_regimes = self.asks_of_regimes(question, named)
        attested = bool(rows.records)
        if reason := self._coverage.gap(asked, named, alone, attested=attested, of_regimes=of_regimes):
            return reason
        if self._vocabulary.is_foreign(question):
            return ""
        if names := self.unknown_names(question, named, rows):
            return UNKNOWN.format(" or ".join(names))
        if edition := self.editions.unknown(asked, dict(named)):
            return f"The catalogue doesn't know the {edition} of {' or '.join(self._called(named))}."
        return ""

    def unknown_names(
        self, question: str, named: Mapping[str, str], rows: RowsFound = NO_ROWS
    ) -> tuple[str, ...]:
        """What is written as a name is, as it is written, that no record has."""
        asked = _asked_sentence(question)
        rest = rows.rest if rows.records and asked == question else asked
        strange = self._strangers.within(rest, names_only=bool(named or rows.records))
        return tuple(rows.unknown or strange)

    def of_platform(self, attribute: Attribute, component: str, form: str) -> tuple[str, tuple[Fact, ...]]:
        """What is said of a component's platform for a regime, as `Coverage.of_platform`."""
        return self._coverage.of_platform(attribute, component, form)

    def _called(self, named: Mapping[str, str]) -> list[str]:
        """The full names of components, each once."""
        return list(dict.fromkeys(self._knowledge.components[identity].name for identity in named))

    def off_subject(
        self,
        question: str,
        named: Mapping[str, str],
        standing: Standing,
        rows: RowsFound = NO_ROWS,
    ) -> str:
        """That the question is about something else, or about what nothing is held of, or an empty text."""
        subject = self.subject
        if subject is None or rows.alone or self._vocabulary.is_foreign(question):
            return ""
        if self.editions.tells_of(question, dict(named)) or self.is_name_alone(question, named):
            return ""
        if not named and any(intent.kinds == {ARTICLE} for intent in self._vocabulary.intents(question)):
            return ""
        if not subject.is_other(question, standing, names_in(question, named, rows)):
            return ""
        return NOT_HELD.format(" and ".join(self._called(named))) if named else OFF_SUBJECT

    def is_bare(self, question: str, named: Mapping[str, str]) -> bool:
        """Whether it asks for nothing but what the cards of components tell: `what is Pinecone?`, `which layer ...`"""
        return bool(named) and _beside(question, named) <= self._stop_terms | self._of_cards

    def is_name_alone(self, question: str, named: Mapping[str, str]) -> bool:
        """Whether it holds nothing but names of components and what can be asked of any: `Pinecone price`,
        `Kubernetes 1.31 end of life`."""
        if not named:
            return False
        rest = _beside(question, named) - self._askable - self._of_cards
        rest -= self._comparing if len(named) > 1 else frozenset()
        rest = frozenset(word for word in rest if not _VERSION.fullmatch(word))
        spoken = f" {normalise(question)} "
        return not rest or rest <= {
            term for phrase in self._askable_phrases if f" {phrase} " in spoken for term in terms(phrase)
        }

    def asks_of_regimes(self, question: str, named: Mapping[str, str]) -> bool:
        """Whether it holds nothing but names, regimes and what is said of these: `Is GKE SOC 2 certified?`"""
        asked = self._vocabulary.asked(question)
        if not asked or not all(attribute.attestation for attribute in asked):
            return False
        called = (form for seller in self._vocabulary.sellers_named(question) for form in seller.forms)
        own = _stems((*named.values(), *called))
        rest = frozenset(term for term in terms(question) if len(term) > 1) - own - self._of_regimes
        return all(own.issuperset(_PART.split(term)) for term in rest)

    @cached_property
    def _of_regimes(self) -> frozenset[str]:
        lists = self._vocabulary.lists
        regimes = (text for item in lists.attributes if item.attestation for text in item.asked)
        return self._stop_terms | _stems((*lists.of_regimes, *lists.vendor_words, *regimes))

    @cached_property
    def _askable(self) -> frozenset[str]:
        """Stems of single words for kinds of facts and attributes, and of the stop words."""
        single = (text for text in self._asked_of_any if " " not in text)
        return self._stop_terms | {term for text in single for term in terms(text)}

    @cached_property
    def _askable_phrases(self) -> frozenset[str]:
        """Of several words."""
        return frozenset(normalise(text) for text in self._asked_of_any if " " in text)

    @property
    def _asked_of_any(self) -> tuple[str, ...]:
        lists = self._vocabulary.lists
        asked = (text for item in lists.attributes for text in item.asked)
        kinds = (text for item in lists.intents for text in item.terms)
        return (*asked, *kinds)

    @cached_property
    def _stop_terms(self) -> frozenset[str]:
        return _stems(self._vocabulary.lists.stop_words)

    @cached_property
    def _of_cards(self) -> frozenset[str]:
        return _stems(self._vocabulary.lists.of_cards)

    @cached_property
    def _comparing(self) -> frozenset[str]:
        return _stems(self._vocabulary.lists.comparing)

    @property
    def is_damaged(self) -> bool:
        """Whether what tells other subjects is only there in part."""
        weights = self._weights
        return weights is not None and weights.model == self._model and self.subject is None

    @cached_property
    def usage(self) -> Usage:
        """How usual words are here."""
        lists = self._vocabulary
        return Usage(self._worded.first_passages().usage(), lists.lists.stop_words, lists.words)

    @cached_property
    def editions(self) -> Editions:
        lists = self._vocabulary.lists
        return Editions(
            self._records,
            self._worded,
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
        return Subject(weights, self.usage)

    @cached_property
    def _strangers(self) -> Strangers:
        texts = [item.words for item in self._records]
        lists = self._vocabulary.lists
        return Strangers(self.usage.counts.keys(), texts, lists.possessions, lists.codes)

    @cached_property
    def _coverage(self) -> Coverage:
        return Coverage(self._knowledge, self._vocabulary)


def names_in(question: str, named: Mapping[str, str], rows: RowsFound = NO_ROWS) -> NamesIn:
    """How much of the question is names: a short one says little else."""
    words = terms(question)
    rest = terms(rows.rest) if rows.records else words
    own = {term for form in named.values() for term in terms(form)}
    share = 1 - sum(term not in own for term in rest) / len(words) if words else 0.0
    return NamesIn(share, len(named))


def _asked_sentence(question: str) -> str:
    """The question, or the last sentence of a situation."""
    return question if len(question.split()) <= SITUATION else _SENTENCE_END.split(question.strip())[-1]


def _stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(term for word in words for term in terms(word))


def _beside(question: str, named: Mapping[str, str]) -> frozenset[str]:
    """The stems beside those of the names; a single letter is what an apostrophe leaves: `what's`, `Qdrant's`."""
    own = {term for form in named.values() for term in terms(form)}
    return frozenset(term for term in terms(question) if len(term) > 1) - own
