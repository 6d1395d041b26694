"""The collection on disk: built once, shared by processes, rebuilt when damaged, never in the way."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

from knowledge.index import Retriever, chroma
from knowledge.index.chroma import ChromaStore, IndexUnusable, _client, build_store, open_store
from knowledge.index.record import Filter, IndexRecord
from knowledge.index.store import MemoryStore
from knowledge.library import Knowledge

Plant = Callable[[dict[str, Any]], Path]
QUESTION = "How many dimensions can an HNSW index have?"


@pytest.fixture
def knowledge(tree: dict[str, Any], plant: Plant) -> Knowledge:
    return Knowledge(plant(tree))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def only_index(cache: Path) -> Path:
    folders = list((cache / "index").iterdir())
    assert len(folders) == 1, folders
    return folders[0]


def close(retriever: Retriever) -> None:
    """Let go of the files as the end of a process would."""
    store = retriever._dense.store
    assert store is not None
    store._store.close()  # type: ignore[attr-defined]


def test_the_second_run_embeds_the_question_alone(knowledge: Knowledge, cache: Path, words: Any) -> None:
    close_after = Retriever(knowledge, cache, words)
    first = close_after.search(QUESTION)
    close(close_after)
    words.embedded.clear()
    second = Retriever(knowledge, cache, words).search(QUESTION)
    assert second == first
    assert "HNSW indexes work up to" not in "".join(words.embedded)
    assert only_index(cache).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", ["garbage", "truncated", "no database", "no vectors"])
def test_a_damaged_index_is_rebuilt_and_it_is_said(
    damage: str, knowledge: Knowledge, cache: Path, words: Any
) -> None:
    retriever = Retriever(knowledge, cache, words)
    expected = retriever.search(QUESTION).hits
    close(retriever)
    database = only_index(cache) / "chroma.sqlite3"
    if damage == "garbage":
        database.write_bytes(b"not a database" * 500)
    elif damage == "truncated":
        database.write_bytes(database.read_bytes()[: database.stat().st_size // 2])
    elif damage == "no database":
        database.unlink()
    else:
        client = _client(database.parent)
        client.get_collection("knowledge", embedding_function=None).delete(ids=["component:qdrant"])
        client.close()
    again = Retriever(knowledge, cache, words)
    result = again.search(QUESTION)
    assert result.hits == expected
    assert len(result.notices) == 1
    assert result.notices[0].endswith("It was rebuilt.")
    close(again)
    assert Retriever(knowledge, cache, words).search(QUESTION).notices == ()
    only_index(cache)


def test_a_cache_that_cannot_be_written_means_memory(
    knowledge: Knowledge, tmp_path: Path, words: Any
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    result = Retriever(knowledge, blocked, words).search(QUESTION)
    assert result.hits
    assert "held in memory" in result.notices[0]


def test_an_index_that_fails_in_use_is_replaced_by_memory(
    knowledge: Knowledge, cache: Path, words: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    retriever = Retriever(knowledge, cache, words)
    expected = retriever.search(QUESTION).hits

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("disk gone")

    monkeypatch.setattr("knowledge.index.chroma.ChromaStore.nearest", fail)
    result = retriever.search(QUESTION)
    assert result.hits == expected
    assert "held in memory" in result.notices[0]


def test_a_collection_of_another_model_is_refused(knowledge: Knowledge, tmp_path: Path, words: Any) -> None:
    records = Retriever(knowledge, tmp_path, words).records
    matrix = words.embed([record.text for record in records])
    build_store(tmp_path / "here", {"sha256": "a", "dimensions": 64}, records, lambda: matrix, words)
    open_store(tmp_path / "here", {"sha256": "a"}, records, words).close()
    with pytest.raises(IndexUnusable, match="another model"):
        open_store(tmp_path / "here", {"sha256": "b"}, records, words)
    with pytest.raises(IndexUnusable, match="incomplete"):
        open_store(tmp_path / "here", {"sha256": "a"}, (*records, records[0]), words)


def test_disk_and_memory_agree(knowledge: Knowledge, tmp_path: Path, words: Any) -> None:
    packaged = Retriever(knowledge, tmp_path, words).records
    records = (replace(packaged[0], own=True), *packaged[1:])
    matrix = words.embed([record.text for record in records])
    build_store(tmp_path / "here", {"sha256": "a"}, records, lambda: matrix, words)
    disk = open_store(tmp_path / "here", {"sha256": "a"}, records, words)
    memory = MemoryStore(records, np.asarray(matrix))
    vector = words.embed([QUESTION])[0]
    for only in (
        Filter(),
        Filter(kinds=frozenset({"limit", "compat"})),
        Filter(slots=frozenset({"sto.vector_db", "other"})),
        Filter(subjects=frozenset({"pgvector"}), kinds=frozenset({"rule"})),
        Filter(subjects=frozenset({"nobody"})),
        Filter(own=True),
    ):
        assert disk.nearest(vector, 5, only) == memory.nearest(vector, 5, only), only
    assert memory.nearest(vector, 5, Filter(own=True)) == [records[0].id]
    assert disk.closeness(vector) == pytest.approx(memory.closeness(vector), abs=2e-4)
    assert memory.closeness(np.asarray(matrix[3])) == pytest.approx(1, abs=1e-4)
    assert MemoryStore((), np.zeros((0, 4), dtype=np.float32)).closeness(np.ones(4, dtype=np.float32)) == 0
    assert sorted(disk.about(frozenset({"pgvector"}))) == sorted(memory.about(frozenset({"pgvector"})))
    assert disk.about(frozenset()) == []


_CHILD = """
import sys
from pathlib import Path
sys.path[:0] = [{repository!r}, {tests!r}]
from conftest import WordEmbedder
from knowledge.index import Retriever
from knowledge.library import Knowledge
result = Retriever(Knowledge(Path({root!r})), Path({cache!r}), WordEmbedder()).search({question!r})
print([hit.record_id for hit in result.hits], result.notices)
"""


def test_two_processes_may_build_at_once(tree: dict[str, Any], plant: Plant, cache: Path) -> None:
    here = Path(__file__).parent
    code = _CHILD.format(
        repository=str(here.parent.parent),
        tests=str(here),
        root=str(plant(tree)),
        cache=str(cache),
        question=QUESTION,
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    outputs = [child.communicate(timeout=120) for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], outputs
    assert len({out for out, _ in outputs}) == 1, outputs
    assert outputs[0][0].strip().endswith("()")
    only_index(cache)


def test_drafts_of_killed_processes_are_removed(knowledge: Knowledge, cache: Path, words: Any) -> None:
    import os

    draft = cache / "index" / ".build-old"
    draft.mkdir(parents=True)
    os.utime(draft, (0, 0))
    Retriever(knowledge, cache, words).search(QUESTION)
    only_index(cache)


Both = tuple[ChromaStore, MemoryStore, tuple[IndexRecord, ...]]


@pytest.fixture
def both(knowledge: Knowledge, tmp_path: Path, words: Any) -> Both:
    """The same records on disk and in memory."""
    records = Retriever(knowledge, tmp_path, words).records
    matrix = words.embed([record.text for record in records])
    build_store(tmp_path / "here", {"sha256": "a"}, records, lambda: matrix, words)
    disk = open_store(tmp_path / "here", {"sha256": "a"}, records, words)
    return disk, MemoryStore(records, np.asarray(matrix)), records


def test_a_component_whose_records_are_all_at_hand_costs_no_second_question(
    both: Both,
    words: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (store, memory, records), vector = both, words.embed([QUESTION])[0]
    monkeypatch.setattr(chroma, "DEPTH", len(records) - 1)
    query = Mock(wraps=store._query)
    monkeypatch.setattr(store, "_query", query)
    last = memory.nearest(vector, len(records), Filter())[-1]
    missing = {subject for record in records if record.id == last for subject in record.subjects}
    subjects = {subject for record in records for subject in record.subjects}
    assert missing < subjects
    for subject in sorted(subjects):
        only = Filter(subjects=frozenset({subject}))
        assert store.nearest(vector, 9, only) == memory.nearest(vector, 9, only), subject
    assert query.call_count == 1 + len(missing)


def test_among_what_is_near_no_second_question_is_asked(
    both: Both,
    words: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (store, memory, records), vector = both, words.embed([QUESTION])[0]
    monkeypatch.setattr(chroma, "DEPTH", 2)
    near = memory.nearest(vector, 2, Filter())
    for subject in sorted({subject for record in records for subject in record.subjects}):
        only = Filter(subjects=frozenset({subject}))
        whole = memory.nearest(vector, 9, only)
        assert store.nearest(vector, 9, only, among_near=True) == [key for key in near if key in whole]
        assert store.nearest(vector, 9, only) == whole
