"""How an index is laid out, by kind and by engine: bytes in memory and on disk for each vector."""

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from knowledge.aliases import table_cache
from knowledge.errors import InputRefused
from knowledge.sizing_data import constant
from tools.estimate import Estimate

IndexKind = Literal["hnsw", "hnsw_pq", "ivf", "ivf_pq", "diskann", "exact"]


class Span(BaseModel):
    """Low, typical and high of a factor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: float
    value: float
    high: float

    @property
    def interval(self) -> tuple[float, float, float]:
        return self.low, self.value, self.high


class Layout(BaseModel):
    """What one kind of index keeps, and how its speed compares with a graph in memory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    source: str
    linked: bool = False
    """Links of a graph lie in memory."""
    listed: bool = False
    """Centroids of lists lie in memory."""
    code_share: Span = Span(low=1, value=1, high=1)
    """Bytes in memory over the bytes of the values."""
    extra_bytes: float = 0
    """A vector, beside code and links."""
    overhead: Span | None = None
    originals_on_disk: bool = False
    """The full vectors stay on disk, to score the best candidates again."""
    graph_on_disk: bool = False
    degree: int = 0
    qps_factor: float = 1
    p99_factor: float = 1
    build_factor: float = 1
    scan_gb_s_per_core: Span | None = None
    """None: a search doesn't read every vector."""


class Engine(BaseModel):
    """The kinds that an engine builds, and its own rule for memory where it publishes one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: tuple[IndexKind, ...]
    source: str
    overhead: Span | None = None
    links: float | None = None


class VectorIndexes(BaseModel):
    """The table of kinds and engines."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    lists_per_root: float
    sector_bytes: int
    kinds: Mapping[IndexKind, Layout]
    engines: Mapping[str, Engine]


class Index(BaseModel):
    """A kind as one engine lays it out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: IndexKind
    layout: Layout
    overhead: Span
    links: Span
    """Of a vector."""
    sources: str


def vector_indexes(knowledge: Knowledge) -> VectorIndexes:
    """The packaged table."""
    return table_cache(knowledge, _read)


def index_of(knowledge: Knowledge, kind: IndexKind, engine: str = "") -> Index:
    """The layout of `kind`, in `engine` where one is named; InputRefused says what that engine builds."""
    table = vector_indexes(knowledge)
    layout = table.kinds[kind]
    own = _engine(table, kind, engine) if engine else None
    overhead = layout.overhead or _span(knowledge, "index_overhead")
    links = _span(knowledge, "m_connections")
    if own and own.links is not None:
        links = Span(low=own.links, value=own.links, high=own.links)
    return Index(
        kind=kind,
        layout=layout,
        overhead=own.overhead if own and own.overhead and kind != "exact" else overhead,
        links=links if layout.linked else Span(low=0, value=0, high=0),
        sources=layout.source + (f"; {engine}: {own.source}" if own else ""),
    )


def memory_gb(knowledge: Knowledge, index: Index, count: float, dims: float, value_bytes: float) -> Estimate:
    """Memory of one copy: overhead x (code + links) of every vector, and the centroids of lists."""
    per_link = constant(knowledge, "vectors", "graph_bytes_per_connection").value
    table, layout = vector_indexes(knowledge), index.layout
    centroids = table.lists_per_root * count**0.5 * 4 * dims if layout.listed else 0.0
    spans = (index.overhead.interval, layout.code_share.interval, index.links.interval)
    low, typical, high = (
        over
        * (count * (share * dims * value_bytes + layout.extra_bytes + per_link * links) + centroids)
        / 1e9
        for over, share, links in zip(*spans, strict=True)
    )
    return Estimate(low=low, typical=typical, high=high, unit="GB", formula=f"{index.kind}_memory")


def disk_gb(
    knowledge: Knowledge, index: Index, count: float, dims: float, value_bytes: float, memory: Estimate
) -> Estimate:
    """Disk of one copy: what lies in memory with its log and merges, full vectors, or the graph in whole sectors."""
    low, typical, high = constant(knowledge, "vectors", "disk_over_ram").interval
    if index.layout.graph_on_disk:
        whole = count * _node_bytes(knowledge, index, dims, value_bytes) / 1e9
        kept = (whole, whole, whole)
    else:
        raw = count * dims * value_bytes / 1e9 if index.layout.originals_on_disk else 0.0
        kept = (memory.low + raw, memory.typical + raw, memory.high + raw)
    return Estimate(
        low=kept[0] * low, typical=kept[1] * typical, high=kept[2] * high, unit="GB", formula="vector_disk"
    )


def _node_bytes(knowledge: Knowledge, index: Index, dims: float, value_bytes: float) -> float:
    """A vector with its neighbours fills sectors: several to one, or one to several."""
    sector = vector_indexes(knowledge).sector_bytes
    own = dims * value_bytes + 4 * (index.layout.degree + 1)
    if own <= sector:
        return sector / (sector // own)
    return sector * -(-own // sector)


def _engine(table: VectorIndexes, kind: IndexKind, engine: str) -> Engine:
    if engine not in table.engines:
        raise InputRefused(
            f"No layout of indexes is known of the engine {engine!r}.",
            f"Give one of {', '.join(sorted(table.engines))}, or leave engine out.",
        )
    own = table.engines[engine]
    if kind not in own.kinds:
        raise InputRefused(f"{engine} doesn't build {kind}.", f"Give index={' or index='.join(own.kinds)}.")
    return own


def _span(knowledge: Knowledge, name: str) -> Span:
    low, value, high = constant(knowledge, "vectors", name).interval
    return Span(low=low, value=value, high=high)


def _read(knowledge: Knowledge) -> VectorIndexes:
    return VectorIndexes.model_validate(knowledge.files.yaml("perf/vector_indexes.yaml"))


KINDS: tuple[IndexKind, ...] = get_args(IndexKind)
