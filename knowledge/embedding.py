"""Sentence vectors without a network: all-MiniLM-L6-v2, int8, from an installed data package.

Everything heavy is imported when the first text is embedded.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from .files import DataFiles
from .sentence_model import MODEL_SHA256, EmbeddingUnavailable, SentenceModel, checked_model

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float32]

VOCABULARY = "index/minilm_vocab.txt"
DIMENSIONS = 384
MAX_TOKENS = 256
"""The longest input that the model was trained on; longer texts are cut."""
BATCH = 16


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    name: str
    sha256: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> "Matrix":
        """One unit vector a text."""
        ...


class MiniLm:
    """all-MiniLM-L6-v2 in int8, loaded on first use; `exact`: with nothing rounded, which takes longer, for
    vectors that are kept."""

    name = "minilm-l6-v2-int8"
    sha256 = MODEL_SHA256
    dimensions = DIMENSIONS

    def __init__(self, exact: bool = False) -> None:
        self._is_exact = exact

    def embed(self, texts: Sequence[str]) -> "Matrix":
        """One unit vector a text, in order."""
        import numpy as np

        batch = 1 if texts and self._model.rounds else BATCH
        parts = [self._batch(texts[start : start + batch]) for start in range(0, len(texts), batch)]
        return np.vstack(parts) if parts else np.zeros((0, self.dimensions), dtype=np.float32)

    def _batch(self, texts: Sequence[str]) -> "Matrix":
        """Mean of the token vectors under the attention mask, scaled to length one."""
        import numpy as np

        reading = self._tokenizer  # a batch of one would be handed to other threads
        encodings = [reading.encode(texts[0])] if len(texts) == 1 else reading.encode_batch(list(texts))
        ids = np.array([item.ids for item in encodings], dtype=np.int64)
        mask = np.array([item.attention_mask for item in encodings], dtype=np.int64)
        hidden = self._model.token_vectors(ids, mask)
        weights = mask[..., None].astype(np.float32)
        mean = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), dtype=np.float32)

    @cached_property
    def _tokenizer(self) -> Any:
        return build_tokenizer(read_vocabulary())

    @cached_property
    def _model(self) -> SentenceModel:
        return SentenceModel(checked_model(), self._is_exact)


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
