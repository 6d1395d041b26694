"""Weights of the six assessment categories, from Table 4's words and stated priorities.

Category weight `w_c = sum_l p_l * u[T4[c, l]]`, normalised, where `u` are rank-order centroids of the
four ordinal words and `p_l` lens weights, equal unless a profile says otherwise. Priorities are
ordinal: the named categories take the largest weights, in the stated order. docs/formulas/ranking.md.
"""

from collections.abc import Sequence
from functools import lru_cache

from knowledge import Knowledge

from .assessment import CATEGORIES, Weights
from .profile import Profile


def centroids(levels: int) -> tuple[float, ...]:
    """Rank-order centroid weights of `levels` ranks, largest first (Barron & Barrett 1996).

    >>> [round(weight, 4) for weight in centroids(4)]
    [0.5208, 0.2708, 0.1458, 0.0625]
    """
    return tuple(
        sum(1 / rank for rank in range(first, levels + 1)) / levels for first in range(1, levels + 1)
    )


def weigh(knowledge: Knowledge, priorities: Sequence[str] = (), profile: Profile | None = None) -> Weights:
    """Point weights under the stated priorities (most important first)."""
    lenses = _lens_weights(knowledge, profile)
    return _weights(knowledge, tuple(priorities), tuple(lenses.items()), profile.name if profile else "")


@lru_cache(maxsize=512)
def _weights(
    knowledge: Knowledge,
    priorities: tuple[str, ...],
    lenses: tuple[tuple[str, float], ...],
    profile_name: str,
) -> Weights:
    table = knowledge.weights
    level = table["levels"]
    share = dict(lenses)
    raw = {
        category: sum(share[lens] * level[word] for lens, word in zip(table["lenses"], words, strict=True))
        for category, words in table["table4"].items()
    }
    total = sum(raw.values())
    plain = [raw[category] / total for category in CATEGORIES]
    order = category_order(knowledge, priorities)
    categories = dict(zip(CATEGORIES, reorder(plain, order), strict=True))
    basis = ["Table 4 of the framework, words as rank-order centroids, lenses weighted equally"]
    if profile_name:
        basis.append(f"lens weights of the profile {profile_name}")
    if priorities:
        basis.append(f"your priorities: {', '.join(priorities)}")
    return Weights(
        categories=categories,
        lenses=share,
        dimensions=dimension_weights(knowledge, priorities),
        basis=tuple(basis),
    )


def category_order(knowledge: Knowledge, priorities: Sequence[str]) -> list[int]:
    """Indices of the categories that stated priorities put first, in order."""
    targets = knowledge.weights["priority_targets"]
    order: list[int] = []
    for priority in priorities:
        for key in ("category", "also"):
            category = targets.get(priority, {}).get(key)
            if category and CATEGORIES.index(category) not in order:
                order.append(CATEGORIES.index(category))
    return order


def reorder(weights: Sequence[float], first: Sequence[int]) -> list[float]:
    """Give the largest weights to the categories of `first`, in order; the rest keep theirs in theirs.

    >>> reorder([0.2, 0.5, 0.3], [0])
    [0.5, 0.3, 0.2]
    """
    ranked = sorted(weights, reverse=True)
    result = [0.0] * len(weights)
    for rank, index in enumerate(first):
        result[index] = ranked[rank]
    rest = sorted((i for i in range(len(weights)) if i not in first), key=lambda i: -weights[i])
    for rank, index in enumerate(rest, len(first)):
        result[index] = ranked[rank]
    return result


def dimension_weights(knowledge: Knowledge, priorities: Sequence[str]) -> dict[str, float]:
    """Weights of the dimensions inside Performance and inside Cost, each group summing to one."""
    targets = knowledge.weights["priority_targets"]
    stated = [targets.get(priority, {}).get("dimension") for priority in priorities]
    result: dict[str, float] = {}
    for default in knowledge.weights["dimension_order"].values():
        named = [dimension for dimension in stated if dimension in default]
        order = [*named, *(dimension for dimension in default if dimension not in named)]
        given = dict(zip(order, centroids(len(order)), strict=True))
        result.update({dimension: given[dimension] for dimension in default})
    return result


def _lens_weights(knowledge: Knowledge, profile: Profile | None) -> dict[str, float]:
    lenses: Sequence[str] = knowledge.weights["lenses"]
    given: dict[str, float] = {}
    if profile is not None:
        given.update({str(lens): weight for lens, weight in profile.lens_weights.items()})
    raw = {lens: given.get(lens, 1.0) for lens in lenses}
    total = sum(raw.values()) or 1.0
    return {lens: value / total for lens, value in raw.items()}
