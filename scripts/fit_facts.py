"""Learn for each fact a vector where the questions that it answers lie.

What `fit_query_map` learns for questions: the vectors of the facts start as they are made from their words, and are
moved so that the turned vectors of their own questions (index/asked.csv) and of judged ones (index/judged.csv) are
nearer to them than to others (multinomial logistic regression, with a ridge penalty on what a vector is moved by).
`scripts.fit_order` calls it.
"""

from typing import Any

import numpy as np

from knowledge.index.query_map import QueryMap
from scripts.fit_query_map import BATCH, SHARPNESS, Lesson, Matrix, Reading, unit

PENALTY = 0.1
"""With 0.3 and 1 what is among the first five is within a point."""
QUESTIONS_EACH = 50
"""The penalty of a vector weighs as much as so many of a batch's questions a fact."""
EPOCHS, JUDGED_BATCH, STEP, SEED = 4, 256, 0.002, 0
JUDGED_WEIGHT = 2.0
"""Of a batch of judged questions, which are asked as people ask, beside one of a fact's own (1 and 3 find as much)."""


def fit(known: Lesson, read: Reading, query_map: QueryMap) -> Matrix:
    """A unit row a fact, by Adam (Kingma and Ba 2015, arXiv 1412.6980)."""
    order, steps = np.random.default_rng(SEED), 0
    asked, judged = query_map.turned(known.questions), query_map.turned(read.questions)
    moved, mean, spread = (np.zeros_like(known.facts) for _ in range(3))
    for epoch in range(EPOCHS):
        shuffled = order.permutation(len(asked))
        for start in range(0, len(shuffled), BATCH):
            rows = shuffled[start : start + BATCH]
            slope = own_gradient(known.part(rows), asked[rows], moved)
            if len(judged):
                chosen = order.choice(len(judged), min(JUDGED_BATCH, len(judged)), replace=False)
                taught = judged_gradient(judged[chosen], read.answers[chosen], known.facts + moved)
                slope += JUDGED_WEIGHT * taught
            slope = slope * len(known.facts) / QUESTIONS_EACH + PENALTY * moved
            steps += 1
            mean, spread = 0.9 * mean + 0.1 * slope, 0.99 * spread + 0.01 * slope**2
            scaled = mean / (1 - 0.9**steps) / (np.sqrt(spread / (1 - 0.99**steps)) + 1e-6)
            moved = np.asarray(moved - STEP / (1 + epoch) * scaled, dtype=np.float32)
    return unit(known.facts + moved)


def own_gradient(part: Lesson, turned: Matrix, moved: Matrix) -> Any:
    """Of the mean negative log likelihood of the questions' own facts, each taken without its question."""
    every = np.arange(len(turned))
    sharp = SHARPNESS * turned @ (part.facts + moved).T
    sharp[every, part.place] = SHARPNESS * (turned * (part.own + moved[part.place])).sum(axis=1)
    chance = chances(sharp)
    chance[every, part.place] -= 1
    return SHARPNESS * chance.T @ turned / len(turned)


def judged_gradient(turned: Matrix, answers: Matrix, facts: Matrix) -> Any:
    """Of the mean cross-entropy between the answers and what is near."""
    return SHARPNESS * (chances(SHARPNESS * turned @ facts.T) - answers).T @ turned / len(turned)


def chances(sharp: Any) -> Any:
    found = np.exp(sharp - sharp.max(axis=1, keepdims=True))
    return found / found.sum(axis=1, keepdims=True)
