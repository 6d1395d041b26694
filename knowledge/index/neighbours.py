"""Whether a question stands among questions that the facts answer, or among those that no catalogue can answer.

Both sorts are kept as sentence vectors, projected to fewer dimensions and rounded to a byte a number; the nearest of
each sort are compared (k nearest neighbours: Cover and Hart 1967, doi 10.1109/TIT.1967.1053964). Those of a fact also
tell how like its most similar one is.
"""

import io
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from ..files import DataFiles
from .arrays import ArraysDamaged, products, read_arrays, rounded, unrounded

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float32]

FILE = "index/neighbours.npz"
NEAREST = 5
"""Of each sort; their mean similarity counts, and the greatest."""


class Neighbours:
    """Questions of both sorts."""

    def __init__(
        self, projection: "Matrix", ours: "Matrix", others: "Matrix", asked: Sequence[tuple[str, int]] = ()
    ) -> None:
        """`ours` and `others`: rows of length one in the space of the projection; `asked`: the facts whose questions
        the first of ours are, each with their number."""
        self._columns, self._ours, self._others = projection.T.copy(), ours, others
        ends = list(accumulate(count for _, count in asked))
        self._spans = {fact: slice(end - count, end) for (fact, count), end in zip(asked, ends, strict=True)}
        self._latest: tuple[bytes, Matrix, Matrix] | None = None

    def nearness(self, vector: "Matrix") -> tuple[float, float, float, float]:
        """The similarity of the nearest of ours and the mean of the nearest ones, and both of the others."""
        point, similar = self._seen(vector)
        return *nearest(similar), *nearest(products(self._others, point))

    def likeness(self, vector: "Matrix", facts: Iterable[str]) -> dict[str, float]:
        """Fact id -> similarity of the fact's question that is most like this one, of those that have questions."""
        _, similar = self._seen(vector)
        return {fact: max(similar[self._spans[fact]].tolist()) for fact in facts if fact in self._spans}

    def points(self, vectors: "Matrix") -> "Matrix":
        """Their places in the space of the projection, of length one; `vectors`: one, or rows."""
        return unit(products(self._columns, vectors))

    def _seen(self, vector: "Matrix") -> "tuple[Matrix, Matrix]":
        """Its place, and the similarity to each of ours; a search asks for the same question again."""
        latest = self._latest  # threads share it: what one reads must not change under it
        if latest is None or latest[0] != vector.tobytes():
            point = self.points(vector)
            self._latest = latest = (vector.tobytes(), point, products(self._ours, point))
        return latest[1:]


def nearest(similarities: "Matrix") -> tuple[float, float]:
    """The largest, and the mean of the `NEAREST` largest; of none both are 0."""
    import numpy as np

    count = min(NEAREST, len(similarities))
    if not count:
        return 0.0, 0.0
    largest = np.partition(similarities, -count)[-count:]
    return float(largest.max()), float(largest.mean())


def projected(vectors: "Matrix", projection: "Matrix") -> "Matrix":
    """In fewer dimensions, of length one."""
    return unit(vectors @ projection)


def unit(vectors: "Matrix") -> "Matrix":
    """Of length one; nothing stays nothing."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), dtype=np.float32)


def read_neighbours(files: DataFiles, model: str) -> Neighbours | None:
    """As shipped; None where there are none, or another model made them."""
    try:
        stored = read_arrays(files, FILE, model, ("projection", "ours", "others", "facts", "counts"))
    except ArraysDamaged:
        return None
    if stored is None or any(each.ndim != 2 for each in stored[:3]):
        return None
    projection, ours, others = stored[0].astype("float32"), unrounded(stored[1]), unrounded(stored[2])
    facts, counts = [fact.decode() for fact in stored[3].tolist()], stored[4].tolist()
    fits = projection.shape[1] == ours.shape[1] == others.shape[1]
    fits = fits and len(facts) == len(counts) and sum(counts) <= len(ours) and all(counts)
    return Neighbours(projection, ours, others, list(zip(facts, counts, strict=True))) if fits else None


def pack(
    projection: "Matrix",
    ours: "Matrix",
    others: "Matrix",
    model: str,
    asked: Sequence[tuple[str, int]] = (),
) -> bytes:
    """The file's content, the same for the same input."""
    import numpy as np

    out = io.BytesIO()
    np.savez(
        out,
        projection=projection.astype(np.float16),
        ours=rounded(ours),
        others=rounded(others),
        facts=np.array([fact.encode() for fact, _ in asked], dtype=np.bytes_),
        counts=np.array([count for _, count in asked], dtype=np.int64),
        model=np.array(model),
    )
    return out.getvalue()
