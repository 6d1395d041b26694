"""Which store is used: the collection on disk, rebuilt when damaged, or memory where none can be written."""

from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..embedding import Embedder
from ..library import Knowledge
from .record import IndexRecord, records_digest
from .store import MemoryStore, VectorStore
from .vectors import vectors_for

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float32]

FORMAT = 6
"""Raised when the layout of the collection changes, so that old ones are left alone."""


class OpenedStore:
    """The store in use, with what had to be said about getting it."""

    def __init__(
        self,
        knowledge: Knowledge,
        records: tuple[IndexRecord, ...],
        embedder: Embedder,
        cache_dir: Path | None,
    ) -> None:
        self._knowledge = knowledge
        self._records = records
        self._embedder = embedder
        self._cache_dir = cache_dir
        self.notices: list[str] = []
        self._store: VectorStore = self._open()

    def ask(self, method: str, *arguments: Any) -> Any:
        """Call `method` of the store; files that fail under it are replaced by memory, and it's said."""
        try:
            return getattr(self._store, method)(*arguments)
        except Exception as error:
            if isinstance(self._store, MemoryStore):
                raise
            self.notices.append(
                f"The index failed ({type(error).__name__}); it is held in memory for this run."
            )
            self._store = self._in_memory()
            return getattr(self._store, method)(*arguments)

    def _open(self) -> VectorStore:
        try:
            import chromadb  # noqa: F401 - whether it can be imported is the question

            from .chroma import IndexUnusable, build_store, open_store
        except ImportError as error:
            return self._fall_back(f"Chroma can't be imported ({error})")
        folder, damage = self._folder, ""
        arguments = (self._stamp, self._records, self._embedder)
        if folder.exists():
            try:
                return open_store(folder, *arguments)
            except IndexUnusable as error:
                damage = error.message
        try:
            build_store(folder, self._stamp, self._records, self._vectors, self._embedder)
            store = open_store(folder, *arguments)
        except (OSError, IndexUnusable) as error:
            return self._fall_back(f"The index folder {folder.parent} can't be used ({type(error).__name__})")
        if damage:
            self.notices.append(f"{damage} It was rebuilt.")
        return store

    def _fall_back(self, reason: str) -> VectorStore:
        self.notices.append(f"{reason}; the index is held in memory for this run.")
        return self._in_memory()

    def _in_memory(self) -> MemoryStore:
        return MemoryStore(self._records, self._vectors())

    def _vectors(self) -> "Matrix":
        return self._matrix

    @cached_property
    def _matrix(self) -> "Matrix":
        return vectors_for(self._records, self._knowledge.files, self._embedder)

    @cached_property
    def _stamp(self) -> dict[str, Any]:
        return {
            "knowledge": self._knowledge.hash,
            "records": records_digest(self._records),
            "embedding": self._embedder.name,
            "sha256": self._embedder.sha256,
            "dimensions": self._embedder.dimensions,
        }

    @cached_property
    def _folder(self) -> Path:
        key = sha256(repr((FORMAT, sorted(self._stamp.items()))).encode()).hexdigest()[:20]
        return (self._cache_dir or default_cache()) / "index" / key


def prepare(embedder: Embedder) -> None:
    """Load the model and Chroma, which need no records. Run where nobody waits for it: what fails, fails again where it
    is told of."""
    embedder.embed(["warm up"])
    import chromadb  # noqa: F401


def default_cache() -> Path:
    """The user's cache folder of this program."""
    from platformdirs import user_cache_path

    return user_cache_path("stackwright")
