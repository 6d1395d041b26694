"""The search terms of records, shipped with the package: finding them is a quarter of what a first search waits for.

A record is known by the SHA-256 of its words, so what is shipped never stands for another one; terms of records that
aren't there, an organisation's own, are found when they are asked for. `scripts/build_index.py` writes the file anew.
"""

import hashlib
import io
from collections.abc import Iterable, Sequence
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from ..files import DataFiles
from .arrays import ArraysDamaged, lines, packed_lines, read_arrays
from .record import IndexRecord
from .worded import Worded, together, worded
from .words import terms

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FILE = "index/record_terms.npz"
_DIGITS = 16
"""Hexadecimal ones of a record's SHA-256."""


class Shipped(NamedTuple):
    """What was packed."""

    keys: "npt.NDArray[np.uint64]"
    """One a record."""
    terms: Worded


def terms_of(records: Iterable[IndexRecord]) -> Worded:
    """As they are found in the texts."""
    return worded(
        [terms(record.text), *(terms(question) for question in record.questions)] for record in records
    )


def read_terms(files: DataFiles, records: Sequence[IndexRecord]) -> Worded:
    """Those shipped, and of the other records as found in their texts; in the order of the records."""
    import numpy as np

    shipped = read_shipped(files)
    if shipped is None:
        return terms_of(records)
    place = {key: number for number, key in enumerate(shipped.keys.tolist())}
    places = [place.get(key, -1) for key in map(key_of, records)]
    if places == list(range(len(shipped.keys))):
        return shipped.terms
    absent = [record for record, known in zip(records, places, strict=True) if known < 0]
    found = together(shipped.terms, terms_of(absent)) if absent else shipped.terms
    new = count(len(shipped.keys))
    order = [known if known >= 0 else next(new) for known in places]
    return found.records(np.array(order, dtype=np.int64)).with_used_words()


def read_shipped(files: DataFiles) -> Shipped | None:
    """None where there are none, or they can't be read."""
    import numpy as np

    try:
        stored = read_arrays(files, FILE, None, ("keys", *Worded._fields))
    except ArraysDamaged:
        return None
    if stored is None:
        return None
    keys, words, *columns = stored
    if any(column.ndim != 1 or column.dtype.kind != "u" for column in stored):
        return None
    try:
        told = tuple(lines(words))
    except UnicodeDecodeError:
        return None
    shipped = Shipped(keys, Worded(told, *(column.astype(np.int32) for column in columns)))
    return shipped if _is_whole(shipped) else None


def _is_whole(shipped: Shipped) -> bool:
    """Whether the parts belong together."""
    words, numbers, lengths, counts = shipped.terms
    return (
        len(shipped.keys) == len(counts)
        and (counts.sum(), lengths.sum()) == (len(lengths), len(numbers))
        and bool((counts > 0).all())
        and (not len(numbers) or (numbers.min() >= 0 and numbers.max() < len(words)))
    )


def pack(records: Sequence[IndexRecord]) -> bytes:
    """The file's content, the same for the same records."""
    import numpy as np

    told = terms_of(records)
    keys = np.array([key_of(record) for record in records], dtype=np.uint64)
    width = np.uint16 if len(told.words) < np.iinfo(np.uint16).max else np.uint32
    out = io.BytesIO()
    np.savez(
        out,
        keys=keys,
        words=packed_lines(told.words),
        numbers=told.numbers.astype(width),
        lengths=told.lengths.astype(np.uint16),
        counts=told.counts.astype(np.uint16),
    )
    return out.getvalue()


def key_of(record: IndexRecord) -> int:
    """Of what a search for words looks through."""
    words = "\0".join((record.text, *record.questions))
    return int(hashlib.sha256(words.encode()).hexdigest()[:_DIGITS], 16)
