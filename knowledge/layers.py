"""One knowledge base over another: refreshed public data over the packaged, the user's own over both.

A layer holds whole, validated records; the one on top wins. What it replaces stays in the base, so taking a
layer away brings it back.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from .aliases import validated
from .checks.finding import Finding
from .currencies import FxRate
from .errors import KnowledgeInvalid
from .files import DataFiles
from .library import Knowledge
from .llm_prices import LlmPrice
from .media_prices import MediaPrice
from .own_runs import TABLE as OWN_RUNS
from .own_runs import OwnRun
from .prices import AcceleratorPrice, CommitmentDiscount, CpuPrice, PurchasePrice
from .rate_tiers import RateTier
from .records import Argument, Component, Fact, Record, Rule
from .service_prices import ServicePrice
from .staff import StaffRate, TrainingPrice

Row = dict[str, str]


class Table(NamedTuple):
    """A table that rows may be laid over: how a row is checked, and the columns that tell rows apart."""

    model: type[Record]
    columns: tuple[str, ...]

    def key(self, row: Mapping[str, str]) -> tuple[str, ...]:
        return tuple((row.get(column) or "").strip() for column in self.columns)

    def problem(self, row: Mapping[str, str]) -> str:
        """What is wrong with a row, without a full stop; empty when it is sound."""
        try:
            validated(self.model, row, "")
        except KnowledgeInvalid as invalid:
            label = next(iter(row.values()), "")
            return invalid.message.removeprefix(f", row {label!r}, ").removeprefix(": ").rstrip(".")
        return ""


TABLES: dict[str, Table] = {
    "cost/accelerator_prices.csv": Table(
        AcceleratorPrice, ("accelerator", "mode", "cloud", "offer", "region")
    ),
    "cost/accelerator_purchase.csv": Table(PurchasePrice, ("accelerator",)),
    "cost/commitment_discounts.csv": Table(CommitmentDiscount, ("cloud", "scenario")),
    "cost/cpu_prices.csv": Table(CpuPrice, ("cloud", "region_class", "cls", "arch", "gib_per_vcpu")),
    "cost/fx_rates.csv": Table(FxRate, ("currency",)),
    "cost/llm_prices.csv": Table(LlmPrice, ("model",)),
    "cost/media_prices.csv": Table(MediaPrice, ("model",)),
    "cost/rate_tiers.csv": Table(RateTier, ("id",)),
    "cost/service_prices.csv": Table(ServicePrice, ("id",)),
    "cost/staff_rates.csv": Table(StaffRate, ("region",)),
    "cost/training_prices.csv": Table(TrainingPrice, ("id",)),
    OWN_RUNS: Table(OwnRun, ("id",)),
}


@dataclass(frozen=True)
class Layer:
    """Records that replace or join those below."""

    name: str
    """What it is, for people."""
    digest: str
    """SHA-256 of what it was read from."""
    components: Mapping[str, Component] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    """Table -> rows."""
    documents: Mapping[str, Any] = field(default_factory=dict)
    """YAML file -> its content with the layer's own entries."""
    findings: tuple[Finding, ...] = ()
    """What of it is wrong; the records below are used there."""


class LayeredFiles(DataFiles):
    """The base's files, with the layer's rows and documents laid over."""

    def __init__(self, base: DataFiles, layer: Layer) -> None:
        self.root, self.is_packaged = base.root, base.is_packaged
        self._base, self._layer = base, layer

    def rows(self, name: str) -> list[Row]:
        rows = self._base.rows(name)
        added = self._layer.rows.get(name)
        return overlaid(rows, added, TABLES[name]) if added else rows

    def yaml(self, name: str) -> Any:
        return self._layer.documents[name] if name in self._layer.documents else self._base.yaml(name)

    def digest(self) -> str:
        below = self._base.digest()
        if not self._layer.digest:
            return below
        return hashlib.sha256(f"{below} {self._layer.digest}".encode()).hexdigest()


class LayeredKnowledge(Knowledge):
    """A knowledge base with a layer on top."""

    def __init__(self, base: Knowledge, layer: Layer) -> None:
        self.files = LayeredFiles(base.files, layer)
        self.base, self.layer = base, layer

    @property
    def layers(self) -> tuple[Layer, ...]:
        return (*self.base.layers, self.layer)

    @cached_property
    def components(self) -> dict[str, Component]:
        return {**self.base.components, **self.layer.components}

    @cached_property
    def facts(self) -> dict[str, Fact]:
        return {**self.base.facts, **self.layer.facts}

    @cached_property
    def rules(self) -> dict[str, Rule]:
        return {**self.base.rules, **self.layer.rules}

    @cached_property
    def arguments(self) -> dict[str, Argument]:
        return {**self.base.arguments, **self.layer.arguments}


def packaged_part(knowledge: Knowledge) -> Knowledge:
    """What lies below all layers."""
    return packaged_part(knowledge.base) if isinstance(knowledge, LayeredKnowledge) else knowledge


def overlaid(rows: list[Row], added: tuple[Row, ...], table: Table) -> list[Row]:
    """`rows` with those of the same key replaced where they stood, new ones at the end."""
    replacing = {table.key(row): row for row in added}
    kept = dict.fromkeys(replacing, False)
    return [
        *_replaced(rows, replacing, kept, table),
        *(row for key, row in replacing.items() if not kept[key]),
    ]


def _replaced(
    rows: list[Row],
    replacing: Mapping[tuple[str, ...], Row],
    kept: dict[tuple[str, ...], bool],
    table: Table,
) -> Iterator[Row]:
    for row in rows:
        key = table.key(row)
        if key not in replacing:
            yield row
        elif not kept[key]:
            kept[key] = True
            yield replacing[key]
