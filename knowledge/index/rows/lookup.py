"""Which rows of the tables answer a question: by the names in it, and by what it asks of them."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain, zip_longest
from types import MappingProxyType
from typing import NamedTuple

from ...hardware import TABLE as ACCELERATORS
from ...hardware import accelerators
from ...library import Knowledge
from ...models import TABLE as MODELS
from ...models import models
from ...records import Record
from ...regions import regions
from ...row_texts import RowSentence, row_sentences
from ..hits import Unheld
from ..names import normalise
from ..record import IndexRecord
from ..vocabulary import Phrases, Vocabulary
from .machine_names import MachineNames
from .misspellings import Misspellings
from .records import BY_NAME_ALONE, RowRecords
from .spelling import Mention, Spellings
from .topics import Buying, RowTopic, RowTopics

FILE = "index/row_words.yaml"
MOST = 3
"""Rows that one name brings: of a family the ones that stand first in the table."""
LOOKED_AT = 20
"""So many of them are looked at for those that tell what is asked."""
ONE = "1"
"""The count of an alias that means one device, and not a machine with several."""
_WORD = re.compile(r"[A-Za-z0-9][\w.-]*")
_SMALL = re.compile(r"\d{1,3}")


class RowWords(Record):
    """What people ask of a row of each table, and beginnings of names that are ordinary words."""

    model: tuple[RowTopic, ...] = ()
    accelerator: tuple[RowTopic, ...] = ()
    machine: tuple[RowTopic, ...] = ()
    price: tuple[RowTopic, ...] = ()
    rate: tuple[RowTopic, ...] = ()
    compared: tuple[str, ...] = ()
    """What is said of two rows that are held against each other."""
    buying: Buying = Buying()
    requests: tuple[str, ...] = ()
    """Words that ask for an answer and say nothing of which."""
    ordinary: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    """Words that begin the names of unlike models."""
    variants: tuple[str, ...] = ()
    """What follows a model's name and makes another one of it."""
    devices: tuple[str, ...] = ()
    """Accelerators of which nothing is held."""
    kindred: tuple[str, ...] = ()
    """What follows a family with a hyphen and makes no other name of it."""
    sellers: tuple[str, ...] = ()
    """Words that a service's name begins with and may be called without."""
    called: dict[str, tuple[str, ...]] = {}
    """Other names of services."""
    common: tuple[str, ...] = ()
    """Words that begin the names of unlike services."""


_Row = tuple[IndexRecord, RowTopics]


class RowsFound(NamedTuple):
    """Records that a question asks for by name; `unknown`: names of their kind that nothing is held of."""

    records: tuple[IndexRecord, ...] = ()
    telling: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """Of each record the ids of the lines that tell what is asked; none where nothing in particular is."""
    unheld: Mapping[str, tuple[Unheld, ...]] = MappingProxyType({})
    """Of each record what is asked of it and isn't in it."""
    unknown: tuple[str, ...] = ()
    rest: str = ""
    """The question without their names."""
    alone: bool = False
    """Whether the rest says nothing but what is asked of such rows."""


class NamedTable(NamedTuple):
    """A table whose rows are looked up by name."""

    spellings: Spellings
    topics: RowTopics
    """What is asked of its rows."""
    record: Callable[[str], IndexRecord]
    whole: bool = True
    """Whether a name of the kind that it lacks is unknown."""
    told_of: Mapping[str, frozenset[str]] = MappingProxyType({})
    """Of a row the components whose rows tell the same."""
    in_passing: bool = False
    """Whether a name that it lacks is unknown only where no component is asked about: one runs on such machines."""

    def fitting(self, mention: Mention, named: Collection[str]) -> bool:
        """Whether the mention brings something that the rows of the components `named` don't."""
        told = (self.told_of.get(key, frozenset()) & frozenset(named) for key in mention.keys)
        lacking = self.whole and not (self.in_passing and named)
        return not any(told) and (lacking or bool(mention.keys))


class _Tabled(NamedTuple):
    """What tables told of a question."""

    rows: list[_Row]
    unknown: tuple[str, ...]
    rest: str
    """The question without all names."""
    beside_rows: str
    """The question without those of models and accelerators: a service's name may be a place where they are sold."""
    alone: bool


class NamedRows:
    """Models, accelerators, machines, priced services and limited model APIs by name; built on first use."""

    def __init__(
        self, knowledge: Knowledge, vocabulary: Vocabulary, used: Collection[str] = frozenset()
    ) -> None:
        """`used`: stems that the records use."""
        self._knowledge, self._vocabulary, self._used = knowledge, vocabulary, used
        self.records = RowRecords(knowledge)

    def found(self, question: str, named: Mapping[str, str]) -> RowsFound:
        """`named`: component ids with the words that named them."""
        question = self._misspellings.mended(question)
        tabled = self._of_tables(question, named)
        rows, alone = self._of_components(question, named)
        once = {record.id: (record, topics) for record, topics in (*tabled.rows, *rows)}
        sentences = {identity: _of(record) for identity, (record, _) in once.items()}
        telling = {
            identity: topics.telling(question, sentences[identity]) for identity, (_, topics) in once.items()
        }
        unheld = {
            identity: topics.unheld(question, tabled.beside_rows, sentences[identity])
            for identity, (record, topics) in once.items()
            if record.kind in BY_NAME_ALONE
        }
        told = any(
            not self._beside(
                tabled.rest, (*named.values(), *_lines(sentences[identity], ids)), once[identity][1].words
            )
            for identity, ids in telling.items()
            if ids
        )
        records = tuple(record for record, _ in once.values())
        return RowsFound(records, telling, unheld, tabled.unknown, tabled.rest, tabled.alone or alone or told)

    def _of_tables(self, question: str, named: Mapping[str, str]) -> "_Tabled":
        """The rows that the question names, of one table after the other."""
        rows, unknown, rest, beside_rows, alone = list[_Row](), list[str](), question, question, False
        known = set[str]()
        mentioned = [(table, table.spellings.within(question)) for table in self._tables]
        for table, within in mentioned:
            others = [item.written for other, items in mentioned if other is not table for item in items]
            asked, beside = self._asked_for(table, within, question, named)
            mentions = [
                item
                for item in asked
                if table.fitting(item, named)
                and not _is_part(item, table, others)
                and (table.whole or not rows or not table.topics.names_place(item.written))
            ]
            alone = alone or (bool(mentions) and not beside)
            rows += _side_by_side([self._of_mention(item, table, question) for item in mentions])
            unknown += [item.written for item in mentions if not item.keys]
            known |= {item.written for item in mentions if item.keys}
            for mention in mentions:
                rest = rest.replace(mention.written, " ", 1)
                beside_rows = beside_rows.replace(mention.written, " ", 1) if table.whole else beside_rows
        strange = tuple(name for name in unknown if name not in known)  # the A2 is a device, too
        return _Tabled(rows, strange, rest, beside_rows, alone)

    def _of_components(self, question: str, named: Mapping[str, str]) -> tuple[list[_Row], bool]:
        """Prices and limits of the components that are named, where the question asks for them, and whether it asks for
        nothing else."""
        rows, alone = list[_Row](), False
        for topics, record in self._of_services:
            if topics.within(question):
                told = [row for identity in _exact_first(named) if (row := record(identity)) is not None]
                rows += [(row, topics) for row in told[:MOST]]
                alone = alone or (bool(told) and not self._beside(question, named.values(), topics.words))
        return rows, alone

    def _of_mention(self, mention: Mention, table: "NamedTable", question: str) -> "list[_Row]":
        """Its first rows, those that tell what is asked before others."""
        records = [table.record(key) for key in mention.keys[:LOOKED_AT]]
        telling = [bool(table.topics.telling(question, _of(record))) for record in records]
        by_telling = sorted(zip(records, telling, strict=True), key=lambda item: not item[1])
        return [(record, table.topics) for record, _ in by_telling[:MOST]]

    def _asked_for(
        self, table: "NamedTable", within: Iterable[Mention], question: str, named: Mapping[str, str]
    ) -> tuple[list[Mention], int]:
        """Of the mentions `within` the question the rows of which something is asked that they tell, or whose names
        stand alone or beside each other, and how many words are left.

        A name that is an ordinary word too counts beside nothing else.
        """
        mentions = [item for item in within if not _of_component(item, named)]
        if not table.whole and not table.topics.within(
            question
        ):  # `what is qdrant` asks for no price of its cloud
            mentions = [item for item in mentions if normalise(item.written) not in named.values()]
        rest = question
        for mention in mentions:
            rest = rest.replace(mention.written, " ", 1)
        compared = self._words.compared if len(mentions) > 1 else ()
        others = self._beside(rest, named.values())
        beside = self._beside(rest, (*named.values(), *compared), table.topics.words)
        if others and not table.topics.within(question) and not Phrases(compared).within(question):
            return [], beside
        return [item for item in mentions if not item.ordinary or (others and not beside)], beside

    def _beside(self, text: str, phrases: Iterable[str], known: frozenset[str] = frozenset()) -> int:
        """Words that are neither stop words nor of the phrases nor known, nor numbers of up to three digits or single
        characters; `phrases`: names of components and what is asked."""
        said = {word for phrase in phrases for word in normalise(phrase).split()}
        words = (word for word in _WORD.findall(text) if len(word) > 1 and not _SMALL.fullmatch(word))
        left = (normalise(word) for word in words if word.lower() not in self._stop_words)
        return sum(word not in said and word not in known for word in left)

    @cached_property
    def _stop_words(self) -> frozenset[str]:
        return self._vocabulary.lists.stop_words.union(self._words.requests)

    @cached_property
    def _words(self) -> RowWords:
        return (
            RowWords.model_validate(self._knowledge.files.yaml(FILE))
            if self.records.holds(FILE)
            else RowWords()
        )

    @cached_property
    def _misspellings(self) -> Misspellings:
        words = self._words
        topics = chain(words.model, words.accelerator, words.machine, words.price, words.rate)
        asked = (phrase for topic in topics for phrase in topic.asked)
        names = (table.spellings.words for table in self._tables)
        return Misspellings(chain(asked, *names), self._used)

    @cached_property
    def _tables(self) -> tuple[NamedTable, ...]:
        tables = []
        if self.records.holds(MODELS):
            names = self._spelt(self.records.models, "perf/model_aliases.csv", whole=False)
            tables.append(NamedTable(names, self._topics(self._words.model), self.records.model))
        if self.records.holds(ACCELERATORS):
            names = self._spelt(accelerators(self._knowledge), "perf/accelerator_aliases.csv", whole=True)
            topics = self._topics(self._words.accelerator)
            tables.append(NamedTable(names, topics, self.records.accelerator))
        if of_machines := self.records.machines:
            types = MachineNames(of_machines, self._words.compared, self._used)
            topics = self._topics(self._words.machine)
            tables.append(NamedTable(types, topics, self.records.machine, in_passing=True))
        if services := self.records.services:
            names = Spellings(self._called(services), self._words.ordinary, makers=self._words.common)
            topics = self._topics(self._words.price)
            tables.append(NamedTable(names, topics, self.records.service, whole=False, told_of=services))
        return tuple(tables)

    def _called(self, services: Iterable[str]) -> Iterator[tuple[str, str]]:
        """What services are called, in full and without their seller."""
        for name in services:
            yield name, name
            first, _, rest = name.partition(" ")
            if rest and first.lower() in self._words.sellers:
                yield rest, name
            for called in self._words.called.get(name, ()):
                yield called, name

    @cached_property
    def _of_services(self) -> tuple[tuple[RowTopics, "Callable[[str], IndexRecord | None]"], ...]:
        return (
            (self._topics(self._words.price), self.records.price),
            (self._topics(self._words.rate), self.records.rates),
        )

    def _topics(self, topics: tuple[RowTopic, ...]) -> RowTopics:
        return RowTopics(topics, self._vocabulary.lists.stop_words, self._words.buying, self._regions)

    @cached_property
    def _regions(self) -> dict[str, frozenset[str]]:
        """What places are called -> the regions of clouds that lie there."""
        found: dict[str, set[str]] = {}
        for region in regions(self._knowledge).values():
            for name in region.names:
                found.setdefault(name, set()).add(region.region)
        return {name: frozenset(ids) for name, ids in found.items()}

    def _spelt(self, keys: Iterable[str], aliases: str, *, whole: bool) -> Spellings:
        rows = self._knowledge.files.rows(aliases) if self.records.holds(aliases) else ()
        single = (row for row in rows if row.get("count", ONE) == ONE)
        names = [(row["alias"], row["key"]) for row in single if row["alias"] not in self.records.machines]
        names += [(device, "") for device in self._words.devices] if whole else []
        return Spellings(
            [*((key, key) for key in keys), *names],
            self._words.ordinary,
            whole=whole,
            makers=self._words.makers,
            compared=self._words.compared,
            kindred=self._words.kindred,
            variants=() if whole else self._words.variants,
            families={key: model.family for key, model in models(self._knowledge).items()}
            if not whole
            else {},
        )


def _of_component(mention: Mention, named: Mapping[str, str]) -> bool:
    """Whether it is a part of a component's longer name: `llama` in Llama Guard."""
    part = f" {normalise(mention.written)} "
    return any(part in f" {form} " and part.strip() != form for form in named.values())


def _is_part(mention: Mention, table: NamedTable, others: Iterable[str]) -> bool:
    """Whether a longer name of another table holds it: `Ada` in RTX 6000 Ada; a service has to be named apart."""
    return any(
        mention.written in written and (mention.written != written or not table.whole) for written in others
    )


def _lines(sentences: Iterable[RowSentence], ids: Collection[str]) -> Iterator[str]:
    """Those of the sentences with these ids."""
    return (item.line for item in sentences if item.id in ids)


def _of(record: IndexRecord) -> tuple[RowSentence, ...]:
    return row_sentences(record.id, record.text)


def _side_by_side(of_mentions: "list[list[_Row]]") -> "Iterator[_Row]":
    """The first row of each mention, then the second ones."""
    return (row for rank in zip_longest(*of_mentions) for row in rank if row is not None)


def _exact_first(named: Mapping[str, str]) -> list[str]:
    """Components, those first whose id begins as they were called: `openai` is the OpenAI API before Azure's."""
    return sorted(
        named, key=lambda identity: not normalise(identity.replace("-", " ")).startswith(named[identity])
    )
