"""Retrieval: dense and lexical search fused, with named components first and honest abstention.

Several rankings (`rankings.py`) are fused; the best facts are then put in the order that was learned from judged
questions. What can't be used here is said in `notices`; a search never fails for it.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from itertools import chain, islice
from pathlib import Path

from ..contradictions import contradicting
from ..embedding import Embedder, MiniLm
from ..library import Knowledge
from .abstention import UNKNOWN, Abstention, names_in
from .asked_text import CUT, MOST_READ, read_of
from .attested import Attested
from .cards import index_records
from .dense import DenseSearch
from .fusion import fuse
from .hits import Hit, SearchResult, hit_of
from .judged import JudgedAnswers, read_judged_answers
from .learned_order import Signals, read_order_weights, reordered
from .lexical import LexicalIndex
from .names import VERSUS, Names, name_forms, normalise
from .neighbours import Neighbours, read_neighbours
from .ordering import SignalReader
from .query_map import QueryMap, read_query_map
from .rankings import PARTS, Part, Ranking, Rankings
from .read_question import ReadQuestion
from .record import FACT_KINDS, Filter, IndexRecord
from .record_terms import read_terms
from .rows import NamedRows, RowsFound
from .said_for import said_of_all_for
from .spoken import component_names
from .standing import StandingReader
from .subject import NamesIn, Usage
from .vocabulary import Vocabulary, read_word_lists
from .worded import Worded
from .words import singular

WARMING = (
    "Which tier of Qdrnt holds quantisd vectors for Zorbaquant?",
    "How does Qdrant handle filters?",
    "Is Dask FedRAMP authorised?",
    "who sang the anthem yesterday",
    "What does an H100 cost, Qwen3-32B, a p5.48xlarge and S3?",
)
"""Misspelt and with a strange name, plain, on what no fact tells of a component, on another subject, and of a row of
each table, so that all that a question may need is read."""
CARD_SHARES = {"component": 0.5, "rule": 0.5}
"""Of the score of cards that say what facts say, beside those: of twelve sets 0.90 of the gold is among the first five,
0.87 with the whole score."""
MOST_NAMED = 3
"""Cards that names alone bring."""
BY_NAME = 1.0
"""Score of what was looked up by its name."""
OWN_FIRST = 2
"""Of the hits so many are looked at for facts of one's own."""
ONLY_PLATFORM = "The catalogue holds no sourced fact on {}; what is said of its platform is listed for it."
SUBJECT_UNCHECKED = (
    "The questions that a question's subject is told by can't be read; the search answers whatever is asked."
)
MAP_UNUSABLE = "The map from questions to answers can't be read; the search finds a little less."
ORDER_UNUSABLE = "The judged questions can't be read; the best facts come in a worse order."


class Retriever:
    """Searches the records of one knowledge base; everything is loaded on first use."""

    def __init__(
        self, knowledge: Knowledge, cache_dir: Path | None = None, embedder: Embedder | None = None
    ) -> None:
        self._knowledge = knowledge
        self._cache_dir = cache_dir
        self._embedder: Embedder = embedder or MiniLm()

    def search(
        self,
        query: str,
        *,
        k: int = 12,
        slots: Iterable[str] | None = None,
        components: Iterable[str] | None = None,
        kinds: Iterable[str] | None = None,
        parts: frozenset[Part] = PARTS,
    ) -> SearchResult:
        """The best `k` records for a question, inside the filters; `parts`: some alone, to tell what each brings.

        Of a long text only a part is read (`read_of`), which a notice says.
        """
        shortened = len(query) > MOST_READ
        query = read_of(query)
        only = Filter(frozenset(kinds or ()), frozenset(slots or ()), frozenset(components or ()))
        standing = self._standing.begin(query, self._query_map if "query_map" in parts else None)
        asked = self._worded_question(query)
        asked = asked._replace(named=asked.named or self._meant(query, only))
        rows = self._rows.found(query, asked.named)
        by_name = [record for record in (*rows.records, *self._bare(asked)) if only.admits(record)]
        if not any(record in rows.records for record in by_name):
            rows = rows._replace(alone=False)
        unknown = self._abstention.unknown(query, asked.named, rows)
        by_words = list(self._rankings.by_words(asked, only, parts))
        asked = asked._replace(standing=standing())
        found = self._in_order(asked, chain(by_words, self._rankings.by_meaning(asked, only, parts)), parts)
        first = {record.id: _hit_by_name(record, rows) for record in by_name}
        first |= {hit.record_id: hit for hit in self._attesting(asked, found, only)}
        further = (hit_of(self._by_id[identity], score) for identity, score in found if identity not in first)
        best = list(islice(chain(first.values(), further), max(k, OWN_FIRST)))
        hits = tuple(islice(self._side_by_side(best, only), k))
        if not self.records:
            reason = "The knowledge index is empty."
        else:
            reason = unknown or ("" if self._is_own(best[:OWN_FIRST]) else self._off_subject(asked, rows))
        platforms = dict.fromkeys(hit.part for hit in hits if hit.part)
        told = reason or (ONLY_PLATFORM.format(" or ".join(platforms)) if platforms else "")
        names = self._abstention.unknown_names(query, asked.named, rows) if unknown else ()
        return SearchResult(
            hits=hits,
            abstained=bool(reason),
            reason=told,
            unknown=names if reason == UNKNOWN.format(" or ".join(names)) else (),
            notices=(*self.notices, *((CUT,) if shortened else ())),
        )

    def compares(self, query: str) -> bool:
        """Whether it holds things against each other: `Qdrant vs Milvus`, `vLLM or SGLang`, `difference of ...`."""
        words = frozenset(normalise(read_of(query)).split())
        comparing = map(singular, self._vocabulary.lists.comparing)
        return not words.isdisjoint({*VERSUS, "or", *comparing})

    def _in_order(
        self, asked: ReadQuestion, rankings: Iterable[Ranking], parts: frozenset[Part]
    ) -> list[tuple[str, float]]:
        """Ids and scores of what the rankings hold, best first."""
        found = self._facts_first(fuse(rankings))
        if "learned_order" not in parts or self._order is None:
            return found
        weights, judged = self._order
        return reordered(
            found, self._signal_reader.signals(asked, found, judged, "best_question" in parts), weights
        )

    def _side_by_side(self, hits: Iterable[Hit], only: Filter) -> Iterator[Hit]:
        """The hits, and right behind a fact those that say otherwise, as far as there is room."""
        told = set[str]()
        for hit in hits:
            contradicting_it = contradicting(self._knowledge).get(hit.record_id, ())
            others = [self._by_id[item] for item in contradicting_it if item in self._by_id]
            for shown in (hit, *(hit_of(other, hit.score) for other in others if only.admits(other))):
                if shown.record_id not in told:
                    told.add(shown.record_id)
                    yield shown

    def _bare(self, asked: ReadQuestion) -> list[IndexRecord]:
        """The cards of components whose names are all that is said."""
        if not self._abstention.is_bare(asked.text, asked.named):
            return []
        return [self._by_id[f"component:{identity}"] for identity in list(asked.named)[:MOST_NAMED]]

    def _meant(self, query: str, only: Filter) -> dict[str, str]:
        """The components that a search is narrowed to: a regime that is asked of nothing is asked of those."""
        known = self._knowledge.components
        if not any(attribute.attestation for attribute in self._vocabulary.asked(query)):
            return {}
        return {item: name_forms(known[item].name)[0] for item in sorted(only.subjects) if item in known}

    def _attesting(
        self, asked: ReadQuestion, found: Iterable[tuple[str, float]], only: Filter
    ) -> Iterator[Hit]:
        """What attests to a regime that is asked of a component by its name, and, of one inside the filter, what is
        said of all services of its cloud, or of the whole platform."""
        known = self._knowledge.components
        inside = {
            item: form
            for item, form in asked.named.items()
            if (not only.subjects or item in only.subjects)
            and (not only.slots or not only.slots.isdisjoint(known[item].slots))
        }
        wider = only._replace(subjects=frozenset(), slots=frozenset())
        alone = self._abstention.asks_of_regimes(asked.text, asked.named)
        ids = (identity for identity, _ in found)
        for identity, part in self._attested.answering(asked._replace(named=inside), ids, alone):
            record = self._by_id[identity]
            if (only if record.component in inside else wider).admits(record):
                yield hit_of(record, BY_NAME).model_copy(update={"part": part})

    def _facts_first(self, found: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
        """Cards behind the facts that are about as good, which say it with their source."""
        weighed = (
            (identity, score * CARD_SHARES.get(self._by_id[identity].kind, 1.0)) for identity, score in found
        )
        return sorted(weighed, key=lambda pair: (-pair[1], pair[0]))

    def signals(self, query: str, query_map: QueryMap, judged: JudgedAnswers) -> dict[str, Signals]:
        """Of the best facts by their ids, in the order that ranks give them: what an order is learned from."""
        asked = self._worded_question(query)._replace(
            standing=self._standing.read(query, query_map, self._dense)
        )
        sides = (self._rankings.by_words, self._rankings.by_meaning)
        rankings = chain.from_iterable(side(asked, Filter(FACT_KINDS), PARTS) for side in sides)
        return self._signal_reader.signals(asked, fuse(rankings), judged)

    def by_ids(self, ids: Iterable[str]) -> tuple[Hit, ...]:
        """The records with these ids, in this order; unknown ids are left out."""
        records = (self._by_id.get(identity) or self._rows.records.by_id(identity) for identity in ids)
        return tuple(hit_of(record, BY_NAME) for record in records if record is not None)

    def fetch_for(
        self,
        picks: Iterable[str],
        runners_up: Iterable[str] = (),
        excluded: Iterable[str] = (),
        question: str = "",
        *,
        k: int = 12,
    ) -> tuple[Hit, ...]:
        """What an explanation may cite: all that speaks of these components, and answers to the question."""
        wanted = frozenset(picks) | frozenset(runners_up) | frozenset(excluded)
        hits = {identity: hit_of(self._by_id[identity], BY_NAME) for identity in self._dense.about(wanted)}
        if question.strip():
            hits |= {
                hit.record_id: hit for hit in self.search(question, k=k).hits if hit.record_id not in hits
            }
        return tuple(hits.values())

    def named(self, question: str) -> dict[str, str]:
        """Component ids that the question names, with the words that named them."""
        return self._names.mentioned(question)

    def rows_in(self, query: str) -> frozenset[str]:
        """Ids of the rows of tables that it asks for by their names."""
        query = read_of(query)
        return frozenset(record.id for record in self._rows.found(query, self.named(query)).records)

    def is_maker(self, word: str) -> bool:
        """Whether it is what names of products begin with: Amazon, Google, Apache."""
        return word.lower() in self._vocabulary.lists.vendor_words

    def warm(self) -> tuple[str, ...]:
        """Load model and index ahead of the first question; what can't be used is returned."""
        for question in WARMING:
            self.search(question, k=1)
        return self.notices

    @property
    def notices(self) -> tuple[str, ...]:
        """What couldn't be used here: the model, the cache folder, a damaged index."""
        damaged = (
            (MAP_UNUSABLE, self._query_map.is_damaged),
            (ORDER_UNUSABLE, self._judged is not None and self._judged.is_damaged),
            (SUBJECT_UNCHECKED, self._abstention.is_damaged),
        )
        return tuple(dict.fromkeys((*self._dense.notices, *(notice for notice, holds in damaged if holds))))

    @cached_property
    def records(self) -> tuple[IndexRecord, ...]:
        return index_records(self._knowledge)

    @property
    def index_version(self) -> str:
        """What an answer's ledger records: knowledge hash and embedding model."""
        return f"{self._knowledge.hash[:16]}/{self._embedder.name}"

    def _is_own(self, hits: Iterable[Hit]) -> bool:
        """Whether one of these facts is the organisation's own: what belongs here was learned without those."""
        facts = self._knowledge.facts
        return any(facts[item].mark for hit in hits for item in hit.fact_ids if item in facts)

    def _worded_question(self, query: str) -> ReadQuestion:
        return ReadQuestion(query, self._vocabulary.expand(query), self.named(query))

    def _off_subject(self, asked: ReadQuestion, rows: RowsFound) -> str:
        """Why the catalogue can't answer what nothing stands against by name, or an empty text."""
        if asked.standing is None:
            return ""
        return self._abstention.off_subject(asked.text, asked.named, asked.standing, rows)

    def unknown_by_rule(self, query: str) -> str:
        """What nothing is held of, whatever the topic: an attribute, a name, an edition; or an empty text."""
        query = read_of(query)
        named = self.named(query)
        return self._abstention.unknown(query, named, self._rows.found(query, named))

    def asks_by_name(self, query: str) -> bool:
        """Whether it holds nothing but names and what can be asked of what bears them: `H100 price on azure`."""
        query = read_of(query)
        named = self.named(query)
        return self._rows.found(query, named).alone or self._abstention.is_name_alone(query, named)

    def asks_of_something(self, query: str) -> bool:
        """Whether it asks for what facts tell of a component, whichever that is: `how much memory per vector`."""
        query = read_of(query)
        return bool(self._vocabulary.asked(query) or self._vocabulary.intents(query))

    def names_in(self, query: str) -> NamesIn:
        """How much of it is names of components and of rows of tables."""
        query = read_of(query)
        named = self.named(query)
        return names_in(query, named, self._rows.found(query, named))

    @cached_property
    def _standing(self) -> StandingReader:
        return StandingReader(self._embedder, lambda: self._dense, lambda: self._neighbours)

    @cached_property
    def _dense(self) -> DenseSearch:
        return DenseSearch(self._knowledge, self.records, self._embedder, self._cache_dir)

    @cached_property
    def _rankings(self) -> Rankings:
        holds_own = any(record.own for record in self.records)
        return Rankings(self._dense, self._lexical, self._vocabulary, holds_own=holds_own)

    @cached_property
    def _signal_reader(self) -> SignalReader:
        return SignalReader(self._by_id, self._lexical, self._vocabulary, self._neighbours)

    @cached_property
    def _by_id(self) -> dict[str, IndexRecord]:
        return {record.id: record for record in self.records}

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(read_word_lists(self._knowledge.files))

    @cached_property
    def _lexical(self) -> LexicalIndex:
        return LexicalIndex(self.records, self._worded, self._vocabulary.lists.stop_words)

    @cached_property
    def _worded(self) -> Worded:
        return read_terms(self._knowledge.files, self.records)

    @cached_property
    def _query_map(self) -> QueryMap:
        return read_query_map(self._knowledge.files, self._embedder.name, self._embedder.dimensions)

    @property
    def usage(self) -> Usage:
        """How usual words are here."""
        return self._abstention.usage

    @cached_property
    def _abstention(self) -> Abstention:
        return Abstention(
            self._knowledge,
            self._vocabulary,
            self.records,
            self._worded,
            self._neighbours,
            self._embedder.name,
        )

    @cached_property
    def _neighbours(self) -> Neighbours | None:
        return read_neighbours(self._knowledge.files, self._embedder.name)

    @cached_property
    def _judged(self) -> JudgedAnswers | None:
        return read_judged_answers(self._knowledge.files, self._embedder.name)

    @cached_property
    def _order(self) -> tuple[tuple[float, ...], JudgedAnswers] | None:
        """Weights and what they weigh; None where a part is missing, damaged or another model's."""
        weights = read_order_weights(self._knowledge.files, self._embedder.name)
        judged = self._judged
        return (weights, judged) if weights and judged and not judged.is_damaged else None

    @cached_property
    def _attested(self) -> Attested:
        of_all = partial(said_of_all_for, self._knowledge, self._vocabulary)
        facts = self._knowledge.facts.values()
        return Attested(facts, self._vocabulary, of_all, self._abstention.of_platform)

    @cached_property
    def _names(self) -> Names:
        return component_names(self._knowledge, self._vocabulary.lists)

    @cached_property
    def _rows(self) -> NamedRows:
        return NamedRows(self._knowledge, self._vocabulary, self.usage.counts.keys())


def _hit_by_name(record: IndexRecord, rows: RowsFound) -> Hit:
    return hit_of(record, BY_NAME, rows.telling.get(record.id, ()), rows.unheld.get(record.id, ()))
