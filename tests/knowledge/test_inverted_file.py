"""Rows of bytes, and the groups of them that a search reads."""

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from knowledge import load
from knowledge.embedding import MiniLm
from knowledge.index.arrays import AT_ONCE, byte_products, rounded, unrounded
from knowledge.index.inverted_file import GROUP, LOOKED_AT, Grouped, InvertedFile, grouped
from knowledge.index.neighbours import nearest, read_neighbours, unit

Matrix = npt.NDArray[np.float32]
QUESTIONS = Path(__file__).parent / "data" / "blind17_questions.csv"


def bundles(count: int) -> Matrix:
    """Rows around `count` directions, a hundred each, mixed."""
    drawn = np.random.default_rng(3)
    centres = drawn.normal(size=(count, 32))
    rows = np.repeat(centres, 100, axis=0) + 0.3 * drawn.normal(size=(count * 100, 32))
    return unit(np.asarray(drawn.permutation(rows), dtype=np.float32))


@pytest.mark.parametrize("count", [0, 1, AT_ONCE, AT_ONCE + 1])
def test_bytes_are_multiplied_as_the_numbers_they_stand_for(count: int) -> None:
    rows = rounded(bundles(20)[:count])
    vector = bundles(1)[0]
    assert byte_products(rows, vector) == pytest.approx(unrounded(rows) @ vector, abs=1e-5)


def test_parts_stand_one_behind_the_other() -> None:
    rows, vector = rounded(bundles(1)), bundles(1)[5]
    found, whole = byte_products(rows, vector, [slice(60, 80), slice(3, 4)]), byte_products(rows, vector)
    assert found.tolist() == [*whole[60:80], whole[3]]
    assert byte_products(rows, vector, []).tolist() == []


def test_every_row_keeps_its_number() -> None:
    rows = bundles(20)
    groups, point = grouped(rows), bundles(2)[7]
    assert groups.is_whole
    assert groups.rows.tolist() == rounded(rows)[groups.order].tolist()
    numbers = [1999, 0, 7]
    assert InvertedFile(groups).of(numbers, point) == pytest.approx(
        byte_products(rounded(rows), point)[numbers]
    )


def test_a_part_of_the_groups_holds_what_is_nearest() -> None:
    rows = bundles(130)
    groups = grouped(rows)
    file = InvertedFile(groups)
    assert len(groups.sizes) == len(rows) // GROUP
    for point in rows[::250]:
        near = file.near(point)
        assert near.max() == byte_products(rounded(rows), point).max()
        assert len(near) < len(rows) / LOOKED_AT * 2


def test_near_rows_are_told_by_their_numbers() -> None:
    rows, point = bundles(40), bundles(2)[7]
    file = InvertedFile(grouped(rows))
    numbers, similar = file.numbered(point)
    assert 0 < len(set(numbers.tolist())) == len(numbers) < len(rows) / 2
    assert similar.tolist() == file.near(point).tolist()
    assert similar == pytest.approx(byte_products(rounded(rows), point)[numbers])
    assert [part.tolist() for part in InvertedFile(grouped(rows[:0])).numbered(point)] == [[], []]


def test_of_few_groups_more_are_read() -> None:
    rows = bundles(40)
    file = InvertedFile(grouped(rows))
    assert len(rows) / LOOKED_AT * 2 < len(file.near(rows[0])) < len(rows) * 0.7


def test_few_rows_are_all_read_and_none_are_no_fault() -> None:
    rows = bundles(1)[:3]
    assert len(InvertedFile(grouped(rows)).near(rows[0])) == 3
    assert InvertedFile(grouped(rows[:0])).near(rows[0]).tolist() == []
    assert grouped(rows[:0]).is_whole


def test_the_same_rows_are_grouped_alike() -> None:
    first, second = grouped(bundles(20)), grouped(bundles(20))
    for part in Grouped._fields:
        assert np.array_equal(getattr(first, part), getattr(second, part)), part


BUNDLE = grouped(bundles(1))


@pytest.mark.parametrize(
    "broken",
    [
        BUNDLE._replace(rows=BUNDLE.rows[1:]),
        BUNDLE._replace(rows=BUNDLE.rows[0]),
        BUNDLE._replace(centroids=BUNDLE.centroids[:, 1:]),
        BUNDLE._replace(sizes=BUNDLE.sizes + 1),
        BUNDLE._replace(sizes=BUNDLE.sizes[1:]),
        BUNDLE._replace(order=np.zeros_like(BUNDLE.order)),
        BUNDLE._replace(order=BUNDLE.order[1:]),
    ],
)
def test_parts_that_do_not_belong_together_are_told(broken: Grouped) -> None:
    assert not broken.is_whole


@pytest.mark.parametrize("sort", ["_ours", "_others"])
def test_of_the_questions_shipped_next_to_nothing_near_is_missed(sort: str) -> None:
    """Strangers' questions: the nearest ones that the search for a subject weighs, beside those of all rows."""
    neighbours = read_neighbours(load().files, MiniLm.name)
    assert neighbours is not None
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        asked = [row["question"] for row in csv.DictReader(file)]
    points = neighbours.points(MiniLm().embed(asked))
    held: InvertedFile = getattr(neighbours, sort)
    found = np.array([nearest(held.near(point)) for point in points])
    exact = np.array([nearest(byte_products(held._rows, point)) for point in points])
    assert len(asked) > 240
    assert (exact[:, 0] - found[:, 0] < 1e-6).mean() > 0.88
    assert (exact - found).mean() < 0.006
