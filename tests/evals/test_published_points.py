"""Single published figures of the families beside language models, and how many our predictions come near."""

from collections import defaultdict

import pytest

from evals.published_points import NEAR, PREDICTORS, Compared, compare, points
from knowledge import load

KNOWLEDGE = load()
FAMILIES = (
    "embeddings and rerankers", "vision", "speech", "diffusion", "batch windows", "CPU and edge inference",
    "classical models", "feature serving",
)  # fmt: skip
ENOUGH = 5


@pytest.fixture(scope="module")
def compared() -> dict[str, list[Compared]]:
    found: dict[str, list[Compared]] = defaultdict(list)
    for item in compare(KNOWLEDGE):
        found[item.point.family].append(item)
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_enough_published_points_are_met_within_a_factor_of_two(
    family: str, compared: dict[str, list[Compared]]
) -> None:
    near = [item for item in compared[family] if item.near]
    assert len(near) >= ENOUGH


@pytest.mark.parametrize("family", FAMILIES)
def test_points_held_out_are_met_like_the_others(family: str, compared: dict[str, list[Compared]]) -> None:
    held = [item for item in compared[family] if item.point.held_out]
    assert 2 * sum(item.near for item in held) >= len(held)


def test_a_point_far_from_our_figure_counts_as_missed() -> None:
    point = points()[0]
    assert Compared(point, point.measured).near
    assert not Compared(point, point.measured * NEAR * 1.01).near
    assert not Compared(point, point.measured / NEAR / 1.01).near
    assert not Compared(point, None).near


def test_every_point_is_cited_and_dated() -> None:
    assert {point.family for point in points()} == set(FAMILIES)
    assert all(point.read_at >= "2026-11-01" for point in points())
    assert len({(p.family, p.model, p.device, p.settings, p.measured) for p in points()}) == len(points())


def test_the_measured_value_does_not_reach_the_prediction() -> None:
    for point in points():
        absurd = point.model_copy(update={"measured": 1e9 * point.measured, "note": "", "source": ""})
        assert PREDICTORS[point.predictor](KNOWLEDGE, point) == PREDICTORS[point.predictor](KNOWLEDGE, absurd)
