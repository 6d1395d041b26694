"""The vector store's contract, and the store that keeps everything in memory."""

from typing import TYPE_CHECKING, Protocol

from .record import Filter, IndexRecord

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float32]

PRECISION = 4
"""Digits of a similarity that count: closer ones tie and go by id, so that platforms agree."""


class VectorStore(Protocol):
    """Nearest records by meaning, and records by what they speak of."""

    def nearest(self, vector: "Matrix", count: int, only: Filter, among_near: bool = False) -> list[str]:
        """Ids by similarity to a unit vector, best first; `among_near`: those that lie far from it may be left out."""
        ...

    def closeness(self, vector: "Matrix") -> float:
        """The similarity of the nearest record of all; 0 where there is none."""
        ...

    def about(self, subjects: frozenset[str]) -> list[str]:
        """Ids of all records that speak of one of `subjects`."""
        ...


class MemoryStore:
    """Exact search over a matrix; what is used where no folder can be written."""

    def __init__(self, records: tuple[IndexRecord, ...], vectors: "Matrix") -> None:
        self._records = records
        self._vectors = vectors

    def nearest(self, vector: "Matrix", count: int, only: Filter, among_near: bool = False) -> list[str]:
        similarities = self._vectors @ vector
        pairs = [
            (-round(float(similarity), PRECISION), record.id)
            for record, similarity in zip(self._records, similarities, strict=True)
            if only.admits(record)
        ]
        return [identity for _, identity in sorted(pairs)[:count]]

    def closeness(self, vector: "Matrix") -> float:
        return round(max((self._vectors @ vector).tolist()), PRECISION) if len(self._vectors) else 0.0

    def about(self, subjects: frozenset[str]) -> list[str]:
        return [record.id for record in self._records if not subjects.isdisjoint(record.subjects)]
