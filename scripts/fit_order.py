"""Fit the weights by which the best facts of a search are put in order, and pack the judged questions that vote.

    python -m scripts.fit_order [--write]

after scripts/fit_query_map.py and scripts/fit_subject.py, whose results it uses.

Learned from judged questions (index/judged.csv) in five folds: the map and the votes that a question gets are those of
the other folds, since its own answers would tell all. Logistic regression over the candidates of each question. Prints
how much of the answers is among the first five as found and as learned, for questions that neither map, votes nor
weights have learned from.
"""

import sys
from collections.abc import Sequence
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge import Knowledge, load
from knowledge.embedding import MiniLm
from knowledge.index import Retriever, judged
from knowledge.index.cards import index_records
from knowledge.index.judged import JudgedQuestion, Votes, read_judged
from knowledge.index.learned_order import FILE, OrderWeights, Signals
from knowledge.index.query_map import QueryMap
from knowledge.manifest import packaged_root, write
from scripts.fit_query_map import Matrix, asked_records, lesson, reading
from scripts.fit_query_map import fit as fit_map
from scripts.fit_subject import fit as logistic

FOLDS, FIRST, PENALTY = 5, 5, 10.0
Array = npt.NDArray[np.float64]


class Candidates(NamedTuple):
    """What was found for one judged question, best first as the ranks have it."""

    signals: Array
    """Facts x signals."""
    answers: Array
    """1 where the fact answers."""
    fold: int
    of_all: int
    """The answers that there are, found or not."""


def main() -> int:
    knowledge, model = load(), MiniLm()
    answered = [item for item in read_judged(knowledge.files) if item.answers]
    vectors = np.asarray(model.embed([item.text for item in answered]))
    fold = np.arange(len(answered)) % FOLDS
    known = candidates(knowledge, model, answered, vectors, fold)
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
        pack(model, answered, vectors, fitted(known))
    return 0


def candidates(
    knowledge: Knowledge,
    model: MiniLm,
    answered: Sequence[JudgedQuestion],
    vectors: Matrix,
    fold: npt.NDArray[np.int64],
) -> list[Candidates]:
    """Of each question that something was found for, by a map and votes that don't know it."""
    retriever, records = Retriever(knowledge), asked_records(index_records(knowledge))
    whole, read = lesson(records, model), reading(answered, records, model)
    found: list[Candidates] = []
    for part in range(FOLDS):
        inside = np.flatnonzero(fold != part)
        turn = QueryMap(fit_map(whole, read.part(inside)))
        votes = Votes(vectors[inside], [answered[place].answers for place in inside.tolist()])
        for place in np.flatnonzero(fold == part).tolist():
            signals = retriever.signals(answered[place].text, turn, votes)
            answers = np.array([float(key in answered[place].answers) for key in signals])
            rows = np.array(list(signals.values()), dtype=float).reshape(-1, len(Signals._fields))
            found.append(Candidates(rows, answers, part, len(answered[place].answers)))
    return found


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


def pack(model: MiniLm, answered: Sequence[JudgedQuestion], vectors: Matrix, weights: Array) -> None:
    named = {name: round(float(weight), 4) for name, weight in zip(Signals._fields, weights, strict=True)}
    written = OrderWeights(model=model.name, weights=named)
    (packaged_root() / FILE).write_text(written.model_dump_json() + "\n", encoding="utf-8")
    packed = judged.pack(vectors, [item.answers for item in answered], model.name)
    (packaged_root() / judged.FILE).write_bytes(packed)
    write(packaged_root())


if __name__ == "__main__":
    sys.exit(main())
