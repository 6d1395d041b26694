"""What a question asks of a row, which of the row's lines tell it, and what of it the row doesn't hold."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import product
from types import MappingProxyType
from typing import TypeVar

from ...records import Record
from ...row_texts import RowSentence
from ..hits import Unheld
from ..names import normalise
from ..vocabulary import Phrased, Phrases
from ..words import terms

_Found = TypeVar("_Found")
_READ_AT = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\b20\d\d[\d-]*\)")
"""Where a line was read, and when: names in it aren't what the line is about."""


class RowTopic(Record):
    """Something that is asked of rows, and the beginnings of the lines that tell it."""

    asked: tuple[str, ...]
    lines: tuple[str, ...] = ()
    called: str = ""
    """What is missing where there is no such line; empty where others tell it as well."""
    by_place: bool = False
    """Whether a line holds for one cloud or provider."""
    regional: str = ""
    """What the lines begin with that hold for one region of a cloud: they tell where a place is named alone."""


class Qualifier(Record):
    """A way to buy: spot, in a batch; lines that tell of it hold `word`."""

    asked: tuple[str, ...]
    word: str
    called: str


class Buying(Record):
    """Where and how things are sold: what prices are asked by."""

    places: dict[str, tuple[str, ...]] = {}
    """Clouds and providers as people write them -> as the rows may."""
    ways: tuple[Qualifier, ...] = ()


class RowTopics:
    """What is asked of the rows of one table."""

    def __init__(
        self,
        topics: Iterable[RowTopic],
        stop_words: Collection[str],
        buying: Buying,
        regions: Mapping[str, frozenset[str]] = MappingProxyType({}),
    ) -> None:
        """`regions`: what places are called -> the regions of clouds that lie there."""
        self._topics = [(topic, Phrases(topic.asked)) for topic in topics]
        self._stop_words = stop_words
        self._places = _by_name(buying.places)
        self._ways = [(way, Phrases(way.asked)) for way in buying.ways]
        regional = any(topic.regional for topic, _ in self._topics)
        self._regions = _by_name(regions if regional else {})

    @cached_property
    def words(self) -> frozenset[str]:
        """The single words of it."""
        return frozenset(word for phrase in self.asked for word in normalise(phrase).split())

    @property
    def asked(self) -> tuple[str, ...]:
        """All that is asked, and of what places."""
        placed = any(topic.by_place for topic, _ in self._topics)
        return (
            *(phrase for topic, _ in self._topics for phrase in topic.asked),
            *(name for name, *_ in self._places if placed),
            *(name for name, *_ in self._regions),
        )

    def within(self, question: str) -> tuple[RowTopic, ...]:
        """What the question asks."""
        return tuple(topic for topic, phrases in self._topics if phrases.within(question))

    def names_place(self, text: str) -> bool:
        """Whether it is what a cloud or provider is called."""
        return bool(self._places_in(text))

    def telling(self, question: str, sentences: tuple[RowSentence, ...]) -> tuple[str, ...]:
        """Ids of the sentences that tell it: of each topic those that hold most of what sets its sentences apart, a
        cloud, a way to rent, a benchmark; none where nothing in particular is asked."""
        wanted = self._wanted(question, {term for item in sentences for term in terms(item.subject)})
        found: dict[str, None] = {}
        regions = self._regions_in(question)
        for topic in self.within(question):
            there = list(_within(topic, regions, sentences))
            of_topic = there or [item for item in sentences if item.line.startswith(topic.lines)]
            found |= dict.fromkeys(item.id for item in _apart(of_topic, wanted))
        return tuple(found)

    def unheld(self, question: str, rest: str, sentences: tuple[RowSentence, ...]) -> tuple[Unheld, ...]:
        """What is asked and no sentence tells; `rest`: the question without the names of rows."""
        topics = [topic for topic in self.within(question) if topic.called]
        return tuple(
            dict.fromkeys(
                item for topic in topics for item in self._missing(topic, question, rest, sentences)
            )
        )

    def _missing(
        self, topic: RowTopic, question: str, rest: str, sentences: tuple[RowSentence, ...]
    ) -> Iterator[Unheld]:
        of_topic = [item for item in sentences if item.line.startswith(topic.lines)]
        places = self._places_in(rest) if topic.by_place and of_topic else {}
        regions = self._regions_in(rest) if topic.regional and of_topic else {}
        for (region, found), (place, forms) in product(regions.items() or [_ANY], places.items() or [_ANY]):
            told = list(_within(topic, {region: found}, sentences)) if region else of_topic
            there = [item for item in told if not place or _is_at(item, forms)]
            yield from self._in_no_way(topic, question, there, place, region)

    def _in_no_way(
        self, topic: RowTopic, question: str, told: list[RowSentence], place: str, region: str
    ) -> Iterator[Unheld]:
        """The topic where nothing is told, else each way to buy that no sentence tells of."""
        if not told:
            yield Unheld(what=topic.called, place=place, region=region)
            return
        for way, phrases in self._ways if topic.by_place else ():
            if phrases.within(question) and not any(way.word in item.line for item in told):
                yield Unheld(what=way.called, place=place, region=region)

    def _places_in(self, text: str) -> dict[str, frozenset[str]]:
        """Places as they are called -> the words that rows may have for them; of `google cloud` not `google` too."""
        named = dict(self._places.within(text))
        return {
            name: frozenset(terms(" ".join((*forms, "" if " " in name else name))))
            for name, forms in _longest(named).items()
        }

    def _regions_in(self, text: str) -> dict[str, frozenset[str]]:
        """Places on a map as they are called -> the regions of clouds there."""
        return _longest(dict(self._regions.within(text)))

    def _wanted(self, question: str, known: Collection[str]) -> list[frozenset[str]]:
        """What is wanted, each with the words that rows may have for it, places twice, since a price elsewhere is none;
        `known`: words that all rows have."""
        places = self._places_in(question)
        named = frozenset(term for name in places for term in terms(name))
        kept = (word for word in question.lower().split() if word.strip("?,.") not in self._stop_words)
        words = frozenset(terms(" ".join(kept))) - named - frozenset(known)
        return [*(frozenset((word,)) for word in words), *places.values(), *places.values()]


_ANY: tuple[str, frozenset[str]] = ("", frozenset())
"""No place in particular."""


def _by_name(named: Mapping[str, _Found]) -> Phrased[tuple[str, _Found]]:
    return Phrased((item, (item[0],)) for item in named.items())


def _longest(named: dict[str, _Found]) -> dict[str, _Found]:
    """Without the names that are a part of another one."""
    return {name: found for name, found in named.items() if not any(name in other != name for other in named)}


def _within(
    topic: RowTopic, regions: Mapping[str, Collection[str]], sentences: Iterable[RowSentence]
) -> Iterator[RowSentence]:
    """The sentences that hold for one of these regions."""
    wanted = {region for found in regions.values() for region in found}
    for item in sentences if topic.regional and wanted else ():
        if item.line.startswith(topic.regional) and not wanted.isdisjoint(
            item.line.partition(": ")[0].replace(",", "").split()
        ):
            yield item


def _apart(sentences: list[RowSentence], wanted: list[frozenset[str]]) -> list[RowSentence]:
    """Those with most of what is wanted that some hold and others don't."""
    worded = [_words(item) for item in sentences]
    setting_apart = [forms for forms in wanted if not all(forms & words for words in worded)]
    counts = [sum(bool(forms & words) for forms in setting_apart) for words in worded]
    return [item for item, count in zip(sentences, counts, strict=True) if count == max(counts)]


def _is_at(sentence: RowSentence, forms: Collection[str]) -> bool:
    """Whether it speaks of a place with one of these names: `openai`, but not azure-openai."""
    told = _READ_AT.sub("", sentence.line).lower()
    return any(re.search(rf"(?<![\w-]){re.escape(form)}", told) for form in forms)


@lru_cache(maxsize=4096)
def _words(sentence: RowSentence) -> frozenset[str]:
    """Its terms without those of where it was read."""
    return frozenset(terms(_READ_AT.sub("", sentence.line)))
