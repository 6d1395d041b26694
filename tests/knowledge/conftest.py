"""A small knowledge tree, an embedder without a model, a ban on sockets, and the packaged knowledge with its search."""

import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import yaml

from knowledge import Knowledge, load
from knowledge.files import DataFiles
from knowledge.index import Retriever
from knowledge.index.words import terms


class WordEmbedder:
    """Unit vectors from hashed words: like texts are near, without a model."""

    name = "words"
    sha256 = "0" * 64
    dimensions = 64

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.embedded.extend(texts)
        matrix = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for term in terms(text):
                matrix[row, sum(term.encode()) * 31 % self.dimensions] += 1
        lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
        return np.asarray(matrix / np.where(lengths == 0, 1, lengths), dtype=np.float32)


def component(identity: str, name: str, slot: str = "sto.vector_db", **changes: Any) -> dict[str, Any]:
    block: dict[str, Any] = {
        "id": identity,
        "name": name,
        "slots": [slot],
        "vendor": "Somebody",
        "licence": "Apache-2.0",
        "licence_class": "permissive",
        "licence_basis": "LICENSE read",
        "modes": ["self_vm"],
        "status": "active",
        "maturity": "established_oss",
        "vendor_type": "community",
        "ops_complexity": 2,
        "exit_path": "export_open_format",
        "url": "https://example.org",
    }
    return block | changes


def fact(identity: str, statement: str, **changes: Any) -> dict[str, Any]:
    subject, kind, _ = identity.split("/")
    block: dict[str, Any] = {
        "id": identity,
        "component": subject,
        "slots": ["sto.vector_db"],
        "kind": kind,
        "statement": statement,
        "tier": "T1",
        "source": {"url": "https://example.org/docs", "locator": "Limits"},
        "as_of": "2026-08-01",
        "read_at": "2026-11-24",
        "review_by": "2027-08-01",
    }
    return block | changes


def small_tree() -> dict[str, Any]:
    """File name -> content of a knowledge base with three vector stores."""
    workload = DataFiles()
    return {
        "catalog/slots.yaml": {
            "slots": [
                {
                    "id": "sto.vector_db",
                    "layer": 2,
                    "name": "Vector store",
                    "purpose": "find similar vectors",
                    "needed_when": "many chunks",
                    "skip_when": "few chunks",
                    "default_if_unsure": "pgvector",
                    "need": "needs_vectors and first(chunks, 0) > 10000",
                    "core": True,
                    "moves": ["quality"],
                }
            ]
        },
        "catalog/decisions.yaml": {
            "decisions": [
                {
                    "id": "vector",
                    "decision": "retrieval_pattern",
                    "name": "Vector search",
                    "description": "Search by meaning.",
                    "prior": 0.4,
                    "sets": {"needs_vectors": True, "selfhost_inference": False},
                }
            ]
        },
        "catalog/components/storage.yaml": {
            "components": [
                component("pgvector", "pgvector", fact_ids=["pgvector/limit/hnsw-dims"]),
                component("qdrant", "Qdrant"),
                component("zilliz-cloud", "Zilliz Cloud (Milvus)", modes=["saas"]),
            ]
        },
        "catalog/facts/storage.yaml": {
            "facts": [
                fact(
                    "pgvector/limit/hnsw-dims", "HNSW indexes work up to 2,000 dimensions.", seed_ids=["F001"]
                ),
                fact("pgvector/compat/postgres", "The extension supports PostgreSQL 13 and newer."),
                fact("qdrant/perf/latency", "The vendor measured a p99 latency of 12 ms.", tier="T2v"),
                fact("zilliz-cloud/compliance/hipaa", "A BAA is offered.", attestation="hipaa"),
            ]
        },
        "catalog/rules/storage.yaml": {
            "rules": [
                {
                    "id": "pgvector-dims",
                    "effect": "exclude",
                    "slot": "sto.vector_db",
                    "components": ["pgvector"],
                    "when": "dims > 2000",
                    "text": "Wide vectors can't be indexed.",
                    "fact_ids": ["pgvector/limit/hnsw-dims"],
                }
            ]
        },
        "catalog/arguments/storage.yaml": {
            "arguments": [
                {
                    "id": "pgvector-why",
                    "about": "pgvector",
                    "when": "has(picked, 'pgvector')",
                    "weight": 0.5,
                    "text": "PostgreSQL holds the vectors too.",
                    "fact_ids": ["pgvector/compat/postgres"],
                }
            ]
        },
        "catalog/synonyms.yaml": workload.yaml("catalog/synonyms.yaml")
        | {"aliases": {"pg vec": "pgvector"}, "sellers": {}},
        "workload/fields.yaml": workload.yaml("workload/fields.yaml"),
        "workload/derived.yaml": workload.yaml("workload/derived.yaml"),
        "workload/names.yaml": workload.yaml("workload/names.yaml"),
        "workload/questions.yaml": {"questions": []},
        "workload/conflicts.yaml": {"conflicts": []},
    }


def write_tree(root: Path, tree: dict[str, Any]) -> Path:
    for name, content in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return root


@pytest.fixture
def tree() -> dict[str, Any]:
    """The small knowledge base as plain values, to be changed by a test."""
    return small_tree()


@pytest.fixture
def plant(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """Writes a tree into a folder of its own."""
    return lambda content: write_tree(tmp_path / "knowledge", content)


@pytest.fixture
def words() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Any attempt to connect or to resolve a name fails, and is recorded."""
    attempts: list[str] = []

    def refuse(*arguments: Any, **_: Any) -> None:
        attempts.append(repr(arguments[:2]))
        raise OSError("The test forbids the network.")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    return attempts


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The packaged one."""
    return load()


@pytest.fixture(scope="session")
def retriever(knowledge: Knowledge) -> Retriever:
    """Its search."""
    return Retriever(knowledge)
