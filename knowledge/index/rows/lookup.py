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
from ...llm_prices import offers_of_model, only_sold
from ...models import TABLE as MODELS
from ...models import models
from ...rate_texts import RATES, provider_rate_lines
from ...records import Record
from ...row_texts import (
    ACCELERATOR,
    MODEL,
    PRICE,
    TOKENS,
    RowSentence,
    accelerator_lines,
    model_lines,
    price_lines,
    row_sentences,
    sold_model_lines,
)
from ..names import normalise
from ..record import IndexRecord
from ..vocabulary import Phrases, Vocabulary
from .misspellings import Misspellings
from .spelling import Mention, Spellings
from .topics import RowTopic, RowTopics

FILE = "index/row_words.yaml"
MOST = 3
"""Rows that one name brings: of a family the ones that stand first in the table."""
LOOKED_AT = 20
"""So many of them are looked at for those that tell what is asked."""
ONE = "1"
"""The count of an alias that means one device, and not a machine with several."""
PRICES = "cost/service_prices.csv"
_WORD = re.compile(r"[A-Za-z0-9][\w.-]*")
_SMALL = re.compile(r"\d{1,3}")


class RowWords(Record):
    """What people ask of a row of each table, and beginnings of names that are ordinary words."""

    model: tuple[RowTopic, ...] = ()
    accelerator: tuple[RowTopic, ...] = ()
    price: tuple[RowTopic, ...] = ()
    rate: tuple[RowTopic, ...] = ()
    compared: tuple[str, ...] = ()
    """What is said of two rows that are held against each other."""
    clouds: dict[str, str] = {}
    """Names of clouds as people write them -> as the tables do."""
    ordinary: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    """Words that begin the names of unlike models."""


_Row = tuple[IndexRecord, RowTopics]


class RowsFound(NamedTuple):
    """Records that a question asks for by name; `unknown`: names of their kind that nothing is held of."""

    records: tuple[IndexRecord, ...] = ()
    telling: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """Of each record the ids of the lines that tell what is asked; none where nothing in particular is."""
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


class NamedRows:
    """Models, accelerators, priced services and limited model APIs by name; built on first use."""

    def __init__(
        self, knowledge: Knowledge, vocabulary: Vocabulary, used: Collection[str] = frozenset()
    ) -> None:
        """`used`: stems that the records use."""
        self._knowledge, self._vocabulary, self._used = knowledge, vocabulary, used

    def found(self, question: str, named: Mapping[str, str]) -> RowsFound:
        """`named`: component ids with the words that named them."""
        question = self._misspellings.mended(question)
        rows, unknown, rest, alone = list[_Row](), list[str](), question, False
        for table in self._tables:
            mentions, beside = self._asked_for(table, question, named)
            mentions = [item for item in mentions if not self._is_part(item, table, question)]
            alone = alone or (bool(mentions) and not beside)
            rows += _side_by_side([self._of_mention(item, table, question) for item in mentions])
            unknown += [item.written for item in mentions if not item.keys]
            for mention in mentions:
                rest = rest.replace(mention.written, " ", 1)
        for topics, record in self._of_services:
            if topics.within(question):
                told = [row for identity in _exact_first(named) if (row := record(identity)) is not None]
                rows += [(row, topics) for row in told[:MOST]]
                alone = alone or (bool(told) and not self._beside(question, named, topics.asked))
        once = {record.id: (record, topics) for record, topics in rows}
        telling = {
            identity: topics.telling(question, _of(record)) for identity, (record, topics) in once.items()
        }
        records = tuple(record for record, _ in once.values())
        alone = alone or any(
            not self._beside(rest, named, (*once[identity][1].asked, *_lines(once[identity][0], ids)))
            for identity, ids in telling.items()
            if ids
        )
        return RowsFound(records, telling, tuple(unknown), rest, alone)

    def _is_part(self, mention: Mention, table: "NamedTable", question: str) -> bool:
        """Whether a longer name of another table holds it: `Ada` in RTX 6000 Ada."""
        others = (
            item.written
            for other in self._tables
            if other is not table
            for item in other.spellings.within(question)
        )
        return any(mention.written in written and mention.written != written for written in others)

    def _of_mention(self, mention: Mention, table: "NamedTable", question: str) -> "list[_Row]":
        """Its first rows, those that tell what is asked before others."""
        records = [table.record(key) for key in mention.keys[:LOOKED_AT]]
        telling = [bool(table.topics.telling(question, _of(record))) for record in records]
        by_telling = sorted(zip(records, telling, strict=True), key=lambda item: not item[1])
        return [(record, table.topics) for record, _ in by_telling[:MOST]]

    def _asked_for(
        self, table: "NamedTable", question: str, named: Mapping[str, str]
    ) -> tuple[list[Mention], int]:
        """Rows of which something is asked that they tell, or whose names stand alone or beside each other, and how
        many words are left.

        A name that is an ordinary word too counts beside nothing else.
        """
        mentions = [item for item in table.spellings.within(question) if not _of_component(item, named)]
        rest = question
        for mention in mentions:
            rest = rest.replace(mention.written, " ", 1)
        compared = self._words.compared if len(mentions) > 1 else ()
        others, beside = (
            self._beside(rest, named, asked) for asked in ((), (*table.topics.asked, *compared))
        )
        if others and not table.topics.within(question) and not Phrases(compared).within(question):
            return [], beside
        return [item for item in mentions if not item.ordinary or (others and not beside)], beside

    def _beside(self, text: str, named: Mapping[str, str], asked: tuple[str, ...] = ()) -> int:
        """Words that are neither stop words nor of a component's name nor of what is asked, nor numbers of up to three
        digits or single characters."""
        known = {word for form in (*named.values(), *asked) for word in normalise(form).split()}
        stop = self._vocabulary.lists.stop_words
        words = (word for word in _WORD.findall(text) if len(word) > 1 and not _SMALL.fullmatch(word))
        return sum(word.lower() not in stop and normalise(word) not in known for word in words)

    def by_id(self, identity: str) -> IndexRecord | None:
        """The record `model:…`, `accelerator:…`, `price:…` or `rates:…`; None where there is none."""
        kind, _, key = identity.partition(":")
        if f"{kind}:" == PRICE:
            return self._price_record(key)
        if f"{kind}:" == RATES:
            return self._rates_record(key)
        if f"{kind}:" == MODEL and self._holds(MODELS) and key in self._models_in_use:
            return self._model_record(key)
        if f"{kind}:" == ACCELERATOR and self._holds(ACCELERATORS) and key in accelerators(self._knowledge):
            return self._accelerator_record(key)
        return None

    def _model_record(self, key: str) -> IndexRecord:
        model = models(self._knowledge).get(key)
        lines = model_lines(model, self._knowledge) if model else sold_model_lines(key, self._knowledge)
        return _record(f"{MODEL}{key}", "model", lines)

    def _accelerator_record(self, key: str) -> IndexRecord:
        device = accelerators(self._knowledge)[key]
        lines = accelerator_lines(device, self._knowledge)
        return _record(f"{ACCELERATOR}{key}", "accelerator", lines, device.component)

    def _price_record(self, identity: str) -> IndexRecord | None:
        component = self._knowledge.components.get(identity)
        if component is None or not self._holds(PRICES):
            return None
        lines = price_lines(component, self._knowledge)
        if not lines:
            return None
        return _record(f"{PRICE}{identity}", "price", (f"{component.name}, list prices", *lines), identity)

    def _rates_record(self, identity: str) -> IndexRecord | None:
        component = self._knowledge.components.get(identity)
        lines = provider_rate_lines(identity, self._knowledge)
        if component is None or not lines:
            return None
        return _record(f"{RATES}{identity}", "rates", (f"{component.name}, rate limits", *lines), identity)

    def _holds(self, table: str) -> bool:
        return table in self._files

    @cached_property
    def _files(self) -> frozenset[str]:
        return frozenset(self._knowledge.files.walk())

    @cached_property
    def _words(self) -> RowWords:
        return RowWords.model_validate(self._knowledge.files.yaml(FILE)) if self._holds(FILE) else RowWords()

    @cached_property
    def _misspellings(self) -> Misspellings:
        words = self._words
        topics = chain(words.model, words.accelerator, words.price, words.rate)
        asked = (phrase for topic in topics for phrase in topic.asked)
        names = (table.spellings.words for table in self._tables)
        return Misspellings(chain(asked, *names), self._used)

    @cached_property
    def _tables(self) -> tuple[NamedTable, ...]:
        tables = []
        if self._holds(MODELS):
            names = self._spelt(self._models_in_use, "perf/model_aliases.csv", whole=False)
            tables.append(NamedTable(names, self._topics(self._words.model), self._model_record))
        if self._holds(ACCELERATORS):
            names = self._spelt(accelerators(self._knowledge), "perf/accelerator_aliases.csv", whole=True)
            topics = self._topics(self._words.accelerator)
            tables.append(NamedTable(names, topics, self._accelerator_record))
        return tuple(tables)

    @cached_property
    def _of_services(self) -> tuple[tuple[RowTopics, "Callable[[str], IndexRecord | None]"], ...]:
        return (
            (self._topics(self._words.price), self._price_record),
            (self._topics(self._words.rate), self._rates_record),
        )

    def _topics(self, topics: tuple[RowTopic, ...]) -> RowTopics:
        return RowTopics(topics, self._vocabulary.lists.stop_words, self._words.clouds)

    @cached_property
    def _models_in_use(self) -> tuple[str, ...]:
        """Keys of models, those that are sold by the token first, and names of those of which only prices are held."""
        keys = tuple(models(self._knowledge))
        if not self._holds(TOKENS):
            return keys
        by_use = sorted(keys, key=lambda key: not self._is_sold(key))
        return (*by_use, *only_sold(self._knowledge, keys))

    def _is_sold(self, key: str) -> bool:
        return any(row.offered(row.as_of) for row in offers_of_model(self._knowledge, key))

    def _spelt(self, keys: Iterable[str], aliases: str, *, whole: bool) -> Spellings:
        rows = self._knowledge.files.rows(aliases) if self._holds(aliases) else ()
        names = [(row["alias"], row["key"]) for row in rows if row.get("count", ONE) == ONE]
        return Spellings(
            [*((key, key) for key in keys), *names],
            self._words.ordinary,
            whole=whole,
            makers=self._words.makers,
            families={key: model.family for key, model in models(self._knowledge).items()}
            if not whole
            else {},
        )


def _of_component(mention: Mention, named: Mapping[str, str]) -> bool:
    """Whether it is a part of a component's longer name: `llama` in Llama Guard."""
    part = f" {normalise(mention.written)} "
    return any(part in f" {form} " and part.strip() != form for form in named.values())


def _lines(record: IndexRecord, ids: Collection[str]) -> Iterator[str]:
    """Those of the sentences with these ids."""
    return (item.line for item in _of(record) if item.id in ids)


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


def _record(identity: str, kind: str, lines: Iterable[str], component: str = "") -> IndexRecord:
    subjects = (component,) if component else ()
    return IndexRecord(identity, "\n".join(lines), kind, component, subjects)
