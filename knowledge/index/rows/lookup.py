"""Which rows of the tables answer a question: by the names in it, and by what it asks of them."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from ...hardware import TABLE as ACCELERATORS
from ...hardware import accelerators
from ...library import Knowledge
from ...models import TABLE as MODELS
from ...models import models
from ...rate_texts import RATES, provider_rate_lines
from ...records import Record
from ...row_texts import ACCELERATOR, MODEL, PRICE, accelerator_lines, model_lines, price_lines
from ..names import normalise
from ..record import IndexRecord
from ..vocabulary import Phrases, Vocabulary
from .misspellings import Misspellings
from .spelling import Mention, Spellings

FILE = "index/row_words.yaml"
MOST = 3
"""Rows that one name brings: of a family the ones that stand first in the table."""
ONE = "1"
"""The count of an alias that means one device, and not a machine with several."""
PRICES = "cost/service_prices.csv"
_WORD = re.compile(r"[A-Za-z0-9][\w.-]*")
_SMALL = re.compile(r"\d{1,3}")


class RowWords(Record):
    """What people ask of a row of each table, and beginnings of names that are ordinary words."""

    model: tuple[str, ...] = ()
    accelerator: tuple[str, ...] = ()
    price: tuple[str, ...] = ()
    rate: tuple[str, ...] = ()
    ordinary: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    """Words that begin the names of unlike models."""


class RowsFound(NamedTuple):
    """Records that a question asks for by name; `unknown`: names of their kind that nothing is held of."""

    records: tuple[IndexRecord, ...] = ()
    unknown: tuple[str, ...] = ()
    rest: str = ""
    """The question without their names."""
    alone: bool = False
    """Whether the rest says nothing but what is asked of such rows."""


class NamedTable(NamedTuple):
    """A table whose rows are looked up by name."""

    spellings: Spellings
    asked: tuple[str, ...]
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
        records, unknown, rest, alone = list[IndexRecord](), list[str](), question, False
        for table in self._tables:
            mentions, beside = self._asked_for(table, question, named)
            alone = alone or (bool(mentions) and not beside)
            for mention in mentions:
                records += map(table.record, mention.keys[:MOST])
                unknown += [] if mention.keys else [mention.written]
                rest = rest.replace(mention.written, " ", 1)
        for asked, record in (
            (self._words.price, self._price_record),
            (self._words.rate, self._rates_record),
        ):
            if Phrases(asked).within(question):
                told = [row for identity in named if (row := record(identity)) is not None]
                records += told[:MOST]
                alone = alone or (bool(told) and not self._beside(question, named, asked))
        once = {item.id: item for item in records}
        return RowsFound(tuple(once.values()), tuple(unknown), rest, alone)

    def _asked_for(
        self, table: "NamedTable", question: str, named: Mapping[str, str]
    ) -> tuple[list[Mention], int]:
        """Rows of which something is asked that they tell, or whose names stand alone, and how many words are left.

        A name that is an ordinary word too counts beside nothing else.
        """
        mentions = [item for item in table.spellings.within(question) if not _of_component(item, named)]
        rest = question
        for mention in mentions:
            rest = rest.replace(mention.written, " ", 1)
        others, beside = self._beside(rest, named), self._beside(rest, named, table.asked)
        if others and not Phrases(table.asked).within(question):
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
        if f"{kind}:" == MODEL and self._holds(MODELS) and key in models(self._knowledge):
            return self._model_record(key)
        if f"{kind}:" == ACCELERATOR and self._holds(ACCELERATORS) and key in accelerators(self._knowledge):
            return self._accelerator_record(key)
        return None

    def _model_record(self, key: str) -> IndexRecord:
        return _record(f"{MODEL}{key}", "model", model_lines(models(self._knowledge)[key], self._knowledge))

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
        asked = chain(words.model, words.accelerator, words.price, words.rate)
        names = (table.spellings.words for table in self._tables)
        return Misspellings(chain(asked, *names), self._used)

    @cached_property
    def _tables(self) -> tuple[NamedTable, ...]:
        tables = []
        if self._holds(MODELS):
            names = self._spelt(models(self._knowledge), "perf/model_aliases.csv", whole=False)
            tables.append(NamedTable(names, self._words.model, self._model_record))
        if self._holds(ACCELERATORS):
            names = self._spelt(accelerators(self._knowledge), "perf/accelerator_aliases.csv", whole=True)
            tables.append(NamedTable(names, self._words.accelerator, self._accelerator_record))
        return tuple(tables)

    def _spelt(self, keys: Iterable[str], aliases: str, *, whole: bool) -> Spellings:
        rows = self._knowledge.files.rows(aliases) if self._holds(aliases) else ()
        names = [(row["alias"], row["key"]) for row in rows if row.get("count", ONE) == ONE]
        return Spellings(
            [*((key, key) for key in keys), *names],
            self._words.ordinary,
            whole=whole,
            makers=self._words.makers,
        )


def _of_component(mention: Mention, named: Mapping[str, str]) -> bool:
    """Whether it is a part of a component's longer name: `llama` in Llama Guard."""
    part = f" {normalise(mention.written)} "
    return any(part in f" {form} " and part.strip() != form for form in named.values())


def _record(identity: str, kind: str, lines: Iterable[str], component: str = "") -> IndexRecord:
    subjects = (component,) if component else ()
    return IndexRecord(identity, "\n".join(lines), kind, component, subjects)
