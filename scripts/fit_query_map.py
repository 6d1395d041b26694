"""Fit the map from the vector of a question to where the vectors of its answers lie.

    python scripts/fit_query_map.py [--write]

Learned from the questions that facts answer (index/asked.csv), each of whose facts is taken without that question, and
from judged ones with all their answers (index/judged.csv): multinomial logistic regression over all facts, with a ridge
penalty on what differs from no map at all. Prints what is among the first five without and with the map, for facts and
judged questions that it has not learned from.
"""

import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge import load
from knowledge.embedding import MiniLm
from knowledge.index import FACT_KINDS
from knowledge.index.cards import index_records
from knowledge.index.judged import JudgedQuestion, read_judged
from knowledge.index.query_map import FILE, pack
from knowledge.index.record import IndexRecord
from knowledge.index.vectors import ASKED_SHARE, stated
from knowledge.manifest import packaged_root, write

FOLDS = 5
PENALTY = 0.003
"""With 0.001 to 0.01 recall on the sets of questions is within a point."""
SHARPNESS = 20.0
EPOCHS, BATCH, STEP, SEED = 10, 512, 0.02, 0
JUDGED_BATCH = 128
"""Judged questions beside each batch of the others, at the weight of one batch (0.5 and 2 find as much)."""
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


class Reading(NamedTuple):
    """Judged questions: their vectors, and for each the share of every fact in its answers (rows sum to one)."""

    questions: Matrix
    answers: Matrix

    def part(self, chosen: "npt.NDArray[np.bool_] | Places") -> "Reading":
        return Reading(self.questions[chosen], self.answers[chosen])


def main() -> int:
    model, knowledge = MiniLm(exact=True), load()
    asked = asked_records(index_records(knowledge))
    whole, read = lesson(asked, model), reading(read_judged(knowledge.files), asked, model)
    unseen, unread = whole.place % FOLDS == 0, np.arange(len(read.questions)) % FOLDS == 0
    found = fit(whole.part(~unseen), read.part(~unread))
    for name, matrix in (("without", np.eye(model.dimensions, dtype=np.float32)), ("with", found)):
        own = among_first(whole.part(unseen), matrix, 5)
        print(
            f"{name} the map, among the first five: the fact of {own:.1%} of {unseen.sum()} questions,"
            f" {recall(read.part(unread), whole.facts, matrix, 5):.1%} of the answers of {unread.sum()} judged ones"
        )
    if "--write" in sys.argv[1:]:
        (packaged_root() / FILE).write_bytes(pack(fit(whole, read), model.name))
        write(packaged_root())
    return 0


def asked_records(records: Iterable[IndexRecord]) -> list[IndexRecord]:
    """The facts that have questions to learn from."""
    return [item for item in records if item.kind in FACT_KINDS and len(item.questions) > 1]


def reading(judged: Iterable[JudgedQuestion], records: list[IndexRecord], model: MiniLm) -> Reading:
    """Those that have an answer among the records."""
    place = {fact: number for number, item in enumerate(records) for fact in item.fact_ids}
    known = [(item.text, [place[fact] for fact in item.answers if fact in place]) for item in judged]
    answered = [(text, answers) for text, answers in known if answers]
    shares = np.zeros((len(answered), len(records)), dtype=np.float32)
    for number, (_, answers) in enumerate(answered):
        shares[number, answers] = 1 / len(answers)
    return Reading(np.asarray(model.embed([text for text, _ in answered])), shares)


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


def fit(known: Lesson, read: Reading) -> Matrix:
    """By Adam (Kingma and Ba 2015, arXiv 1412.6980), with steps that shrink from epoch to epoch."""
    order, none = np.random.default_rng(SEED), np.eye(known.facts.shape[1], dtype=np.float32)
    found, mean, spread, steps = none.copy(), np.zeros_like(none), np.zeros_like(none), 0
    for epoch in range(EPOCHS):
        shuffled = order.permutation(len(known.questions))
        for start in range(0, len(shuffled), BATCH):
            slope = gradient(known, shuffled[start : start + BATCH], found) + PENALTY * (found - none)
            if len(read.questions):
                chosen = order.choice(
                    len(read.questions), min(JUDGED_BATCH, len(read.questions)), replace=False
                )
                slope += judged_gradient(read.part(chosen), known.facts, found)
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


def judged_gradient(read: Reading, facts: Matrix, matrix: Matrix) -> Any:
    """Of the mean cross-entropy between the answers and what the map finds."""
    sharp = SHARPNESS * read.questions @ matrix @ facts.T
    chance = np.exp(sharp - sharp.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    return SHARPNESS * read.questions.T @ ((chance - read.answers) @ facts) / len(read.questions)


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


def recall(read: Reading, facts: Matrix, matrix: Matrix, count: int) -> float:
    """The share of the answers among the `count` nearest; of more than `count`, that many are all."""
    nearest = np.argsort(-(read.questions @ matrix @ facts.T), axis=1)[:, :count]
    found = np.take_along_axis(read.answers > 0, nearest, axis=1).sum(axis=1)
    return float((found / np.minimum((read.answers > 0).sum(axis=1), count)).mean())


if __name__ == "__main__":
    sys.exit(main())
