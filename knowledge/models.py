"""Models as their makers publish them: architecture, licence, languages; None is unknown.

Language models that only an API serves have no architecture here; they can be priced and rated, not sized.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from .aliases import canonical, nearest, table_cache, validated

if TYPE_CHECKING:
    from .library import Knowledge

TABLE = "perf/models.csv"
ModelType = Literal["llm", "api_llm", "encoder", "embedding", "reranker", "vision", "image", "asr", "tts"]


class ModelSpec(BaseModel):
    """One model; parameters in billions, cache bytes at 16 bit over all layers."""

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
    """Cache that grows with every token."""
    window_kv_bytes_per_token: float | None = None
    """Cache of the layers that keep `window` tokens only; layers with a constant state count nowhere."""
    window: int | None = None
    native_precision: Literal["bf16", "fp8", "fp4", "int4", ""] = ""
    """Precision of the published weights."""
    embed_dim: int | None = None
    gflops_per_item: float | None = None
    """Billions of operations per image or 30 s of speech; None: 2 x active parameters x tokens."""
    licence: str = ""
    licence_source: str = ""
    """Where the maker states the licence of the weights; empty: not read there."""
    commercial_use: Literal["yes", "conditions", "no", "unknown"] = "unknown"
    languages: str = ""
    """`multilingual`, `en`, or a list of codes; empty = unknown."""
    source: str
    as_of: str
    confidence: Literal["high", "medium", "low"]
    notes: str = ""

    @property
    def sizeable(self) -> bool:
        """Whether memory and speed as a language model can be computed."""
        return None not in (self.params_b, self.active_b, self.layers, self.hidden, self.kv_bytes_per_token)

    def cache_bytes(self, context: float, bytes_per_value: float = 2) -> float:
        """KV cache of one sequence of `context` tokens."""
        windowed = (self.window_kv_bytes_per_token or 0) * min(context, self.window or 0)
        return ((self.kv_bytes_per_token or 0) * context + windowed) * bytes_per_value / 2


def models(knowledge: "Knowledge") -> dict[str, ModelSpec]:
    """Every model by key, in file order."""
    return table_cache(knowledge, _read)


def spec_of(row: Mapping[str, str]) -> ModelSpec:
    """One row of the table."""
    return validated(ModelSpec, row, TABLE)


def model_called(knowledge: "Knowledge", name: str) -> str | None:
    """The key of the model that has this name, spelt anyhow."""
    return table_cache(knowledge, _spellings).get(canonical(name))


def resolve_model(knowledge: "Knowledge", text: str) -> ModelSpec:
    """The model that `text` names in any known spelling; UnknownName offers the nearest three."""
    spellings = table_cache(knowledge, _spellings)
    bare = text.strip().rsplit("/", 1)[-1]
    for spelling in (text, bare, _SUFFIX.sub("", bare)):
        key = spellings.get(canonical(spelling))
        if key is not None:
            return models(knowledge)[key]
    raise nearest(text, models(knowledge), "model")


_SUFFIX = re.compile(r"(?i)[-_ ](instruct|it|chat|fp8|nvfp4|bf16|fp16|awq|gptq|int4|w4a16|hf)+$")


def _read(knowledge: "Knowledge") -> dict[str, ModelSpec]:
    return {row["key"]: spec_of(row) for row in knowledge.files.rows(TABLE)}


def _spellings(knowledge: "Knowledge") -> dict[str, str]:
    found = {canonical(key): key for key in models(knowledge)}
    for row in knowledge.files.rows("perf/model_aliases.csv"):
        found[canonical(row["alias"])] = row["key"]
    return found
