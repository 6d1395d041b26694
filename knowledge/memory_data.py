"""Facts that decide what a memory holds: what a device shows of it, what checkpoints take, how wide models are.

A maker's gigabytes are a name: of "80 GB" a program finds 79.2 GiB, of "24 GB" 22.2 or 23.6.
"""

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from .aliases import table_cache, validated

if TYPE_CHECKING:
    from .hardware import Accelerator
    from .library import Knowledge
    from .models import ModelSpec

GIB = 2**30


class VisibleMemory(BaseModel):
    """Memory that programs find on a device, as they report it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    gib: float = Field(gt=0)
    source: str
    as_of: str


class LoadedWeights(BaseModel):
    """What the weights of a published checkpoint took on all devices together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    arch_key: str
    precision: str
    gb: float = Field(gt=0)
    source: str
    as_of: str


class Widths(BaseModel):
    """Sizes of an architecture that decide how much one step needs beside weights and caches."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    arch_key: str
    vocab: int = Field(gt=0)
    intermediate: int = Field(gt=0)
    """Of the feed-forward layer, or of one expert."""
    tied: bool = False
    """One matrix serves as input and output embedding."""
    source: str
    as_of: str


def visible_gb(knowledge: "Knowledge", accelerator: "Accelerator") -> float:
    """Decimal gigabytes that a program finds on the device; the maker's figure where no report is known."""
    found = table_cache(knowledge, _visible).get(accelerator.key)
    return accelerator.memory_gb if found is None else found.gib * GIB / 1e9


def loaded_gb(knowledge: "Knowledge", model: "ModelSpec", precision: str) -> float | None:
    """Decimal gigabytes of the published checkpoint, where an engine reported them."""
    found = table_cache(knowledge, _loaded).get((model.arch_key, precision))
    return None if found is None else found.gb


def widths(knowledge: "Knowledge", model: "ModelSpec") -> Widths | None:
    """The widths of the model's architecture; None where they aren't in the table."""
    return table_cache(knowledge, _widths).get(model.arch_key)


def _visible(knowledge: "Knowledge") -> dict[str, VisibleMemory]:
    name = "perf/visible_memory.csv"
    return {row["key"]: validated(VisibleMemory, row, name) for row in knowledge.files.rows(name)}


def _loaded(knowledge: "Knowledge") -> dict[tuple[str, str], LoadedWeights]:
    name = "perf/loaded_weights.csv"
    found = [validated(LoadedWeights, row, name) for row in knowledge.files.rows(name)]
    return {(item.arch_key, item.precision): item for item in found}


def _widths(knowledge: "Knowledge") -> dict[str, Widths]:
    name = "perf/model_widths.csv"
    return {row["arch_key"]: validated(Widths, row, name) for row in knowledge.files.rows(name)}
