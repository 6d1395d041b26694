"""A linear map from a question's sentence vector to where the vectors of its answers lie.

Sentence models put a question near other questions; the map is learned from the questions that facts answer
(scripts/fit_query_map.py), each against its fact without that question.
"""

import io
from typing import TYPE_CHECKING

from ..files import DataFiles
from .arrays import ArraysDamaged, products, read_arrays

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float32]

FILE = "index/query_map.npz"


class QueryMap:
    """Turns the vector of a question; another model's vectors mean nothing to it."""

    def __init__(self, matrix: "Matrix | None", is_damaged: bool = False) -> None:
        """`matrix`: dimensions x dimensions, applied from the right; None leaves vectors as they are."""
        self._columns = None if matrix is None else matrix.T.copy()
        self.is_damaged = is_damaged

    def turned(self, vector: "Matrix") -> "Matrix":
        """The unit vector to search with, or a row of it for each row."""
        import numpy as np

        if self._columns is None:
            return vector
        found = products(self._columns, vector)
        lengths = np.linalg.norm(found, axis=-1, keepdims=True)
        return np.asarray(found / np.maximum(lengths, 1e-9), dtype=np.float32)


def read_query_map(files: DataFiles, model: str, dimensions: int) -> QueryMap:
    """As shipped; one that changes nothing where there is none, another model's, or a damaged one."""
    import numpy as np

    try:
        stored = read_arrays(files, FILE, model, ("matrix",))
    except ArraysDamaged:
        return QueryMap(None, is_damaged=True)
    if stored is None:
        return QueryMap(None)
    matrix = stored[0].astype(np.float32)
    square = matrix.shape == (dimensions, dimensions)
    usable = square and bool(np.isfinite(matrix).all()) and bool(matrix.any())
    return QueryMap(matrix) if usable else QueryMap(None, is_damaged=True)


def pack(matrix: "Matrix", model: str) -> bytes:
    """The file's content, the same for the same input."""
    import numpy as np

    out = io.BytesIO()
    np.savez(out, matrix=matrix.astype(np.float16), model=np.array(model))
    return out.getvalue()
