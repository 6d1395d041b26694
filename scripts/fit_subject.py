"""Fit what tells questions about AI infrastructure from questions about other things.

    python scripts/fit_subject.py [--write]

after scripts/build_index.py and scripts/fit_query_map.py, whose results it uses.

Ours are the questions that the facts answer (index/asked.csv), the judged ones and those of index/ours.csv and
subjects.yaml; others are those of index/others.csv and of the last file. Prints what the model would do on questions
that it has not learned from (five folds, a fact's questions together): how many of ours it turns away and how many of
the others it recognises.
"""

import csv
import io
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import yaml

from knowledge import Knowledge, load
from knowledge.embedding import MiniLm
from knowledge.index import Retriever, neighbours
from knowledge.index.asked import read_asked
from knowledge.index.inverted_file import Grouped, grouped
from knowledge.index.query_map import read_query_map
from knowledge.index.record import IndexRecord
from knowledge.index.subject import FILE, SubjectWeights, phrases, told
from knowledge.index.vectors import ASKED_SHARE, read_shipped
from knowledge.manifest import packaged_root, write

FOLDS, TURNED_AWAY = 5, 0.05
"""The threshold turns away so many of the questions by people who had seen no fact, judged and plain ones weighed alike
however many there are of each."""
PENALTY = 1.0
ASKED_EACH, ASKED_WEIGHT = 3, 0.25
"""Of each fact the first questions, in the words of the field, at this weight: there are more of them than of others.
With those in everybody's words as well, fewer of the others are recognised (80 % for 87 at 2 % of ours)."""
JUDGED_WEIGHT = 0.5
"""Of the judged questions: there are more of them than of plain ones."""
PHRASE_FACTOR = 2.0
FEWEST_OTHERS, FEWEST = 4, 60
"""A phrase counts if so many of the others have it, or so many of all."""
NAMES_EACH = 12
USUAL = 11
"""Numbers that are neither of the vector nor of phrases."""
NEIGHBOUR_DIMENSIONS = 128
"""Of the projection in which questions are compared: 64 tell less, 192 no more."""
Array = npt.NDArray[np.float64]


class Learned(NamedTuple):
    """Questions with what they teach."""

    questions: list[str]
    ours: Array
    weight: Array
    fold: npt.NDArray[np.int64]
    judged: npt.NDArray[np.bool_]
    """Those of index/judged.csv, by people who had seen no fact."""
    plain: npt.NDArray[np.bool_]
    """Those of index/ours.csv, mostly short, likewise."""

    @property
    def compared(self) -> npt.NDArray[np.intp]:
        """Places of ours that others are compared with, beside all that facts answer."""
        return np.flatnonzero((self.ours == 1) & ((self.weight == 1) | self.judged))


class Kept(NamedTuple):
    """The questions that others are compared with, in the space of the projection."""

    projection: Any
    ours: Any
    fold_of_ours: npt.NDArray[np.int64]
    others: Any
    fold_of_others: npt.NDArray[np.int64]

    def stored(self) -> tuple[Grouped, Grouped]:
        """Both sorts as `Neighbours` wants them."""
        return grouped(self.ours), grouped(self.others)

    def without(self, fold: int) -> "Kept":
        """Those of the other folds."""
        ours, others = self.fold_of_ours != fold, self.fold_of_others != fold
        return Kept(
            self.projection,
            self.ours[ours],
            self.fold_of_ours[ours],
            self.others[others],
            self.fold_of_others[others],
        )


def main() -> int:
    knowledge, model = load(), MiniLm(exact=True)
    retriever = Retriever(knowledge)
    known = learned(knowledge, retriever)
    listed = common_phrases(known)
    vectors = np.asarray(model.embed(known.questions), dtype=float)
    kept = compared(knowledge, model, known, vectors)
    near = nearness(kept, vectors, known.fold)
    close = closeness(retriever.records, knowledge, model, known, vectors)
    beside = [
        told(retriever.usage.features(text), retriever.names_in(text), text, tuple(near[place]), close[place])
        for place, text in enumerate(known.questions)
    ]
    columns = np.c_[vectors, [spoken(text, listed) for text in known.questions], beside]
    unseen = left_out(columns, known)
    for share in (0.02, 0.03, 0.04, TURNED_AWAY):
        cut = threshold(unseen, known, share)
        judged, plain, others = (
            np.mean(unseen[which] < cut) for which in (known.judged, known.plain, known.ours == 0)
        )
        print(
            f"{share:.0%} of ours turned away ({judged:.1%} of the judged, {plain:.1%} of the plain ones): "
            f"{others:.1%} of the others recognised"
        )
    whole = fit(columns, known.ours, PENALTY, known.weight)
    fitted = SubjectWeights(
        model=model.name,
        topic=rounded(whole[: model.dimensions]),
        phrases=dict(zip(listed, rounded(whole[model.dimensions : -USUAL - 1] * PHRASE_FACTOR), strict=True)),
        usage=rounded(whole[-USUAL - 1 : -1]),
        bias=round(float(whole[-1]), 5),
        threshold=round(threshold(unseen, known, TURNED_AWAY), 5),
    )
    if "--write" in sys.argv[1:]:
        (packaged_root() / FILE).write_text(fitted.model_dump_json() + "\n", encoding="utf-8")
        counts = [(fact, len(questions)) for fact, questions in read_asked(knowledge.files).items()]
        packed = neighbours.pack(kept.projection, *kept.stored(), model.name, counts)
        (packaged_root() / neighbours.FILE).write_bytes(packed)
        write(packaged_root())
    return 0


def threshold(unseen: Array, known: Learned, share: float) -> float:
    """The score below which so many of ours lie, of which half are judged and half plain."""
    weight = known.judged / known.judged.sum() + known.plain / known.plain.sum()
    return float(np.quantile(unseen, share, weights=weight, method="inverted_cdf"))


def learned(knowledge: Knowledge, retriever: Retriever) -> Learned:
    """Ours first: those written for facts, those judged, those listed; then the others that no rule on names tells."""
    listed = yaml.safe_load((packaged_root() / "index" / "subjects.yaml").read_text(encoding="utf-8"))
    asked = read_asked(knowledge.files)
    written = [(question, place) for place, fact in enumerate(asked) for question in asked[fact][:ASKED_EACH]]
    plain = rows(knowledge, "index/ours.csv")
    judged = [question for question in rows(knowledge, "index/judged.csv") if question not in set(plain)]
    names = sorted(item.name for item in knowledge.components.values())
    ours = [*plain, *named(listed["ours"], names)]
    others = [*rows(knowledge, "index/others.csv"), *listed["others"]]
    others = [question for question in others if not retriever.unknown_by_rule(question)]
    sizes = len(written), len(judged), len(ours), len(others)
    numbers = [range(len(judged)), range(len(ours)), range(len(others))]
    return Learned(
        [*(question for question, _ in written), *judged, *ours, *others],
        np.repeat([1.0, 1.0, 1.0, 0.0], sizes),
        np.repeat([ASKED_WEIGHT, JUDGED_WEIGHT, 1.0, 1.0], sizes),
        np.r_[[place for _, place in written], *numbers].astype(np.int64) % FOLDS,
        np.repeat([False, True, False, False], sizes),
        np.r_[
            np.zeros(len(written) + len(judged), bool),
            np.arange(len(ours)) < len(plain),
            np.zeros(len(others), bool),
        ],
    )


def rows(knowledge: Knowledge, file: str) -> list[str]:
    """The questions of a file."""
    return [row["question"] for row in csv.DictReader(io.StringIO(knowledge.files.text(file)))]


def compared(knowledge: Knowledge, model: MiniLm, known: Learned, vectors: Array) -> Kept:
    """All questions that facts answer, and all others, each with its fold."""
    asked = read_asked(knowledge.files)
    placed = [(question, place) for place, fact in enumerate(asked) for question in asked[fact]]
    listed = known.compared
    ours = np.r_[np.asarray(model.embed([question for question, _ in placed])), vectors[listed]]
    others = vectors[known.ours == 0]
    both = np.r_[ours, others].astype(np.float32)
    projection = np.linalg.svd(both - both.mean(axis=0), full_matrices=False)[2][:NEIGHBOUR_DIMENSIONS].T
    return Kept(
        projection,
        neighbours.projected(ours, projection),
        np.r_[np.array([place for _, place in placed], dtype=np.int64) % FOLDS, known.fold[listed]],
        neighbours.projected(others, projection),
        known.fold[known.ours == 0],
    )


def nearness(kept: Kept, vectors: Array, fold: npt.NDArray[np.int64]) -> Array:
    """Of each question four numbers, compared with those of other folds alone: its own fact's would tell all."""
    found = np.zeros((len(vectors), 4))
    for part in range(FOLDS):
        among = neighbours.Neighbours(kept.projection, *kept.without(part).stored())
        for place in np.flatnonzero(fold == part):
            found[place] = among.nearness(among.points(vectors[place].astype(np.float32)))
    return found


def closeness(
    records: Sequence[IndexRecord], knowledge: Knowledge, model: MiniLm, known: Learned, vectors: Array
) -> Array:
    """Of each question, the similarity of the nearest record; its own fact is taken without the question."""
    shipped = read_shipped(knowledge.files, model)
    answers = np.array([shipped[item.text_key] for item in records])
    lengths = np.linalg.norm(answers, axis=1)
    turn = read_query_map(knowledge.files, model.name, model.dimensions).turned
    own = {text: place for place, item in enumerate(records) for text in item.sharing}
    found = np.zeros(len(vectors))
    for number, (text, vector) in enumerate(zip(known.questions, vectors.astype(np.float32), strict=True)):
        turned = turn(vector)
        similar = answers @ turned / lengths
        if (place := own.get(text)) is not None:
            without = answers[place] - ASKED_SHARE / len(records[place].sharing) * vector
            similar[place] = without @ turned / np.linalg.norm(without)
        found[number] = similar.max()
    return found


def common_phrases(known: Learned) -> list[str]:
    """The phrases that are met often enough to learn from."""
    everywhere, others = Counter[str](), Counter[str]()
    for question, ours in zip(known.questions, known.ours, strict=True):
        everywhere.update(phrases(question))
        others.update(phrases(question) if not ours else ())
    return sorted(item for item in everywhere if others[item] >= FEWEST_OTHERS or everywhere[item] >= FEWEST)


def spoken(question: str, listed: list[str]) -> Array:
    """Which of the phrases a question has, scaled to a common length."""
    said = phrases(question)
    found = np.array([phrase in said for phrase in listed], dtype=float)
    scaled: Array = PHRASE_FACTOR * found / np.sqrt(max(found.sum(), 1.0))
    return scaled


def left_out(rows: Array, known: Learned) -> Array:
    """The score of each question by what was learned without its fold."""
    unseen = np.zeros(len(rows))
    for fold in range(FOLDS):
        inside = known.fold != fold
        unseen[~inside] = scores(
            rows[~inside], fit(rows[inside], known.ours[inside], PENALTY, known.weight[inside])
        )
    return unseen


def named(questions: list[str], names: list[str]) -> list[str]:
    """The questions, those with a place for a name once for each of some names."""
    step = max(len(names) // NAMES_EACH, 1)
    return [
        question.replace("{name}", name)
        for number, question in enumerate(questions)
        for name in (names[number::step][:NAMES_EACH] if "{name}" in question else [""])
    ]


def fit(rows: Array, target: Array, penalty: float, weight: Array) -> Array:
    """Logistic regression with a ridge penalty, by Newton's method; the last number is the bias."""
    extended = np.c_[rows, np.ones(len(rows))]
    ridge = np.diag([penalty] * rows.shape[1] + [1e-6])
    found = np.zeros(extended.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-extended @ found))
        slope = extended.T @ (weight * (chance - target)) + ridge @ found
        curve = (extended * (weight * chance * (1 - chance))[:, None]).T @ extended + ridge
        step = np.linalg.solve(curve, slope)
        found -= step
        if np.abs(step).max() < 1e-9:
            break
    return found


def scores(rows: Array, fitted: Array) -> Any:
    return rows @ fitted[:-1] + fitted[-1]


def rounded(values: Array) -> tuple[Any, ...]:
    return tuple(round(float(value), 5) for value in values)


if __name__ == "__main__":
    sys.exit(main())
