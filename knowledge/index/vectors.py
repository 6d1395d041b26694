"""Vectors of the records: shipped with the data, and computed only for texts that have none.

They are kept under a hash of the text, in half precision (cosines change by less than 0.001). An
overriding knowledge folder therefore pays only for the texts that it changes. A record with a heading gets
the mean of two vectors, with and without it: a heading alone draws short statements to every question on its subject.
"""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..embedding import Embedder
from ..files import DataFiles
from .arrays import ArraysDamaged, read_arrays
from .record import IndexRecord

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float32]

SHIPPED = "index/vectors.npz"
HEADED_SHARE = 0.75
"""Of the vector with heading (measured on three sets of questions: 0.5 to 0.75 are alike, 1 is worse)."""


def read_shipped(files: DataFiles, embedder: Embedder) -> dict[str, "Matrix"]:
    """Text key -> vector, as shipped; empty when there are none or another model made them."""
    import numpy as np

    try:
        stored = read_arrays(files, SHIPPED, embedder.sha256, ("keys", "vectors"))
    except ArraysDamaged:
        return {}
    if stored is None:
        return {}
    keys, vectors = stored
    if vectors.ndim != 2 or vectors.shape != (len(keys), embedder.dimensions):
        return {}
    return dict(zip((key.decode("ascii") for key in keys.tolist()), vectors.astype(np.float32), strict=True))


def pack(vectors: dict[str, "Matrix"], embedder: Embedder) -> bytes:
    """The shipped file's content, the same for the same input."""
    import numpy as np

    keys = sorted(vectors)
    matrix = np.array([vectors[key] for key in keys], dtype=np.float16).reshape(
        len(keys), embedder.dimensions
    )
    out = io.BytesIO()
    np.savez(out, keys=np.array(keys, dtype=np.bytes_), vectors=matrix, model=np.array(embedder.sha256))
    return out.getvalue()


def missing_texts(records: tuple[IndexRecord, ...], shipped: dict[str, "Matrix"]) -> list[IndexRecord]:
    """Records whose text has no shipped vector."""
    return [record for record in records if record.text_key not in shipped]


ASKED_SHARE = 0.5
"""Of the questions that a record answers, where it has any (measured on three sets of questions)."""


def embedded(records: Sequence[IndexRecord], embedder: Embedder) -> "Matrix":
    """One vector a record, not yet of length one."""
    whole = stated(records, embedder)
    asking = [place for place, record in enumerate(records) if record.questions]
    if asking:
        whole[asking] = (1 - ASKED_SHARE) * whole[asking] + ASKED_SHARE * _asked(records, asking, embedder)
    return whole


def _asked(records: Sequence[IndexRecord], places: list[int], embedder: Embedder) -> "Matrix":
    """The mean vector of each record's first questions."""
    import numpy as np

    counts = [len(records[place].sharing) for place in places]
    vectors = embedder.embed([question for place in places for question in records[place].sharing])
    starts = np.cumsum([0, *counts[:-1]])
    return np.asarray(np.add.reduceat(vectors, starts, axis=0) / np.array(counts)[:, None], dtype=np.float32)


def stated(records: Sequence[IndexRecord], embedder: Embedder) -> "Matrix":
    """Of the text, with and without its heading; not yet of length one."""
    whole = embedder.embed([record.text for record in records])
    headed = [place for place, record in enumerate(records) if record.core]
    if headed:
        core = embedder.embed([records[place].core for place in headed])
        whole[headed] = HEADED_SHARE * whole[headed] + (1 - HEADED_SHARE) * core
    return whole


def vectors_for(records: tuple[IndexRecord, ...], files: DataFiles, embedder: Embedder) -> "Matrix":
    """One unit vector a record: shipped where there is one, else computed now."""
    import numpy as np

    shipped = {} if files.is_packaged else read_shipped(DataFiles(), embedder)
    shipped |= read_shipped(files, embedder)
    absent = missing_texts(records, shipped)
    for record, vector in zip(absent, embedded(absent, embedder), strict=True):
        shipped[record.text_key] = vector.astype(np.float16).astype(np.float32)
    matrix = np.array([shipped[record.text_key] for record in records], dtype=np.float32)
    matrix = matrix.reshape(len(records), embedder.dimensions)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.where(lengths == 0, 1, lengths), dtype=np.float32)
