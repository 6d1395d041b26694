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
    """Over HNSW's, or over the mean where a search is timed by what it reads."""
    build_factor: float = 1
    scan_gb_s_per_core: Span | None = None
    """What a search reads, vector after vector; None: it hops through a graph."""
    speed: str
    """Where its speed comes from."""


class DimsLimit(BaseModel):
    """The most values that a vector may have in an engine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    most: int
    fact: str
    value_bytes: float | None = None
    """Of the values that it speaks of; None: of all."""
    kinds: tuple[IndexKind, ...] = ()
    """Of indexes that it speaks of; empty: of all."""

    def bears_on(self, kind: IndexKind, value_bytes: float) -> bool:
        return self.value_bytes in (None, value_bytes) and (not self.kinds or kind in self.kinds)


class Engine(BaseModel):
    """The kinds that an engine builds, and its own rule for memory where it publishes one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: tuple[IndexKind, ...]
    source: str
    overhead: Span | None = None
    links: float | None = None
    scan_gb_s_per_core: Span | None = None
    """Its own, where published runs show it."""
    value_bytes: tuple[float, ...] = ()
    """Widths of a value that it stores, where it stores few; empty: those that there are."""
    dims: tuple[DimsLimit, ...] = ()


class VectorIndexes(BaseModel):
    """The table of kinds and engines."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    formats: Mapping[float, str]
    """Bytes of a stored value, and what such values are called."""
    quantised_below_bytes: float
    original_bytes: float
    request_us: float
    """Of a core, for a query that has nothing to search."""
    lists_per_root: float
    most_lists_scanned: float
    probes_per_root: Span
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
    scan: Span | None
    """GB/s a core, where searches read vector after vector."""
    sources: str


def vector_indexes(knowledge: Knowledge) -> VectorIndexes:
    """The packaged table."""
    return table_cache(knowledge, _read)


def index_of(knowledge: Knowledge, kind: IndexKind, engine: str = "", value_bytes: float = 4) -> Index:
    """The layout of `kind`, in `engine` where one is named; InputRefused says what that engine builds."""
    table = vector_indexes(knowledge)
    layout = table.kinds[kind]
    own = _engine(table, kind, engine) if engine else None
    # A rule that counts links as a share of the values holds for whole values: links don't shrink with them.
    ruled = own is not None and (own.links != 0 or value_bytes >= table.quantised_below_bytes)
    overhead = layout.overhead or _span(knowledge, "index_overhead")
    links = _span(knowledge, "m_connections")
    if own and ruled and own.links is not None:
        links = Span(low=own.links, value=own.links, high=own.links)
    return Index(
        kind=kind,
        layout=layout,
        overhead=_spread(knowledge, own.overhead)
        if own and ruled and own.overhead and kind != "exact"
        else overhead,
        links=links if layout.linked else Span(low=0, value=0, high=0),
        scan=own.scan_gb_s_per_core
        if own and own.scan_gb_s_per_core and layout.scan_gb_s_per_core
        else layout.scan_gb_s_per_core,
        sources=layout.source + (f"; {engine}: {own.source}" if own else ""),
    )


def memory_gb(
    knowledge: Knowledge,
    index: Index,
    count: float,
    dims: float,
    value_bytes: float,
    lists: float | None = None,
) -> Estimate:
    """Memory of one copy: overhead x (code + links) of every vector, and the centroids of `lists`."""
    per_link = constant(knowledge, "vectors", "graph_bytes_per_connection").value
    table, layout = vector_indexes(knowledge), index.layout
    centroids = (lists or table.lists_per_root * count**0.5) * 4 * dims if layout.listed else 0.0
    spans = (index.overhead.interval, layout.code_share.interval, index.links.interval)
    low, typical, high = (
        over
        * (count * (share * dims * value_bytes + layout.extra_bytes + per_link * links) + centroids)
        / 1e9
        for over, share, links in zip(*spans, strict=True)
    )
    return Estimate(low=low, typical=typical, high=high, unit="GB", formula=f"{index.kind}_memory")


def disk_gb(
    knowledge: Knowledge, index: Index, vectors: tuple[float, float, float], memory: Estimate,
    original_bytes: float | None = None,
) -> Estimate:  # fmt: skip
    """Disk of one copy: what lies in memory with its log and merges, full vectors, or the graph in whole sectors.

    `vectors` is their count, values and bytes of a value; `original_bytes` those of a value that is kept beside them
    to score again, where that is stated.
    """
    count, dims, value_bytes = vectors
    low, typical, high = constant(knowledge, "vectors", "disk_over_ram").interval
    raw = count * dims * _original_bytes(knowledge, index, value_bytes, original_bytes) / 1e9
    if index.layout.graph_on_disk:
        whole = count * _node_bytes(knowledge, index, dims, value_bytes) / 1e9 + raw
        kept = (whole, whole, whole)
    else:
        kept = (memory.low + raw, memory.typical + raw, memory.high + raw)
    return Estimate(
        low=kept[0] * low, typical=kept[1] * typical, high=kept[2] * high, unit="GB", formula="vector_disk"
    )


def _original_bytes(knowledge: Knowledge, index: Index, value_bytes: float, stated: float | None) -> float:
    """Of a value that stays on disk beside what is searched; quantised values are made of 32-bit ones."""
    table = vector_indexes(knowledge)
    if stated is not None:
        return stated
    if value_bytes < table.quantised_below_bytes:
        return table.original_bytes
    return value_bytes if index.layout.originals_on_disk else 0.0


def refuse_corpus(knowledge: Knowledge, count: float) -> None:
    """InputRefused for more vectors than any offer of vector search takes together."""
    most = constant(knowledge, "vectors", "largest_corpus").value
    if count > most:
        raise InputRefused(
            f"{count:,.0f} vectors are more than any offer of vector search takes ({most:,.0f}).",
            f"Give at most {most:,.0f}.",
        )


def check_original(knowledge: Knowledge, original_bytes: float | None) -> None:
    """InputRefused where no format has so many bytes a value that is kept beside the index; 0 keeps none."""
    formats = vector_indexes(knowledge).formats
    if original_bytes and original_bytes not in formats:
        known = ", ".join(f"{width:g} ({words})" for width, words in formats.items())
        raise InputRefused(
            f"No vectors are stored with {original_bytes:g} bytes a value, as original_bytes_per_value says.",
            f"Give 0 (none are kept), {known}.",
        )


def check_values(knowledge: Knowledge, kind: IndexKind, engine: str, dims: float, value_bytes: float) -> None:
    """InputRefused where no format has so many bytes a value, or the engine doesn't take such vectors."""
    table = vector_indexes(knowledge)
    if value_bytes not in table.formats:
        known = ", ".join(f"{width:g} ({words})" for width, words in table.formats.items())
        raise InputRefused(f"No vectors are stored with {value_bytes:g} bytes a value.", f"Give {known}.")
    if not engine:
        return
    own = _engine(table, kind, engine)
    if own.value_bytes and value_bytes not in own.value_bytes:
        known = " or ".join(f"bytes_per_value={width:g}" for width in own.value_bytes)
        raise InputRefused(
            f"{engine} doesn't store {table.formats[value_bytes]}, {value_bytes:g} bytes a value.",
            f"Give {known}.",
        )
    limit = next((item for item in own.dims if item.bears_on(kind, value_bytes)), None)
    if limit is not None and dims > limit.most:
        raise InputRefused(
            f"{engine} takes at most {limit.most:,} dimensions in {kind} at {value_bytes:g} bytes a value"
            f" ({limit.fact}), {dims:,.0f} are asked for.",
            _ways_out(own, kind, dims),
        )


def _ways_out(own: Engine, kind: IndexKind, dims: float) -> str:
    """What of the engine takes so many dimensions."""
    narrower = [
        f"bytes_per_value={item.value_bytes:g} (up to {item.most:,})"
        for item in own.dims
        if item.value_bytes is not None and item.most >= dims and item.bears_on(kind, item.value_bytes)
    ]
    limited = any(item.bears_on("exact", item.value_bytes or 4) for item in own.dims)
    scanned = ["index=exact"] if "exact" in own.kinds and not limited else []
    return f"Give {' or '.join([*narrower, *scanned, 'fewer dimensions'])}, or another engine."


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


def _spread(knowledge: Knowledge, rule: Span) -> Span:
    """A maker's rule, as wide as measured memory lies about computed memory."""
    low, _, high = constant(knowledge, "vectors", "index_spread").interval
    return Span(low=min(rule.low, low * rule.value), value=rule.value, high=max(rule.high, high * rule.value))


def _span(knowledge: Knowledge, name: str) -> Span:
    low, value, high = constant(knowledge, "vectors", name).interval
    return Span(low=low, value=value, high=high)


def _read(knowledge: Knowledge) -> VectorIndexes:
    return VectorIndexes.model_validate(knowledge.files.yaml("perf/vector_indexes.yaml"))


KINDS: tuple[IndexKind, ...] = get_args(IndexKind)
