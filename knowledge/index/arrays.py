"""Arrays that are shipped for one embedding model, to another one they mean nothing, and products with them."""

import io
from typing import Any
from zipfile import BadZipFile

from ..files import DataFiles

SCALE = 127
"""A unit vector's numbers are kept as bytes."""


class ArraysDamaged(Exception):
    """The file is there and can't be read, or lacks an array."""


def read_arrays(files: DataFiles, path: str, model: str, names: tuple[str, ...]) -> list[Any] | None:
    """The named arrays; None where there is no such file, or another model made it."""
    import numpy as np

    if not files.root.joinpath(*path.split("/")).is_file():
        return None
    try:
        with np.load(io.BytesIO(files.bytes(path)), allow_pickle=False) as stored:
            return [stored[name] for name in names] if str(stored["model"]) == model else None
    except (ValueError, KeyError, OSError, EOFError, TypeError, BadZipFile) as error:
        raise ArraysDamaged(path) from error


def rounded(rows: Any) -> Any:
    """Numbers between -1 and 1 as bytes."""
    import numpy as np

    return np.round(np.asarray(rows, dtype=np.float32) * SCALE).astype(np.int8)


def unrounded(rows: Any) -> Any:
    import numpy as np

    return rows.astype(np.float32) / np.float32(SCALE)


def packed_lines(texts: Any) -> Any:
    """Texts without line breaks, as bytes."""
    import numpy as np

    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def lines(stored: Any) -> list[str]:
    """The texts that were packed."""
    return bytes(stored).decode().split("\n")


def products(rows: Any, vectors: Any) -> Any:
    """Of each row with the vector, or with each vector of an array of them, on this thread alone.

    BLAS takes a second thread for it and keeps that awake for a while afterwards: the sentence model then lacks a core,
    and a busy machine takes ten times as long.
    """
    import numpy as np

    return np.vecdot(rows, vectors[..., None, :])
