"""Token prices of hosted models, with the bounds that keep out the defects found in public price maps."""

import re
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from .aliases import canonical, table_cache
from .prices import Confidence
from .records import Record
from .tables import read_table

if TYPE_CHECKING:
    from .library import Knowledge

HIGHEST_USD_PER_M = 200
_RELEASE = re.compile(r"(-20\d{6})?-v\d+:\d+$")
"""What Bedrock's names end with."""
HIGHEST_EMBEDDING_USD_PER_M = 1
"""Embedding prices lie between 0.008 and 0.2: 100 is a unit error seen in a public map."""


class LlmPrice(Record):
    """USD per million tokens of one model at one provider; a price of 0 is no price."""

    model: str
    provider: str
    mode: Literal["chat", "embedding", "rerank"]
    input_usd_per_m: float | None = Field(default=None, gt=0, le=HIGHEST_USD_PER_M)
    output_usd_per_m: float | None = Field(default=None, gt=0, le=HIGHEST_USD_PER_M)
    cache_read_usd_per_m: float | None = Field(default=None, gt=0)
    cache_write_usd_per_m: float | None = Field(default=None, gt=0)
    batch_input_usd_per_m: float | None = Field(default=None, gt=0)
    batch_output_usd_per_m: float | None = Field(default=None, gt=0)
    long_context_input_usd_per_m: float | None = Field(default=None, gt=0)
    long_context_from_tokens: int | None = None
    usd_per_query: float | None = Field(default=None, gt=0, lt=1)
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    embedding_dim: int | None = None
    deprecation_date: date | None = None
    confidence: Confidence
    source: str
    as_of: date

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        if self.input_usd_per_m is None and self.usd_per_query is None:
            raise ValueError("a model needs a price per token or per query")
        if self.mode == "embedding" and (self.input_usd_per_m or 0) > HIGHEST_EMBEDDING_USD_PER_M:
            raise ValueError("an embedding model at more than 1 USD per million tokens is a unit error")
        if self.mode == "chat" and (self.output_usd_per_m or 0) < (self.input_usd_per_m or 0):
            raise ValueError("output cheaper than input: the two prices are swapped, or one is missing")
        return self

    def offered(self, as_of: date) -> bool:
        """Whether the provider still offers it at `as_of`."""
        return self.deprecation_date is None or self.deprecation_date > as_of

    @property
    def pinned(self) -> bool:
        """Whether the name means one model for ever; `-latest` names move."""
        return not self.model.endswith("-latest")


def llm_prices(knowledge: "Knowledge") -> dict[str, LlmPrice]:
    """Prices by model name as the provider spells it."""
    return table_cache(knowledge, _read)


def prices_of_model(knowledge: "Knowledge", model: str) -> tuple[LlmPrice, ...]:
    """Prices of `model` by exact name, or at every provider that hosts a model of that name."""
    exact = llm_prices(knowledge).get(model)
    if exact is not None:
        return (exact,)
    return table_cache(knowledge, _by_bare_name).get(_bare(model), ())


def offers_of_model(knowledge: "Knowledge", model: str) -> tuple[LlmPrice, ...]:
    """Prices of `model` wherever one of that name is sold, that under its exact name first."""
    named = table_cache(knowledge, _by_bare_name).get(_bare(model), ())
    return tuple(sorted(named, key=lambda row: row.model != model))


def only_sold(knowledge: "Knowledge", held: Iterable[str]) -> tuple[str, ...]:
    """Names of priced models beside those that are `held` otherwise, by the names that these have."""
    known = {_bare(name) for name in held}
    names = (row.model for row in llm_prices(knowledge).values() if _bare(row.model) not in known)
    return tuple(names)


def _read(knowledge: "Knowledge") -> dict[str, LlmPrice]:
    return {row.model: row for row in read_table(knowledge, "cost/llm_prices.csv", LlmPrice)}


def _by_bare_name(knowledge: "Knowledge") -> dict[str, tuple[LlmPrice, ...]]:
    found: dict[str, tuple[LlmPrice, ...]] = {}
    for row in llm_prices(knowledge).values():
        found[_bare(row.model)] = (*found.get(_bare(row.model), ()), row)
    return found


def _bare(model: str) -> str:
    """Name without provider path, release suffix and punctuation."""
    last = _RELEASE.sub("", model.rsplit("/", 1)[-1].removeprefix("anthropic.").removeprefix("amazon."))
    name = canonical(last)
    return name.removesuffix("turbo").removesuffix("instruct")
