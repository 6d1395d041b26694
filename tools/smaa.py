"""How robust the first place is: SMAA over weights that fit what was said, and over uncertain values.

Draws: the four importance words as a uniform point of the ordered simplex (their mean is the rank-order
centroid), lens weights fixed, stated priorities as order constraints, and category values as triangular
between their ends. Lahdelma & Salminen 2001 (SMAA-2), linear values. docs/formulas/ranking.md.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from knowledge import Knowledge

from .assessment import CATEGORIES, Robustness
from .weights import category_order

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def first_shares(
    knowledge: Knowledge,
    ids: Sequence[str],
    low: Sequence[Sequence[float]],
    point: Sequence[Sequence[float]],
    high: Sequence[Sequence[float]],
    lenses: dict[str, float],
    priorities: Sequence[str],
) -> Robustness:
    """Share of the draws in which each stack is first; ties count for the earlier one."""
    import numpy as np

    draws, seed = int(knowledge.anchors["smaa_draws"]), int(knowledge.anchors["seed"])
    rng = np.random.default_rng(seed)
    weights = _weight_draws(knowledge, rng, draws, lenses, priorities)
    values = _value_draws(rng, draws, np.array(low), np.array(point), np.array(high))
    scores = np.einsum("dc,dsc->ds", weights, values)
    first = np.bincount(scores.argmax(axis=1), minlength=len(ids)) / draws
    return Robustness(first_share=dict(zip(ids, first.tolist(), strict=True)), draws=draws, seed=seed)


def _weight_draws(
    knowledge: Knowledge, rng: Any, draws: int, lenses: dict[str, float], priorities: Sequence[str]
) -> "Floats":
    """(draws, 6) category weights."""
    import numpy as np

    table = knowledge.weights
    words = list(table["levels"])
    cuts = np.sort(rng.dirichlet(np.ones(len(words)), size=draws), axis=1)[:, ::-1]
    which = np.array([[words.index(word) for word in table["table4"][category]] for category in CATEGORIES])
    share = np.array([lenses[lens] for lens in table["lenses"]])
    raw = (cuts[:, which] * share).sum(axis=2)
    weights: Floats = raw / raw.sum(axis=1, keepdims=True)
    order = category_order(knowledge, priorities)
    return _reordered(weights, order) if order else weights


def _reordered(weights: "Floats", first: Sequence[int]) -> "Floats":
    """The largest weights of each draw to the categories of `first`, in order."""
    import numpy as np

    ranked = -np.sort(-weights, axis=1)
    result = np.empty_like(weights)
    rest = [index for index in range(weights.shape[1]) if index not in first]
    for rank, index in enumerate(first):
        result[:, index] = ranked[:, rank]
    positions = np.argsort(np.argsort(-weights[:, rest], axis=1), axis=1)
    result[:, rest] = np.take_along_axis(ranked[:, len(first) :], positions, axis=1)
    return result


def _value_draws(rng: Any, draws: int, low: "Floats", point: "Floats", high: "Floats") -> "Floats":
    """(draws, stacks, 6) values, triangular; constant where the ends meet."""
    import numpy as np

    spread = high > low
    safe_high = np.where(spread, high, low + 1e-9)
    mode = np.clip(point, low, safe_high)
    drawn: Floats = rng.triangular(low, mode, safe_high, size=(draws, *low.shape))
    return np.where(spread, drawn, point)
