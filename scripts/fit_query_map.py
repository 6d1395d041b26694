"""Fit the map from the vector of a question to where the vectors of its answers lie.

    python scripts/fit_query_map.py [--write]

Learned from the questions that facts answer (index/asked.csv): multinomial logistic regression over all facts, in
which a question's own fact is taken without that question, with a ridge penalty on what differs from no map at all.
Prints the share of questions whose fact is among the first five, for facts that it has not learned from, without and
with the map.
"""

import sys
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge import load
from knowledge.embedding import MiniLm
from knowledge.index import FACT_KINDS
from knowledge.index.cards import index_records
from knowledge.index.query_map import FILE, pack
from knowledge.index.record import IndexRecord
from knowledge.index.vectors import ASKED_SHARE, stated
from knowledge.manifest import packaged_root, write

FOLDS = 5
PENALTY = 0.003
"""With 0.001 to 0.01 recall on the sets of questions is within a point."""
SHARPNESS = 20.0
EPOCHS, BATCH, STEP, SEED = 10, 512, 0.02, 0
Matrix = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]


class Lesson(NamedTuple):
    """Questions, the facts' vectors, and for each question the place of its fact and that fact's vector without it."""

    questions: Matrix
    facts: Matrix
    place: Places
    own: Matrix

    def part(self, chosen: "npt.NDArray[np.bool_] | Places") -> "Lesson":
        return Lesson(self.questions[chosen], self.facts, self.place[chosen], self.own[chosen])


def main() -> int:
    model = MiniLm()
    asked = [item for item in index_records(load()) if item.kind in FACT_KINDS and len(item.questions) > 1]
    whole = lesson(asked, model)
    unseen = whole.place % FOLDS == 0
    held = whole.part(unseen)
    found = fit(whole.part(~unseen))
    for name, matrix in (("without", np.eye(model.dimensions, dtype=np.float32)), ("with", found)):
        print(f"{name} the map: {among_first(held, matrix, 5):.1%} of {unseen.sum()} among the first five")
    if "--write" in sys.argv[1:]:
        (packaged_root() / FILE).write_bytes(pack(fit(whole), model.name))
        write(packaged_root())
    return 0


def lesson(records: list[IndexRecord], model: MiniLm) -> Lesson:
    """What the questions of these records teach; a fact's vector is taken without a question that shares in it."""
    place = np.array([number for number, item in enumerate(records) for _ in item.questions])
    shares = np.array(
        [number < len(item.sharing) for item in records for number in range(len(item.questions))]
    )
    questions = np.asarray(model.embed([text for item in records for text in item.questions]))
    said = unit(stated(records, model))
    count = np.bincount(place[shares])[:, None]
    total = np.zeros_like(said)
    np.add.at(total, place[shares], questions[shares])
    left = shares[:, None].astype(np.float32)
    others = (total[place] - left * questions) / (count[place] - left)
    return Lesson(questions, both(said, total / count), place, both(said[place], others))


def both(said: Any, asked: Any) -> Matrix:
    return unit((1 - ASKED_SHARE) * said + ASKED_SHARE * asked)


def unit(rows: Any) -> Matrix:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def fit(known: Lesson) -> Matrix:
    """By Adam (Kingma and Ba 2015, arXiv 1412.6980), with steps that shrink from epoch to epoch."""
    order, none = np.random.default_rng(SEED), np.eye(known.facts.shape[1], dtype=np.float32)
    found, mean, spread, steps = none.copy(), np.zeros_like(none), np.zeros_like(none), 0
    for epoch in range(EPOCHS):
        shuffled = order.permutation(len(known.questions))
        for start in range(0, len(shuffled), BATCH):
            slope = gradient(known, shuffled[start : start + BATCH], found) + PENALTY * (found - none)
            steps += 1
            mean, spread = 0.9 * mean + 0.1 * slope, 0.99 * spread + 0.01 * slope**2
            scaled = mean / (1 - 0.9**steps) / (np.sqrt(spread / (1 - 0.99**steps)) + 1e-8)
            found = np.asarray(found - STEP / (1 + epoch) * scaled, dtype=np.float32)
    return found


def gradient(known: Lesson, rows: Places, matrix: Matrix) -> Any:
    """Of the mean negative log likelihood of the questions' own facts."""
    part, every = known.part(rows), np.arange(len(rows))
    sharp = SHARPNESS * similarities(part, matrix)
    chance = np.exp(sharp - sharp.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    missing = chance[every, part.place] - 1
    chance[every, part.place] = 0
    return SHARPNESS * part.questions.T @ (chance @ part.facts + missing[:, None] * part.own) / len(rows)


def similarities(known: Lesson, matrix: Matrix) -> Any:
    """Questions x facts; a question's own fact without it."""
    turned = known.questions @ matrix
    found = turned @ known.facts.T
    found[np.arange(len(found)), known.place] = (turned * known.own).sum(axis=1)
    return found


def among_first(known: Lesson, matrix: Matrix, count: int) -> float:
    """The share of questions whose own fact is one of the `count` nearest."""
    found = similarities(known, matrix)
    own = found[np.arange(len(found)), known.place]
    return float(((found > own[:, None]).sum(axis=1) < count).mean())


if __name__ == "__main__":
    sys.exit(main())
