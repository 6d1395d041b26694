"""Shipped vectors: taken where the text is the same, computed where it isn't, never of another model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge.index.cards import index_records
from knowledge.index.vectors import SHIPPED, embedded, pack, read_shipped, vectors_for
from knowledge.library import Knowledge

Plant = Callable[[dict[str, Any]], Path]


@pytest.fixture
def root(tree: dict[str, Any], plant: Plant) -> Path:
    return plant(tree)


def ship(root: Path, words: Any) -> None:
    records = index_records(Knowledge(root))
    matrix = embedded(records, words)
    target = root / SHIPPED
    target.parent.mkdir(exist_ok=True)
    keys = [record.text_key for record in records]
    target.write_bytes(pack(dict(zip(keys, matrix, strict=True)), words))
    words.embedded.clear()


def test_shipped_vectors_are_not_computed_again(root: Path, words: Any) -> None:
    ship(root, words)
    knowledge = Knowledge(root)
    records = index_records(knowledge)
    matrix = vectors_for(records, knowledge.files, words)
    assert words.embedded == []
    mixed = 0.75 * words.embed([record.text for record in records])
    mixed += 0.25 * words.embed([record.core or record.text for record in records])
    assert np.abs(matrix - mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).max() < 1e-3
    assert np.linalg.norm(matrix, axis=1) == pytest.approx(np.ones(len(records)), abs=1e-5)


def test_only_changed_texts_are_computed(root: Path, words: Any) -> None:
    ship(root, words)
    facts = root / "catalog/facts/storage.yaml"
    facts.write_text(facts.read_text().replace("PostgreSQL 13", "PostgreSQL 14"))
    knowledge = Knowledge(root)
    vectors_for(index_records(knowledge), knowledge.files, words)
    assert [text[-36:] for text in words.embedded] == [
        "extension supports PostgreSQL 14 and newer."[-36:]
    ] * 2


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\x93NUMPY"])
def test_a_broken_file_is_computed_anew(root: Path, words: Any, content: bytes) -> None:
    (root / "index").mkdir()
    (root / SHIPPED).write_bytes(content)
    knowledge = Knowledge(root)
    records = index_records(knowledge)
    assert vectors_for(records, knowledge.files, words).shape == (len(records), words.dimensions)
    assert len(words.embedded) == len(records) + sum(bool(record.core) for record in records)


def test_vectors_of_another_model_are_not_used(root: Path, words: Any) -> None:
    ship(root, words)
    words.sha256 = "f" * 64
    assert read_shipped(Knowledge(root).files, words) == {}


def test_packing_is_reproducible(words: Any) -> None:
    matrix = words.embed(["one", "two"])
    assert pack({"a": matrix[0], "b": matrix[1]}, words) == pack({"b": matrix[1], "a": matrix[0]}, words)
