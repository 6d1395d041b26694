"""Our embedding model in the shape that Chroma wants; imported only where Chroma is."""

from typing import Any, Literal

from chromadb import Documents, EmbeddingFunction, Embeddings

from ..embedding import Embedder, MiniLm


class KnowledgeEmbedding(EmbeddingFunction[Documents]):
    """Every collection is made and opened with it; Chroma's default would fetch a model."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder or MiniLm()

    def __call__(self, input: Documents) -> Embeddings:
        return list(self._embedder.embed(input))

    @staticmethod
    def name() -> str:
        return "stackwright-minilm-l6-v2-int8"

    def get_config(self) -> dict[str, Any]:
        return {"sha256": self._embedder.sha256, "dimensions": self._embedder.dimensions}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> "KnowledgeEmbedding":
        return KnowledgeEmbedding()

    def default_space(self) -> Literal["cosine", "l2", "ip"]:
        return "cosine"
