"""The vector store on disk: an embedded Chroma collection, built once and renamed into place.

It holds vectors under the ids of the records. Texts and what records are filtered by stay with the records: a filter is
told to Chroma as the ids that it admits. Writing either took longer than writing the vectors.

A folder is complete or absent, so two processes that build it at once can't disturb each other: the
second rename fails and the first result is used. A collection is never made without our embedding
function, because Chroma's default one downloads a model.
"""

import shutil
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..embedding import Embedder
from ..errors import StackwrightError
from .admission import Admission
from .record import Filter, IndexRecord
from .store import PRECISION

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float32]

COLLECTION = "knowledge"
SEARCH_WIDTH = 1000
"""HNSW candidates a search: the first 40 are those of an exact search in 611 of 614 questions, 99.9 % of the first 250
are; with as many as the records a search takes twice as long."""
BUILD_WIDTH = 60
"""HNSW candidates while building: with 40 to 200 the searches find the same, and 60 is the quickest to build."""
NEIGHBOURS = 8
"""HNSW links of a vector: with 16 the searches find the same, and building takes a tenth longer."""
DEPTH = 100
"""Records of the unfiltered ranking that filters are applied to first: with 250 a search takes a fifteenth longer and
recall is the same; for as many as the facts Chroma takes three times as long once it has to admit each of them."""
STALE_BUILD_S = 3600
UNUSED_INDEX_S = 14 * 86400


class IndexUnusable(StackwrightError):
    """The collection on disk is missing, damaged or of another model."""


class ChromaStore:
    """A collection that is only read."""

    def __init__(self, client: Any, collection: Any, records: tuple[IndexRecord, ...]) -> None:
        self._client = client
        self._collection = collection
        self._by_id = {record.id: record for record in records}
        self._admission = Admission(records)
        self._latest: tuple[bytes, list[tuple[float, str]]] = (b"", [])

    def nearest(self, vector: "Matrix", count: int, only: Filter, among_near: bool = False) -> list[str]:
        """The first of the unfiltered ranking that the filter admits; where those are too few, Chroma is asked again,
        unless only what is near counts."""
        inside = self._admission.inside(only)
        near = [key for _, key in self._ranking(vector) if key in inside]
        if among_near or len(near) >= count or len(near) == len(inside):
            return near[:count]
        return [key for _, key in self._query(vector, min(count, len(inside)), self._in_order(inside))]

    def _in_order(self, inside: frozenset[str]) -> list[str]:
        return [key for key in self._by_id if key in inside]

    def closeness(self, vector: "Matrix") -> float:
        ranking = self._ranking(vector)
        return round(1 - ranking[0][0], PRECISION) if ranking else 0.0

    def _ranking(self, vector: "Matrix") -> list[tuple[float, str]]:
        """The best of all records: a search asks for them under several filters."""
        asked, ranking = self._latest
        if asked != vector.tobytes():
            ranking = self._query(vector, max(1, min(DEPTH, len(self._by_id))), None)
            self._latest = (vector.tobytes(), ranking)
        return ranking

    def _query(self, vector: "Matrix", count: int, inside: list[str] | None) -> list[tuple[float, str]]:
        """Distances and ids, nearest first; `inside`: of these alone."""
        found = self._collection.query(
            query_embeddings=[vector], n_results=count, ids=inside, include=["distances"]
        )
        pairs = zip(found["distances"][0], found["ids"][0], strict=True)
        return sorted((round(distance, PRECISION), key) for distance, key in pairs)

    def about(self, subjects: frozenset[str]) -> list[str]:
        return self._in_order(self._admission.inside(Filter(subjects=subjects))) if subjects else []

    def close(self) -> None:
        """Let go of the files."""
        self._client.close()


def open_store(
    folder: Path, stamp: dict[str, Any], records: tuple[IndexRecord, ...], embedder: Embedder
) -> ChromaStore:
    """The collection in `folder`; IndexUnusable when it isn't the one that `stamp` describes."""
    client: Any = None
    try:
        client = _client(folder)
        collection = client.get_collection(COLLECTION, embedding_function=_function(embedder))
        _check(collection, stamp, len(records), embedder.dimensions)
        folder.touch()
    except Exception as error:
        if client is not None:
            client.close()
        _forget(folder)
        if isinstance(error, IndexUnusable):
            raise
        raise IndexUnusable(f"The index can't be read ({type(error).__name__}).") from error
    return ChromaStore(client, collection, records)


def _check(collection: Any, stamp: dict[str, Any], count: int, dimensions: int) -> None:
    """Refuse a foreign or incomplete collection; one query, so that damage shows now."""
    import numpy as np

    found = dict(collection.metadata or {})
    if any(found.get(key) != value for key, value in stamp.items()):
        raise IndexUnusable("The index was made by another model or from other data.")
    if collection.count() != count:
        raise IndexUnusable("The index is incomplete.")
    if count:
        vector = np.full(dimensions, dimensions**-0.5, dtype=np.float32)
        if not collection.query(query_embeddings=[vector], n_results=1, include=["distances"])["ids"][0]:
            raise IndexUnusable("The index has lost its vectors.")


def build_store(
    folder: Path,
    stamp: dict[str, Any],
    records: tuple[IndexRecord, ...],
    vectors: Callable[[], "Matrix"],
    embedder: Embedder,
) -> None:
    """Build the collection beside `folder` and rename it into place; OSError when that can't be written.

    What stands at `folder` when the build starts is replaced; what another process puts there
    meanwhile is kept.
    """
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _prune(folder.parent)
    replaced = folder.stat().st_ino if folder.exists() else None
    draft = folder.parent / f".build-{folder.name}-{uuid.uuid4().hex[:8]}"
    draft.mkdir(mode=0o700)
    try:
        _fill(draft, stamp, records, vectors(), embedder)
        if replaced is not None and folder.exists() and folder.stat().st_ino == replaced:
            shutil.rmtree(folder)
        draft.rename(folder)
    except OSError:
        if not folder.exists() or folder.stat().st_ino == replaced:
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _fill(
    draft: Path, stamp: dict[str, Any], records: tuple[IndexRecord, ...], matrix: "Matrix", embedder: Embedder
) -> None:
    client = _client(draft)
    try:
        collection = client.create_collection(
            COLLECTION,
            embedding_function=_function(embedder),
            metadata=stamp,
            configuration={
                "hnsw": {
                    "space": "cosine",
                    "ef_search": SEARCH_WIDTH,
                    "ef_construction": BUILD_WIDTH,
                    "max_neighbors": NEIGHBOURS,
                }
            },
        )
        step = client.get_max_batch_size()
        for start in range(0, len(records), step):
            part = records[start : start + step]
            collection.add(ids=[item.id for item in part], embeddings=matrix[start : start + step])
    finally:
        client.close()


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def _function(embedder: Embedder) -> Any:
    from .embedding_function import KnowledgeEmbedding

    return KnowledgeEmbedding(embedder)


def _forget(folder: Path) -> None:
    """Drop the handle that Chroma keeps after a failed opening; else the rebuilt folder can't be opened."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient._identifier_to_system.pop(str(folder), None)


def _prune(parent: Path) -> None:
    """Remove drafts of killed processes and indexes that nobody has opened for two weeks."""
    now = time.time()
    for item in parent.iterdir():
        limit = STALE_BUILD_S if item.name.startswith(".build-") else UNUSED_INDEX_S
        if item.is_dir() and now - item.stat().st_mtime > limit:
            shutil.rmtree(item, ignore_errors=True)
