"""Retrieval: dense and lexical search fused, with named components first and honest abstention.

The dense side, which searches with the question's vector turned to where answers lie, has more weight than the lexical
one, which adds synonyms and ranks twice: by all the words of a record and by its best question. Each component that is
named gets rankings of its own, so that a comparison finds something on both (weights measured on four sets of
questions). The best facts are then put in the order that was learned from judged questions. What can't be used here is
said in `notices`; a search never fails for it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from ..embedding import Embedder, EmbeddingUnavailable, MiniLm
from ..library import Knowledge
from .abstention import OFF_SUBJECT, Abstention, named_share
from .cards import index_records
from .fusion import fuse
from .judged import JudgedAnswers, read_judged_answers
from .learned_order import CANDIDATES as ORDERED
from .learned_order import Signals, read_order_weights, reordered, shares
from .lexical import LexicalIndex
from .names import Names, Omissions
from .neighbours import Neighbours, read_neighbours
from .query_map import QueryMap, read_query_map
from .record import FACT_KINDS, Filter, IndexRecord
from .record_terms import RecordTerms, terms_of
from .rows import NamedRows, RowsFound
from .subject import Usage
from .vocabulary import Expansion, Vocabulary, read_word_lists

if TYPE_CHECKING:
    from .opening import OpenedStore

CANDIDATES = 60
OF_OWN, OF_KIND = 12, 30
"""Of one's own records, and of the kind that is asked for: more change no result on seven sets of questions, and take
the store 5 ms to find where the unfiltered ranking doesn't hold them."""
DENSE_WEIGHT, LEXICAL_WEIGHT, ASKED_WEIGHT = 2.0, 1.5, 0.7
NAMED_SHARE, INTENT_SHARE, OWN_SHARE = 0.2, 0.3, 0.3
"""Of what the ranking of all records weighs. Facts of an organisation's own come without questions, which a
ranking of their own makes up for in part, at some cost to the packaged ones (scripts/measure_own_share.py)."""
WARMING = "Which tier of Qdrnt holds quantisd vectors for Zorbaquant?"
"""Misspelt and with a strange name, so that every word list is built."""
CARD_SHARES = {"component": 0.5, "rule": 0.5}
"""Of the score of cards that say what facts say, beside those: of twelve sets 0.90 of the gold is among the first five,
0.87 with the whole score."""
MOST_NAMED = 3
"""Cards that names alone bring."""
BY_NAME = 1.0
"""Score of what was looked up by its name."""
OWN_FIRST = 2
"""Of the hits so many are looked at for facts of one's own."""
SUBJECT_UNCHECKED = (
    "The questions that a question's subject is told by can't be read; the search answers whatever is asked."
)
MAP_UNUSABLE = "The map from questions to answers can't be read; the search finds a little less."
ORDER_UNUSABLE = "The judged questions can't be read; the best facts come in a worse order."
Part = Literal["lexical", "best_question", "dense", "query_map", "learned_order"]
PARTS: frozenset[Part] = frozenset(("lexical", "best_question", "dense", "query_map", "learned_order"))
"""What a search is made of: rankings by all words and by the best question, by meaning, the map of the question, and
the order learned from judged questions."""


class Hit(BaseModel):
    """A record that was found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    record_id: str
    fact_ids: tuple[str, ...]
    score: float
    text: str
    kind: str = ""
    component: str = ""


class SearchResult(BaseModel):
    """What a search found, best first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hits: tuple[Hit, ...]
    abstained: bool = False
    reason: str = ""
    """Why the catalogue can't answer, when it abstains."""
    notices: tuple[str, ...] = ()


class Asked(NamedTuple):
    """A question, with what the searches need of it."""

    text: str
    expansion: Expansion
    named: dict[str, str]
    """Component ids, with the words that named them."""
    vector: Any
    """The sentence vector; None where no dense search is possible."""
    turned: Any
    """The same turned to where answers lie."""

    @property
    def singled_out(self) -> frozenset[str]:
        """Components whose form names nobody else; `OpenAI` may mean several, and must not crowd out the rest."""
        forms = Counter(self.named.values())
        return frozenset(identity for identity, form in self.named.items() if forms[form] == 1)


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
        """The best `k` records for a question, inside the filters; `parts`: some alone, to tell what each brings."""
        only = Filter(frozenset(kinds or ()), frozenset(slots or ()), frozenset(components or ()))
        asked = self._asked(query, None if "query_map" in parts else QueryMap(None))
        rows = self._rows.found(query, asked.named)
        found = self._facts_first(fuse(self._rankings(asked, only, parts)))
        if "learned_order" in parts and self._order is not None:
            signals = self._signals(asked, found, self._order[1], "best_question" in parts)
            found = reordered(found, signals, self._order[0])
        by_name = [record for record in (*rows.records, *self._bare(asked)) if only.admits(record)]
        first = {record.id: _hit(record, BY_NAME) for record in by_name}
        further = (_hit(self._by_id[identity], score) for identity, score in found if identity not in first)
        hits = (*first.values(), *further)[:k]
        reason = self._gap(asked, rows) if self.records else "The knowledge index is empty."
        if reason == OFF_SUBJECT and self._is_own(hits[:OWN_FIRST]):
            reason = ""
        return SearchResult(hits=hits, abstained=bool(reason), reason=reason, notices=self.notices)

    def _bare(self, asked: Asked) -> list[IndexRecord]:
        """The cards of components whose names are all that is said."""
        if not self._abstention.is_bare(asked.text, asked.named):
            return []
        return [self._by_id[f"component:{identity}"] for identity in list(asked.named)[:MOST_NAMED]]

    def _facts_first(self, found: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
        """Cards behind the facts that are about as good, which say it with their source."""
        weighed = (
            (identity, score * CARD_SHARES.get(self._by_id[identity].kind, 1.0)) for identity, score in found
        )
        return sorted(weighed, key=lambda pair: (-pair[1], pair[0]))

    def signals(self, query: str, query_map: QueryMap, judged: JudgedAnswers) -> dict[str, Signals]:
        """Of the best facts by their ids, in the order that ranks give them: what an order is learned from."""
        asked = self._asked(query, query_map)
        return self._signals(asked, fuse(self._rankings(asked, Filter(FACT_KINDS), PARTS)), judged)

    def by_ids(self, ids: Iterable[str]) -> tuple[Hit, ...]:
        """The records with these ids, in this order; unknown ids are left out."""
        records = (self._by_id.get(identity) or self._rows.by_id(identity) for identity in ids)
        return tuple(_hit(record, BY_NAME) for record in records if record is not None)

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
        hits = {identity: _hit(self._by_id[identity], BY_NAME) for identity in self._about(wanted)}
        if question.strip():
            hits |= {
                hit.record_id: hit for hit in self.search(question, k=k).hits if hit.record_id not in hits
            }
        return tuple(hits.values())

    def named(self, question: str) -> dict[str, str]:
        """Component ids that the question names, with the words that named them."""
        return self._names.mentioned(question)

    def warm(self) -> tuple[str, ...]:
        """Load model and index ahead of the first question; what can't be used is returned."""
        self.search(WARMING, k=1)
        return self.notices

    @property
    def notices(self) -> tuple[str, ...]:
        """What couldn't be used here: the model, the cache folder, a damaged index."""
        store, failure = self._dense
        said = store.notices if store else [failure] if failure else []
        damaged = (
            (MAP_UNUSABLE, self._query_map.is_damaged),
            (ORDER_UNUSABLE, self._judged is not None and self._judged.is_damaged),
            (SUBJECT_UNCHECKED, self._abstention.is_damaged),
        )
        return tuple(dict.fromkeys((*said, *(notice for notice, holds in damaged if holds))))

    @cached_property
    def records(self) -> tuple[IndexRecord, ...]:
        return index_records(self._knowledge)

    @cached_property
    def _holds_own(self) -> bool:
        return any(record.own for record in self.records)

    @property
    def index_version(self) -> str:
        """What an answer's ledger records: knowledge hash and embedding model."""
        return f"{self._knowledge.hash[:16]}/{self._embedder.name}"

    def _is_own(self, hits: Iterable[Hit]) -> bool:
        """Whether one of these facts is the organisation's own: what belongs here was learned without those."""
        facts = self._knowledge.facts
        return any(facts[item].mark for hit in hits for item in hit.fact_ids if item in facts)

    def _asked(self, query: str, query_map: QueryMap | None = None) -> Asked:
        vector = self._vector(query)
        turned = None if vector is None else (query_map or self._query_map).turned(vector)
        return Asked(query, self._vocabulary.expand(query), self.named(query), vector, turned)

    def _gap(self, asked: Asked, rows: RowsFound) -> str:
        """Why the catalogue can't answer, or an empty text."""
        if reason := self._abstention.unknown(asked.text, asked.named, rows):
            return reason
        if asked.vector is None:
            return ""
        closeness = self._closeness(asked.turned)
        return self._abstention.off_subject(asked.text, asked.named, asked.vector, closeness, rows)

    def unknown_by_rule(self, query: str) -> str:
        """What nothing is held of, whatever the topic: an attribute, a name, an edition; or an empty text."""
        named = self.named(query)
        return self._abstention.unknown(query, named, self._rows.found(query, named))

    def named_share(self, query: str) -> float:
        """Share of its words that name a component or a row of a table."""
        named = self.named(query)
        return named_share(query, named, self._rows.found(query, named))

    def _rankings(
        self, asked: Asked, only: Filter, parts: frozenset[Part]
    ) -> list[tuple[float, Sequence[str]]]:
        """All records; again those of the organisation, of the named components, and of the kind that is asked for."""
        vector, expansion, named = asked.turned, asked.expansion, asked.singled_out
        is_dense = "dense" in parts and vector is not None
        groups = [(only, 1.0, CANDIDATES)]
        if self._holds_own:
            groups.append((only._replace(own=True), OWN_SHARE, OF_OWN))
        of_named: Sequence[str] = ()
        if named and not only.subjects:
            if is_dense:  # asked once for all of them, since each question costs the store 3 ms
                together = only._replace(subjects=named)
                of_named = self._nearest(vector, together, CANDIDATES * len(named))
            each = (only._replace(subjects=frozenset((name,))) for name in sorted(named))
            groups += [(inside, NAMED_SHARE, CANDIDATES) for inside in each]
        intents = self._vocabulary.intents(expansion.question)
        for intent in intents:
            kinds = intent.kinds & only.kinds if only.kinds else intent.kinds
            if kinds:
                inside = only._replace(kinds=kinds, statuses=intent.statuses)
                groups.append((inside, INTENT_SHARE / len(intents), OF_KIND))
        rankings: list[tuple[float, Sequence[str]]] = []
        if "best_question" in parts:
            rankings.append((ASKED_WEIGHT, self._lexical.best_asked(expansion.text, CANDIDATES, only)))
        for inside, share, count in groups:
            if "lexical" in parts:
                rankings.append(
                    (LEXICAL_WEIGHT * share, self._lexical.best(expansion.text, CANDIDATES, inside))
                )
            if is_dense:
                whole = inside.subjects == only.subjects
                nearest = self._nearest(vector, inside, count) if whole else self._first_of(of_named, inside)
                rankings.append((DENSE_WEIGHT * share, nearest))
        return rankings

    def _signals(
        self,
        asked: Asked,
        found: Iterable[tuple[str, float]],
        judged: JudgedAnswers,
        by_question: bool = True,
    ) -> dict[str, Signals]:
        """Of the best facts; not of one's own, cards and facts without questions: nothing was learned of these."""
        neighbours = self._neighbours
        if neighbours is None or asked.vector is None:
            return {}
        likeness, votes = neighbours.likeness(asked.vector), judged.votes(asked.vector)
        learned = judged.similarities(asked.turned)
        best = (self._by_id[identity] for identity, _ in islice(found, ORDERED))
        facts = (item for item in best if item.kind in FACT_KINDS and not item.own)
        known = [item for item in facts if item.id in likeness and item.id in learned]
        ids = [item.id for item in known]
        words, best_question = map(shares, self._lexical.scores(asked.expansion.text, ids))
        kinds = {kind for intent in self._vocabulary.intents(asked.text) for kind in intent.kinds}
        named = asked.singled_out
        return {
            item.id: Signals(
                words=words[place],
                best_question=best_question[place] if by_question else 0.0,
                named=float(not named.isdisjoint(item.subjects)),
                kind=float(item.kind in kinds),
                likeness=likeness[item.id],
                votes=votes.get(item.id, 0.0),
                learned=learned[item.id],
            )
            for place, item in enumerate(known)
        }

    def _first_of(self, ranking: Sequence[str], inside: Filter) -> list[str]:
        """The first of a ranking that the filter admits."""
        return list(islice((key for key in ranking if inside.admits(self._by_id[key])), CANDIDATES))

    def _vector(self, question: str) -> Any:
        """Its sentence vector; None where no dense search is possible."""
        store, _ = self._dense
        return None if store is None else self._embedder.embed([question])[0]

    def _nearest(self, vector: Any, only: Filter, count: int) -> list[str]:
        store, _ = self._dense
        return list(store.ask("nearest", vector, count, only)) if store else []

    def _closeness(self, vector: Any) -> float:
        store, _ = self._dense
        return float(store.ask("closeness", vector)) if store else 0.0

    def _about(self, subjects: frozenset[str]) -> list[str]:
        if not subjects:
            return []
        store, _ = self._dense
        if store is not None:
            return sorted(store.ask("about", subjects))
        return sorted(item.id for item in self.records if not subjects.isdisjoint(item.subjects))

    @cached_property
    def _dense(self) -> "tuple[OpenedStore | None, str]":
        """The vector store, or why there is none."""
        if not self.records:
            return None, ""
        try:
            self._embedder.embed(["warm up"])
            from .opening import OpenedStore

            return OpenedStore(self._knowledge, self.records, self._embedder, self._cache_dir), ""
        except EmbeddingUnavailable as error:
            return None, f"{error.message} The search uses words alone."

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
    def _worded(self) -> tuple[RecordTerms, ...]:
        return terms_of(self.records)

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
    def _names(self) -> Names:
        named = [(item.id, item.name) for item in self._knowledge.components.values()]
        lists = self._vocabulary.lists
        omissions = Omissions(lists.vendor_words, lists.trailing_words, lists.generic_words)
        return Names.build(named, lists.aliases, omissions, lists.ordinary_words)

    @cached_property
    def _rows(self) -> NamedRows:
        return NamedRows(self._knowledge, self._vocabulary)


def _hit(record: IndexRecord, score: float) -> Hit:
    return Hit(
        record_id=record.id,
        fact_ids=record.fact_ids,
        score=score,
        text=record.text,
        kind=record.kind,
        component=record.component,
    )
