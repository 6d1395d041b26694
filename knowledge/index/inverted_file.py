"""Unit vectors kept in groups of neighbours, so that a search reads an eighth of them and not all.

An inverted file (Sivic and Zisserman 2003, doi 10.1109/ICCV.2003.1238663): each row belongs to the nearest of some
centroids, and only the groups of the centroids nearest to a point are compared with it. Rows are a byte a number, and
numbers again as they are read: memory is what a search in tens of thousands of rows waits for.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from .arrays import AT_ONCE, byte_products, rounded

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float32]

GROUP = 200
"""Rows a group, about."""
LOOKED_AT, FEWEST = 8, 8
"""Of the groups one in so many, and no fewer: of 5,358 questions the nearest row of 58,054 is found for 96 in 100 (one
in four: 98), and the mean of the five nearest falls short by 0.002; of 6,467 rows, which have 32 groups, by 0.005."""
ROUNDS = 12
"""Of k-means; more change next to nothing."""


class Grouped(NamedTuple):
    """Rows group by group."""

    rows: "npt.NDArray[np.int8]"
    centroids: "npt.NDArray[np.int8]"
    sizes: "npt.NDArray[np.int32]"
    """Rows a group, in the order of the centroids."""
    order: "npt.NDArray[np.int32]"
    """The number that each row had before it was put in its group."""

    @property
    def is_whole(self) -> bool:
        """Whether the parts belong together."""
        return (
            (self.rows.ndim, self.centroids.ndim) == (2, 2)
            and self.rows.shape[1] == self.centroids.shape[1]
            and (len(self.sizes), self.sizes.sum()) == (len(self.centroids), len(self.rows))
            and sorted(self.order.tolist()) == list(range(len(self.rows)))
        )


class InvertedFile:
    """Compares a point with the rows near it, or with some of them."""

    def __init__(self, grouped: Grouped) -> None:
        import numpy as np

        self._rows, self._centroids, self._order = grouped.rows, grouped.centroids, grouped.order
        self._groups = [slice(*ends) for ends in pairwise([0, *np.cumsum(grouped.sizes).tolist()])]
        self._places = np.empty(len(grouped.order), dtype=np.int32)
        self._places[grouped.order] = np.arange(len(grouped.order), dtype=np.int32)

    def near(self, point: "Matrix") -> Any:
        """Similarities to the rows of the nearest groups."""
        return byte_products(self._rows, point, self._nearest_groups(point))

    def numbered(self, point: "Matrix") -> "tuple[npt.NDArray[np.int32], Matrix]":
        """Numbers of the rows of the nearest groups, and similarities to them."""
        import numpy as np

        groups = self._nearest_groups(point)
        numbers = [self._order[group] for group in groups]
        return np.concatenate([self._order[:0], *numbers]), byte_products(self._rows, point, groups)

    def of(self, numbers: "Sequence[int] | npt.NDArray[np.int64]", point: "Matrix") -> Any:
        """Similarities to the rows with these numbers."""
        return byte_products(self._rows[self._places[numbers]], point)

    def _nearest_groups(self, point: "Matrix") -> list[slice]:
        import numpy as np

        count = min(len(self._groups), max(FEWEST, -(-len(self._groups) // LOOKED_AT)))
        if not count:
            return []
        nearest = np.argpartition(-byte_products(self._centroids, point), count - 1)[:count]
        return [self._groups[group] for group in nearest.tolist()]


def grouped(rows: "Matrix") -> Grouped:
    """By k-means on the sphere, from a start that is the same for the same rows."""
    import numpy as np

    count = max(1, len(rows) // GROUP) if len(rows) else 0
    centroids = rows[np.random.default_rng(0).choice(len(rows), count, replace=False)].copy()
    for _ in range(ROUNDS):
        group = _nearest(rows, centroids)
        for each in range(count):
            total = rows[group == each].sum(axis=0)
            centroids[each] = total / max(float(np.linalg.norm(total)), 1e-9)
    group = _nearest(rows, centroids)
    order = np.argsort(group, kind="stable")
    sizes = np.bincount(group, minlength=count).astype(np.int32)
    return Grouped(rounded(rows[order]), rounded(centroids), sizes, order.astype(np.int32))


def _nearest(rows: "Matrix", centroids: "Matrix") -> "npt.NDArray[np.int64]":
    """The number of each row's nearest centroid, a part of the rows at a time."""
    import numpy as np

    parts = [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]
    return np.concatenate([np.zeros(0, np.int64), *((part @ centroids.T).argmax(axis=1) for part in parts)])
