"""Fit the weights by which the best facts of a search are put in order, and pack what judged questions teach.

    python -m scripts.fit_order [--write]

after scripts/fit_query_map.py and scripts/fit_subject.py, whose results it uses.

Learned from judged questions (index/judged.csv) in five folds: the map, the facts' vectors, how usual they are and the
votes that a question gets are those of the other folds, since its own answers would tell all. Logistic regression over
the candidates of each question. Prints how much of the answers is among the first five as found and as learned, for
questions that nothing of this has learned from.
"""

import math
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge import Knowledge, load
from knowledge.embedding import MiniLm
from knowledge.index import Retriever, judged
from knowledge.index.cards import index_records
from knowledge.index.inverted_file import grouped
from knowledge.index.judged import JudgedAnswers, JudgedQuestion, read_judged
from knowledge.index.learned_order import FILE, OrderWeights, Signals
from knowledge.index.neighbours import read_neighbours
from knowledge.index.query_map import QueryMap, read_query_map
from knowledge.index.record import IndexRecord
from knowledge.manifest import packaged_root, write
from scripts.fit_facts import fit as fit_facts
from scripts.fit_query_map import Lesson, Matrix, Reading, asked_records, lesson, reading
from scripts.fit_query_map import fit as fit_map
from scripts.fit_subject import fit as logistic

FOLDS, FIRST, PENALTY = 5, 5, 10.0
FALLING, AS_THE_REST = 0.2, 2.0
"""How much less a fact counts as found for each place further down, and the times that a fact is taken to have been
found as usual before any is counted (5 finds as much)."""
Array = npt.NDArray[np.float64]


class Candidates(NamedTuple):
    """What was found for one judged question, best first as the ranks have it."""

    facts: tuple[str, ...]
    signals: Array
    """Facts x signals."""
    answers: Array
    """1 where the fact answers."""
    fold: int
    of_all: int
    """The answers that there are, found or not."""

    def beside(self, usual: Mapping[str, float]) -> "Candidates":
        """With how usual each fact is."""
        signals = self.signals.copy()
        signals[:, Signals._fields.index("usual")] = [usual.get(fact, 0.0) for fact in self.facts]
        return self._replace(signals=signals)


class Material(NamedTuple):
    """All that is learned from."""

    answered: Sequence[JudgedQuestion]
    records: list[IndexRecord]
    known: Lesson
    read: Reading
    """Of the answered questions, in their order."""
    points: Matrix
    """Where they lie among those that others are told by (`Neighbours.points`)."""

    def taught(self, chosen: npt.NDArray[np.int64]) -> tuple[QueryMap, JudgedAnswers]:
        """The map and what is learned beside it, from these judged questions and all others."""
        part = self.read.part(chosen)
        query_map = QueryMap(fit_map(self.known, part))
        answers = [self.answered[place].answers for place in chosen.tolist()]
        return query_map, JudgedAnswers(grouped(self.points[chosen]), answers, self.vectors(part, query_map))

    def vectors(self, read: Reading, query_map: QueryMap) -> dict[str, Matrix]:
        """Fact id -> learned vector."""
        rows = fit_facts(self.known, read, query_map)
        return {fact: row for item, row in zip(self.records, rows, strict=True) for fact in item.fact_ids}


def main() -> int:
    knowledge, model = load(), MiniLm(exact=True)
    whole = material(knowledge, model)
    known = candidates(Retriever(knowledge), whole)
    learned = np.zeros(len(known))
    for part in range(FOLDS):
        weights = fitted([item for item in known if item.fold != part])
        for place in np.flatnonzero([item.fold == part for item in known]).tolist():
            learned[place] = recall(known[place], known[place].signals @ weights)
    found = fmean(recall(item, -np.arange(len(item.answers), dtype=float)) for item in known)
    print(
        f"{len(known)} judged questions, answers among the first {FIRST}: {found:.1%} as found,"
        f" {learned.mean():.1%} as learned"
    )
    if "--write" in sys.argv[1:]:
        pack(knowledge, model, whole, fitted(known), usual(known))
    return 0


def material(knowledge: Knowledge, model: MiniLm) -> Material:
    """All facts with questions, and all judged questions with an answer among them."""
    records = asked_records(index_records(knowledge))
    there = {fact for item in records for fact in item.fact_ids}
    answered = [item for item in read_judged(knowledge.files) if there.intersection(item.answers)]
    near, read = read_neighbours(knowledge.files, model.name), reading(answered, records, model)
    if near is None:
        sys.exit("scripts/fit_subject.py comes first: there is no space to compare questions in.")
    return Material(answered, records, lesson(records, model), read, near.points(read.questions))


def candidates(retriever: Retriever, material: Material) -> list[Candidates]:
    """Of each question that something was found for, by what doesn't know it."""
    found: list[Candidates] = []
    fold = np.arange(len(material.answered)) % FOLDS
    for part in range(FOLDS):
        turn, judged = material.taught(np.flatnonzero(fold != part))
        for place in np.flatnonzero(fold == part).tolist():
            question = material.answered[place]
            signals = retriever.signals(question.text, turn, judged)
            answers = np.array([float(key in question.answers) for key in signals])
            rows = np.array(list(signals.values()), dtype=float).reshape(-1, len(Signals._fields))
            found.append(Candidates(tuple(signals), rows, answers, part, len(question.answers)))
    by_fold = [usual([item for item in found if item.fold != part]) for part in range(FOLDS)]
    return [item.beside(by_fold[item.fold]) for item in found]


def usual(known: Sequence[Candidates]) -> dict[str, float]:
    """Fact id -> the logarithm of how often it answers where it is found, over how often any fact does.

    Found far down it isn't expected to answer, and counts less; a fact that was seldom found is as usual as the rest.
    """
    seen, answering = defaultdict[str, float](float), defaultdict[str, float](float)
    for item in known:
        for place, (fact, answers) in enumerate(zip(item.facts, item.answers.tolist(), strict=True)):
            seen[fact] += 1 / (1 + FALLING * place)
            answering[fact] += answers
    share = sum(answering.values()) / sum(seen.values())
    return {
        fact: math.log((answering[fact] / share + AS_THE_REST) / (count + AS_THE_REST))
        for fact, count in seen.items()
    }


def fitted(known: Sequence[Candidates]) -> Array:
    """A weight for each signal; answers and others count as much, and only what differs within a question."""
    rows = np.concatenate([item.signals - item.signals.mean(axis=0) for item in known])
    answers = np.concatenate([item.answers for item in known])
    share = answers.mean()
    spread = rows.std(axis=0)
    weight = np.where(answers == 1, 0.5 / share, 0.5 / (1 - share))
    return np.asarray(logistic(rows / spread, answers, PENALTY, weight)[:-1] / spread)


def recall(item: Candidates, scores: Any) -> float:
    """The share of the answers among the first; of more than these places hold, that many are all."""
    first = np.argsort(-scores, kind="stable")[:FIRST]
    return float(item.answers[first].sum()) / min(item.of_all, FIRST)


def pack(
    knowledge: Knowledge,
    model: MiniLm,
    material: Material,
    weights: Array,
    usual_of: Mapping[str, float],
) -> None:
    """By the map as it is shipped."""
    named = {name: round(float(weight), 4) for name, weight in zip(Signals._fields, weights, strict=True)}
    written = OrderWeights(model=model.name, weights=named)
    (packaged_root() / FILE).write_text(written.model_dump_json() + "\n", encoding="utf-8")
    query_map = read_query_map(knowledge.files, model.name, model.dimensions)
    vectors = material.vectors(material.read, query_map)
    answers = [item.answers for item in material.answered]
    (packaged_root() / judged.FILE).write_bytes(
        judged.pack(grouped(material.points), answers, vectors, usual_of, model.name)
    )
    write(packaged_root())


if __name__ == "__main__":
    sys.exit(main())
