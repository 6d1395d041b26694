"""Weights: Table 4's words as rank-order centroids, lenses, and stated priorities as an order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import load
from tools.assessment import CATEGORIES
from tools.profile import Profile
from tools.weights import centroids, dimension_weights, reorder, weigh

KNOWLEDGE = load()
PRIORITIES = tuple(KNOWLEDGE.weights["priority_targets"])


def test_marginals_are_the_published_ones() -> None:
    expected = {
        "workload_fit": 0.138, "performance": 0.177, "integration": 0.138, "cost": 0.185,
        "security_compliance": 0.231, "vendor_ecosystem": 0.131,
    }  # fmt: skip
    assert weigh(KNOWLEDGE).categories == pytest.approx(expected, abs=0.001)


def test_the_words_are_rank_order_centroids() -> None:
    levels = list(KNOWLEDGE.weights["levels"].values())
    assert levels == pytest.approx(centroids(4), abs=1e-9)


@pytest.mark.parametrize(
    ("priority", "category"),
    [
        ("cost", "cost"),
        ("energy", "cost"),
        ("latency", "performance"),
        ("simplicity", "integration"),
        ("risk", "security_compliance"),
    ],
)
def test_a_priority_puts_its_category_first(priority: str, category: str) -> None:
    weights = weigh(KNOWLEDGE, (priority,)).categories
    assert max(weights, key=weights.__getitem__) == category


def test_the_order_of_priorities_counts() -> None:
    first = weigh(KNOWLEDGE, ("cost", "quality")).categories
    second = weigh(KNOWLEDGE, ("quality", "cost")).categories
    assert first["cost"] > first["performance"]
    assert second["performance"] > second["cost"]


def test_a_priority_moves_dimensions_inside_its_group() -> None:
    plain, energy = dimension_weights(KNOWLEDGE, ()), dimension_weights(KNOWLEDGE, ("energy", "latency"))
    assert plain["quality"] > plain["throughput"] > plain["latency"]
    assert plain["cost"] > plain["energy"]
    assert energy["energy"] > energy["cost"]
    assert energy["latency"] > energy["quality"]


def test_a_profile_changes_the_lenses_and_says_so() -> None:
    profile = Profile(name="Startup", lens_weights={"economic": 4.0})
    weights = weigh(KNOWLEDGE, (), profile)
    assert weights.lenses["economic"] == pytest.approx(4 / 7)
    assert weights.categories["cost"] > weigh(KNOWLEDGE).categories["cost"]
    assert any("Startup" in line for line in weights.basis)


@given(st.lists(st.sampled_from(PRIORITIES), unique=True, max_size=4))
def test_reordering_keeps_the_weights_themselves(priorities: list[str]) -> None:
    plain, weights = weigh(KNOWLEDGE), weigh(KNOWLEDGE, tuple(priorities))
    assert sorted(weights.categories.values()) == pytest.approx(sorted(plain.categories.values()))
    assert sum(weights.categories.values()) == pytest.approx(1)
    assert tuple(weights.categories) == CATEGORIES


@given(st.lists(st.floats(0, 1), min_size=6, max_size=6), st.permutations(range(6)), st.integers(0, 6))
def test_named_places_take_the_largest_and_the_rest_keep_their_order(
    weights: list[float], order: list[int], count: int
) -> None:
    named = order[:count]
    result = reorder(weights, named)
    assert [result[index] for index in named] == sorted(weights, reverse=True)[:count]
    rest = [index for index in range(6) if index not in named]
    for left in rest:
        for right in rest:
            if weights[left] > weights[right]:
                assert result[left] >= result[right]
