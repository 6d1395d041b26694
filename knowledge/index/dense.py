"""The search by meaning: sentence vectors and the store of them, or why there are none."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..embedding import Embedder
from ..library import Knowledge
from ..sentence_model import EmbeddingUnavailable
from .record import Filter, IndexRecord

if TYPE_CHECKING:
    from .opening import OpenedStore


class DenseSearch:
    """Model and store are loaded on first use; without one of them nothing is near, and `notices` say so."""

    def __init__(
        self,
        knowledge: Knowledge,
        records: tuple[IndexRecord, ...],
        embedder: Embedder,
        cache_dir: Path | None,
    ) -> None:
        self._knowledge, self._records = knowledge, records
        self._embedder, self._cache_dir = embedder, cache_dir

    def vector(self, question: str) -> Any:
        """Its sentence vector; None where no search by meaning is possible."""
        return None if self.store is None else self._embedder.embed([question])[0]

    def nearest(self, vector: Any, count: int, only: Filter, among_near: bool = False) -> list[str]:
        """Ids of the `count` most similar records that the filter admits, best first; `among_near`: those that lie far
        from the vector may be left out."""
        return list(self.store.ask("nearest", vector, count, only, among_near)) if self.store else []

    def closeness(self, vector: Any) -> float:
        """The similarity of the nearest record of all."""
        return float(self.store.ask("closeness", vector)) if self.store else 0.0

    def about(self, subjects: frozenset[str]) -> list[str]:
        """Ids of the records that speak of one of these components."""
        if not subjects:
            return []
        if self.store is not None:
            return sorted(self.store.ask("about", subjects))
        return sorted(item.id for item in self._records if not subjects.isdisjoint(item.subjects))

    @property
    def store(self) -> "OpenedStore | None":
        """None where the model or the index can't be used."""
        return self._opened[0]

    @property
    def notices(self) -> Sequence[str]:
        """What couldn't be used."""
        store, failure = self._opened
        return store.notices if store else [failure] if failure else []

    @cached_property
    def _opened(self) -> "tuple[OpenedStore | None, str]":
        """The vector store, or why there is none."""
        if not self._records:
            return None, ""
        try:
            self._embedder.embed(["warm up"])
            from .opening import OpenedStore

            return OpenedStore(self._knowledge, self._records, self._embedder, self._cache_dir), ""
        except EmbeddingUnavailable as error:
            return None, f"{error.message} The search uses words alone."
