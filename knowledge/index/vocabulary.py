"""Word lists of the search, read from catalog/synonyms.yaml: synonyms, aliases, askable attributes."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from ..errors import KnowledgeInvalid
from ..files import DataFiles
from ..records import Record
from .names import normalise
from .words import terms

FILE = "catalog/synonyms.yaml"
NO_CLOUD = "none"
FOREIGN_SHARE = 0.25
"""Of all words, of those that stand in English too."""


class Synonym(Record):
    """Words that people use, and the words of the documents to search with as well."""

    terms: tuple[str, ...]
    adds: str


class Intent(Record):
    """The kind of fact that a question is after."""

    terms: tuple[str, ...]
    kinds: frozenset[str]
    statuses: frozenset[str] = frozenset()
    """Statuses of the components that the facts are about; empty = any."""


class Attribute(Record):
    """Something that can be asked about a component."""

    name: str
    asked: tuple[str, ...]
    pattern: str = ""
    """Regular expression of questions that ask for it in other words."""
    kinds: tuple[str, ...] = ()
    """Fact kinds that answer it."""
    words: str
    """Regular expression of statements that answer it."""
    attestation: str = ""
    loose: bool = False
    """Whether it is asked in passing too: where more is asked, that it isn't known doesn't decide."""


class Unknowable(Record):
    """Questions that no catalogue can answer: with a phrase of each list, or of a pattern."""

    reason: str
    subject: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    pattern: str = ""


class WordLists(Record):
    """The file as it is."""

    synonyms: tuple[Synonym, ...] = ()
    intents: tuple[Intent, ...] = ()
    aliases: dict[str, str] = {}
    sellers: dict[str, dict[str, tuple[str, ...]]] = {}
    """Cloud, or `none` -> its services, each one of several that sell a component -> other spellings of their names."""
    vendor_words: frozenset[str] = frozenset()
    trailing_words: frozenset[str] = frozenset()
    generic_words: frozenset[str] = frozenset()
    ordinary_words: frozenset[str] = frozenset()
    attributes: tuple[Attribute, ...] = ()
    unknowable: tuple[Unknowable, ...] = ()
    stop_words: frozenset[str] = frozenset()
    foreign_words: tuple[str, ...] = ()
    foreign_or_english: tuple[str, ...] = ()
    possessions: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    edition_nouns: frozenset[str] = frozenset()
    of_cards: frozenset[str] = frozenset()
    of_regimes: frozenset[str] = frozenset()
    comparing: frozenset[str] = frozenset()

    def component_of(self) -> dict[str, str]:
        """Normalised aliases, spellings of sellers' names among them -> component ids."""
        found = {normalise(alias): identity for alias, identity in self.aliases.items()}
        for named in self.sellers.values():
            for name, spellings in named.items():
                if identity := found.get(normalise(name), ""):
                    found |= {normalise(spelling): identity for spelling in spellings}
        return found


class Expansion(NamedTuple):
    """A question with the words that its synonyms add."""

    question: str
    added: str

    @property
    def text(self) -> str:
        return f"{self.question} {self.added}".strip()


class Seller(NamedTuple):
    """One of several that sell a component."""

    name: str
    cloud: str
    """Whose service it is; empty: no cloud's."""
    forms: tuple[str, ...]
    """Normalised spellings of its name."""


def read_word_lists(files: DataFiles) -> WordLists:
    """The lists; empty ones where the folder has no such file."""
    if not files.is_plain(FILE):
        return WordLists()
    try:
        return WordLists.model_validate(files.yaml(FILE))
    except ValidationError as error:
        first = error.errors()[0]
        raise KnowledgeInvalid(f"{FILE}, {first['loc']}: {first['msg']}.") from error


class Phrases:
    """Finds which of many phrases a text holds, as whole words."""

    def __init__(self, phrases: tuple[str, ...]) -> None:
        self._phrases = frozenset(map(normalise, phrases))
        self._longest = max((phrase.count(" ") + 1 for phrase in self._phrases), default=0)

    def within(self, text: str) -> bool:
        """Whether one of the phrases stands in `text`."""
        return not self._phrases.isdisjoint(_runs(normalise(text), self._longest))


Listed = TypeVar("Listed")


class Phrased(Generic[Listed]):
    """Things with phrases each; all that a text holds a phrase of are found at once."""

    def __init__(self, things: Iterable[tuple[Listed, Iterable[str]]]) -> None:
        self._things = list[Listed]()
        self._places: dict[str, list[int]] = {}
        for place, (thing, phrases) in enumerate(things):
            self._things.append(thing)
            for phrase in dict.fromkeys(map(normalise, phrases)):
                self._places.setdefault(phrase, []).append(place)
        self._longest = max((phrase.count(" ") + 1 for phrase in self._places), default=0)

    def __iter__(self) -> Iterator[Listed]:
        return iter(self._things)

    def within(self, text: str) -> list[Listed]:
        """Those with a phrase in `text`, in their order."""
        return [self._things[place] for place in sorted(self.places(text))]

    def places(self, text: str) -> set[int]:
        """Their numbers."""
        runs = _runs(normalise(text), self._longest)
        return {place for run in runs if run in self._places for place in self._places[run]}


@lru_cache(maxsize=512)
def _runs(text: str, longest: int) -> frozenset[str]:
    """All runs of up to so many of its words; hundreds of lists look into the same question."""
    words = text.split()
    return frozenset(
        " ".join(words[start : start + length])
        for length in range(1, longest + 1)
        for start in range(len(words) - length + 1)
    )


class Vocabulary:
    """The word lists, ready to match."""

    def __init__(self, lists: WordLists) -> None:
        self.lists = lists

    def expand(self, question: str) -> Expansion:
        """Add the documents' words for the words of the question, each once."""
        added = dict.fromkeys(synonym.adds for synonym in self._synonyms.within(question))
        return Expansion(question, " ".join(added))

    def intents(self, question: str) -> list[Intent]:
        """Kinds of facts that the question is after."""
        return self._intents.within(question)

    def asked(self, question: str) -> list[Attribute]:
        """Attributes that the question asks for."""
        said = self._attributes.places(question)
        return [
            attribute
            for place, attribute in enumerate(self._attributes)
            if place in said or (attribute.pattern and re.search(attribute.pattern, question, re.IGNORECASE))
        ]

    def unknowable(self, question: str) -> str:
        """Why no catalogue can answer, or an empty text."""
        for item, subject, asked in self._unknowable:
            if item.pattern and re.search(item.pattern, question, re.IGNORECASE):
                return item.reason
            if subject.within(question) and asked.within(question):
                return item.reason
        return ""

    def is_foreign(self, question: str) -> bool:
        """Whether a small word of another language stands in it, or many of those that are English words too.

        What has a capital inside the question is a name: Lake Como isn't Spanish.
        """
        first, *others = question.split() or [""]
        small = " ".join((first, *(word for word in others if word == word.lower())))
        either = sum(word in self._foreign_or_english for word in normalise(small).split())
        return self._foreign.within(small) or either > FOREIGN_SHARE * len(normalise(question).split())

    @cached_property
    def _foreign(self) -> Phrases:
        return Phrases(self.lists.foreign_words)

    @cached_property
    def _foreign_or_english(self) -> frozenset[str]:
        return frozenset(map(normalise, self.lists.foreign_or_english))

    @cached_property
    def sellers(self) -> Mapping[str, Seller]:
        """Forms that name one of several that sell a component."""
        found = [
            Seller(name, "" if cloud == NO_CLOUD else cloud, tuple(map(normalise, (name, *spellings))))
            for cloud, named in self.lists.sellers.items()
            for name, spellings in named.items()
        ]
        return {form: seller for seller in found for form in seller.forms}

    @cached_property
    def component_of(self) -> Mapping[str, str]:
        """Aliases as normalised forms -> component ids."""
        return self.lists.component_of()

    def seller(self, form: str) -> Seller | None:
        """The seller that a form names, with its cloud's name in front or without."""
        words = form.split()
        shorter = (" ".join(words[start:]) for start in range(len(words)))
        return next((self.sellers[name] for name in shorter if name in self.sellers), None)

    def sellers_named(self, question: str) -> list[Seller]:
        """Those whose names stand in the question, each once; longer names are taken first and used up: Confluent Cloud
        isn't Confluent too."""
        said, found = f" {normalise(question)} ", list[Seller]()
        for form, seller in sorted(self.sellers.items(), key=lambda item: -len(item[0])):
            if f" {form} " in said:
                said = said.replace(f" {form} ", " | ")
                found.append(seller)
        return list(dict.fromkeys(found))

    @cached_property
    def words(self) -> frozenset[str]:
        """The stems of all words that the lists know."""
        lists = self.lists
        texts = [
            *lists.aliases,
            *lists.stop_words,
            *lists.vendor_words,
            *lists.ordinary_words,
            *lists.generic_words,
        ]
        texts += [text for item in lists.synonyms for text in (*item.terms, item.adds)]
        texts += [text for item in lists.attributes for text in item.asked]
        texts += [text for item in lists.intents for text in item.terms]
        return frozenset(stem for text in texts for stem in terms(text))

    @cached_property
    def _synonyms(self) -> Phrased[Synonym]:
        return Phrased((item, item.terms) for item in self.lists.synonyms)

    @cached_property
    def _intents(self) -> Phrased[Intent]:
        return Phrased((item, item.terms) for item in self.lists.intents)

    @cached_property
    def _attributes(self) -> Phrased[Attribute]:
        return Phrased((item, item.asked) for item in self.lists.attributes)

    @cached_property
    def _unknowable(self) -> list[tuple[Unknowable, Phrases, Phrases]]:
        return [(item, Phrases(item.subject), Phrases(item.asked)) for item in self.lists.unknowable]


def answers(attribute: Attribute, kind: str, statement: str, attestations: Collection[str]) -> bool:
    """Whether a fact speaks of the attribute."""
    if attribute.attestation in attestations:
        return True
    return kind in attribute.kinds or re.search(attribute.words, statement, re.IGNORECASE) is not None
