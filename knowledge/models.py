"""Models as their makers publish them: architecture, licence, languages; None is unknown.

Language models that only an API serves have no architecture here; they can be priced and rated, not sized.
"""

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from .library import Knowledge

ModelType = Literal["llm", "api_llm", "embedding", "reranker", "vision", "image", "asr"]


class ModelSpec(BaseModel):
    """One model; parameters in billions, KV bytes per token at 16 bit over all layers (an upper bound where `sliding`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    family: str
    arch_key: str
    """Models with the same architecture share it (Llama-3.1-70B, Llama-3.3-70B)."""
    type: ModelType
    open_weights: bool
    params_b: float | None = None
    active_b: float | None = None
    layers: int | None = None
    hidden: int | None = None
    heads: int | None = None
    kv_heads: int | None = None
    head_dim: int | None = None
    experts: int | None = None
    experts_per_token: int | None = None
    context: int | None = None
    attention: Literal["mha", "gqa", "mqa", "mla", "encoder", "other", ""] = ""
    kv_bytes_per_token: float | None = None
    full_attention_layers: int | None = None
    """Layers whose cache grows with the context; the others keep `window` tokens or a constant state."""
    window: int | None = None
    native_precision: Literal["bf16", "fp8", "fp4", "int4", ""] = ""
    """Precision of the published weights."""
    embed_dim: int | None = None
    licence: str = ""
    commercial_use: Literal["yes", "conditions", "no", "unknown"] = "unknown"
    languages: str = ""
    """`multilingual`, `en`, or a list of codes; empty = unknown."""
    source: str
    as_of: str
    confidence: Literal["high", "medium", "low"]
    notes: str = ""

    @property
    def sizeable(self) -> bool:
        """Whether memory and speed can be computed."""
        return self.params_b is not None and self.layers is not None


def models(knowledge: "Knowledge") -> dict[str, ModelSpec]:
    """Every model by key, in file order."""
    raise NotImplementedError


def resolve_model(knowledge: "Knowledge", text: str) -> ModelSpec:
    """The model that `text` names in any known spelling; UnknownName offers the nearest three."""
    raise NotImplementedError
