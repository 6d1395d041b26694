"""Whether a question stands among questions that the facts answer, or among those that no catalogue can answer.

Both sorts are kept as sentence vectors, projected to fewer dimensions and rounded to a byte a number; the nearest of
each sort are compared (k nearest neighbours: Cover and Hart 1967, doi 10.1109/TIT.1967.1053964). Those of a fact also
tell how like its most similar one is.
"""

import io
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from ..files import DataFiles
from .arrays import ArraysDamaged, lines, packed_lines, products, read_arrays
from .inverted_file import Grouped, InvertedFile

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float32]

FILE = "index/neighbours.npz"
OURS, OTHERS = (tuple(f"{sort}_{name}" for name in Grouped._fields) for sort in ("ours", "others"))
ARRAYS = ("projection", *OURS, *OTHERS, "facts", "counts")
NEAREST = 5
"""Of each sort; their mean similarity counts, and the greatest."""


class Neighbours:
    """Questions of both sorts."""

    def __init__(
        self, projection: "Matrix", ours: Grouped, others: Grouped, asked: Sequence[tuple[str, int]] = ()
    ) -> None:
        """`ours` and `others`: rows of length one in the space of the projection; `asked`: the facts whose questions
        the first of ours are, each with their number."""
        self._columns = projection.T.copy()
        self._ours, self._others = InvertedFile(ours), InvertedFile(others)
        ends = list(accumulate(count for _, count in asked))
        self._numbers = {
            fact: range(end - count, end) for (fact, count), end in zip(asked, ends, strict=True)
        }

    def nearness(self, point: "Matrix") -> tuple[float, float, float, float]:
        """The similarity of the nearest of ours and the mean of the nearest ones, and both of the others."""
        return *nearest(self._ours.near(point)), *nearest(self._others.near(point))

    def likeness(self, point: "Matrix", facts: Iterable[str]) -> dict[str, float]:
        """Fact id -> similarity of the fact's question that is most like this one, of those that have questions."""
        import numpy as np

        known = {fact: self._numbers[fact] for fact in facts if fact in self._numbers}
        if not known:
            return {}
        similar = self._ours.of(list(chain.from_iterable(known.values())), point)
        starts = [0, *accumulate(map(len, known.values()))][:-1]
        return dict(zip(known, np.maximum.reduceat(similar, starts).tolist(), strict=True))

    def points(self, vectors: "Matrix") -> "Matrix":
        """Their places in the space of the projection, of length one; `vectors`: one, or rows."""
        return unit(products(self._columns, vectors))


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
        stored = read_arrays(files, FILE, model, ARRAYS)
    except ArraysDamaged:
        return None
    if stored is None:
        return None
    projection, ours, others = stored[0].astype("float32"), Grouped(*stored[1:5]), Grouped(*stored[5:9])
    facts, counts = lines(stored[9]), stored[10].tolist()
    if not ours.is_whole or not others.is_whole or projection.ndim != 2:
        return None
    fits = projection.shape[1] == ours.rows.shape[1] == others.rows.shape[1]
    fits = fits and len(facts) == len(counts) and sum(counts) <= len(ours.rows) and all(counts)
    return Neighbours(projection, ours, others, list(zip(facts, counts, strict=True))) if fits else None


def pack(
    projection: "Matrix",
    ours: Grouped,
    others: Grouped,
    model: str,
    asked: Sequence[tuple[str, int]] = (),
) -> bytes:
    """The file's content, the same for the same input."""
    import numpy as np

    facts, counts = packed_lines(fact for fact, _ in asked), np.array([count for _, count in asked], np.int32)
    arrays = (projection.astype(np.float16), *ours, *others, facts, counts)
    out = io.BytesIO()
    np.savez(out, model=np.array(model), **dict(zip(ARRAYS, arrays, strict=True)))
    return out.getvalue()
