"""The order of the facts that a search found, by signals whose weights were learned from judged questions.

Ranks say which fact is better and not by how much; the signals behind them do. A linear model over them is fitted by
scripts/fit_order.py (logistic regression over the candidates of each judged question; a pointwise way of learning to
rank: Liu 2009, doi 10.1561/1500000016).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import ValidationError

from ..errors import KnowledgeInvalid
from ..files import DataFiles
from ..records import Record

FILE = "index/order_weights.json"
CANDIDATES = 40
"""Of the found records so many are put in order: 99 of 100 answers are among them."""
PRECISION = 4
"""Digits of a score that count: closer ones keep the order in which they were found."""


class Signals(NamedTuple):
    """What tells that a fact answers a question."""

    words: float
    """Share of the best candidate's score by all words."""
    best_question: float
    """Share of the best candidate's score by its best question."""
    named: float
    """1 where the question names what the fact speaks of."""
    kind: float
    """1 where the question asks for facts of its kind."""
    likeness: float
    """Similarity of the fact's most similar question."""
    votes: float
    """Of judged questions that are like it (`JudgedAnswers`)."""
    learned: float
    """Similarity of the question's turned vector and the one learned for the fact."""
    usual: float
    """How often it answers where it is found, beside others: a logarithm, 0 for what is as usual as the rest."""


class OrderWeights(Record):
    """What was fitted."""

    model: str
    """The embedding model whose vectors were learned from."""
    weights: dict[str, float]
    """Signal -> weight."""


def read_order_weights(files: DataFiles, model: str) -> tuple[float, ...] | None:
    """One weight a signal; None where the folder has no such file, or it is another model's."""
    if not files.is_plain(FILE):
        return None
    try:
        fitted = OrderWeights.model_validate_json(files.text(FILE))
    except ValidationError as error:
        first = error.errors()[0]
        raise KnowledgeInvalid(f"{FILE}, {first['loc']}: {first['msg']}.") from error
    if fitted.weights.keys() != set(Signals._fields):
        raise KnowledgeInvalid(f"{FILE}: weights are needed for {', '.join(Signals._fields)}, and no others.")
    return tuple(fitted.weights[name] for name in Signals._fields) if fitted.model == model else None


def reordered(
    found: Sequence[tuple[str, float]], signals: Mapping[str, Signals], weights: Sequence[float]
) -> list[tuple[str, float]]:
    """Ids and scores with the ids that have signals in their learned order; the others keep their places.

    The places keep their scores, so that these fall from first to last.
    """
    places = [place for place, (identity, _) in enumerate(found) if identity in signals]
    known = [found[place][0] for place in places]
    best_first = sorted(known, key=lambda identity: -_score(signals[identity], weights))
    ordered = list(found)
    for place, identity in zip(places, best_first, strict=True):
        ordered[place] = (identity, found[place][1])
    return ordered


def _score(signals: Signals, weights: Sequence[float]) -> float:
    return round(sum(weight * signal for weight, signal in zip(weights, signals, strict=True)), PRECISION)


def shares(scores: Sequence[float]) -> list[float]:
    """Of the highest score; none where all are zero."""
    highest = max(scores, default=0.0)
    return [score / highest if highest else 0.0 for score in scores]
