"""Fit what tells questions about AI infrastructure from questions about other things.

    python scripts/fit_subject.py [--write]

Learns from knowledge/data/index/subjects.yaml and the facts, and prints what it would do on questions that it has
not learned from (five folds): how many of ours it turns away and how many of the others it recognises.
"""

import sys
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from knowledge import load
from knowledge.embedding import MiniLm
from knowledge.index import Retriever
from knowledge.index.subject import FILE, SubjectWeights
from knowledge.manifest import packaged_root, write

FOLDS, TURNED_AWAY = 5, 0.03
TOPIC_PENALTY, PENALTY = 0.3, 0.5
FACT_WEIGHT, OTHER_WEIGHT = 0.05, 0.7
NAMES_EACH = 4
Array = npt.NDArray[np.float64]


def main() -> int:
    knowledge, model = load(), MiniLm()
    retriever = Retriever(knowledge)
    usage = retriever.usage
    listed = yaml.safe_load((packaged_root() / "index" / "subjects.yaml").read_text(encoding="utf-8"))
    ours, others = (
        named(listed["ours"], sorted(item.name for item in knowledge.components.values())),
        listed["others"],
    )
    questions = [*ours, *others]
    target = np.r_[np.ones(len(ours)), np.zeros(len(others))]
    vectors = np.asarray(model.embed(questions), dtype=float)
    facts = np.asarray(model.embed([fact.statement for fact in knowledge.facts.values()]), dtype=float)
    usual = np.array([[*usage.features(text), float(bool(retriever.named(text)))] for text in questions])
    fold = np.arange(len(questions)) * 7 % FOLDS
    topics = np.zeros(len(questions))
    for left in range(FOLDS):
        learned = topic(vectors[fold != left], target[fold != left], facts)
        topics[fold == left] = scores(vectors[fold == left], learned)
    features = np.c_[topics, usual]
    unseen = np.zeros(len(questions))
    for left in range(FOLDS):
        unseen[fold == left] = scores(
            features[fold == left], fit(features[fold != left], target[fold != left], PENALTY)
        )
    threshold = float(np.quantile(unseen[target == 1], TURNED_AWAY))
    for share in (0.0, 0.01, 0.02, 0.03, 0.05):
        cut = np.quantile(unseen[target == 1], share)
        print(
            f"{share:.0%} of ours turned away: {np.mean(unseen[target == 0] < cut):.1%} of the others recognised"
        )
    whole, last = topic(vectors, target, facts), fit(features, target, PENALTY)
    fitted = SubjectWeights(
        model=model.name,
        topic=tuple(round(float(value), 5) for value in whole[:-1]),
        topic_bias=round(float(whole[-1]), 5),
        weights=tuple(round(float(value), 5) for value in last[:-1]),
        bias=round(float(last[-1]), 5),
        threshold=round(threshold, 5),
    )
    if "--write" in sys.argv[1:]:
        (packaged_root() / FILE).write_text(fitted.model_dump_json() + "\n", encoding="utf-8")
        write(packaged_root())
    return 0


def named(questions: list[str], names: list[str]) -> list[str]:
    """The questions, those with a place for a name once for each of some names."""
    step = max(len(names) // NAMES_EACH, 1)
    return [
        question.replace("{name}", name)
        for number, question in enumerate(questions)
        for name in (names[number::step][:NAMES_EACH] if "{name}" in question else [""])
    ]


def topic(vectors: Array, target: Array, facts: Array) -> Array:
    """A linear model of the sentence vector; the facts count as ours, each a little."""
    weight = np.r_[np.where(target == 1, 1.0, OTHER_WEIGHT), np.full(len(facts), FACT_WEIGHT)]
    return fit(np.vstack([vectors, facts]), np.r_[target, np.ones(len(facts))], TOPIC_PENALTY, weight)


def fit(rows: Array, target: Array, penalty: float, weight: Array | None = None) -> Array:
    """Logistic regression with a ridge penalty, by Newton's method; the last number is the bias."""
    weight = np.ones(len(rows)) if weight is None else weight
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


if __name__ == "__main__":
    sys.exit(main())
