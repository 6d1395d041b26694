"""Arrays that are shipped for one embedding model, to another one they mean nothing, and products with them."""

import io
from collections.abc import Iterable
from typing import Any
from zipfile import BadZipFile

from ..files import DataFiles

SCALE = 127
"""A unit vector's numbers are kept as bytes."""
AT_ONCE = 1024
"""Rows of bytes that are spread to numbers together: half a megabyte in 128 dimensions, which the processor's cache
holds."""


class ArraysDamaged(Exception):
    """The file is there and can't be read, or lacks an array."""


def read_arrays(files: DataFiles, path: str, model: str | None, names: tuple[str, ...]) -> list[Any] | None:
    """The named arrays; None where there is no such file, or another model made it. `model`: None for what none
    makes."""
    import numpy as np

    if not files.is_plain(path):
        return None
    try:
        with np.load(io.BytesIO(files.bytes(path)), allow_pickle=False) as stored:
            of_it = model is None or str(stored["model"]) == model
            return [stored[name] for name in names] if of_it else None
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
    text = bytes(stored).decode()
    return text.split("\n") if text else []


def products(rows: Any, vectors: Any) -> Any:
    """Of each row with the vector, or with each vector of an array of them, on this thread alone.

    BLAS takes a second thread for it and keeps that awake for a while afterwards: the sentence model then lacks a core,
    and a busy machine takes ten times as long.
    """
    import numpy as np

    return np.vecdot(rows, vectors[..., None, :])


def byte_products(rows: Any, vector: Any, parts: Iterable[slice] | None = None) -> Any:
    """Of rows that are kept as bytes with the vector; `parts`: of these alone, one behind the other.

    They are spread to numbers a part at a time, in one place: a search in tens of thousands of rows waits for memory,
    and bytes are a quarter of it.
    """
    import numpy as np

    read = list(parts) if parts is not None else _slices(len(rows))
    numbers = np.empty((max((part.stop - part.start for part in read), default=0), len(vector)), np.float32)
    found = np.empty(sum(part.stop - part.start for part in read), dtype=np.float32)
    end = 0
    for part in read:
        count = part.stop - part.start
        np.copyto(numbers[:count], rows[part])
        np.vecdot(numbers[:count], vector, out=found[end : end + count])
        end += count
    return found / np.float32(SCALE)


def _slices(count: int) -> list[slice]:
    return [slice(start, min(start + AT_ONCE, count)) for start in range(0, count, AT_ONCE)]
