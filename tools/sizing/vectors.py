"""How much memory, disk and how many nodes a vector index needs."""

import math
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from knowledge.sizing_data import constant
from tools.estimate import Estimate, point

from .vector_index import Index, IndexKind, disk_gb, index_of, memory_gb, vector_indexes
from .vector_search import VectorLoad, predict_vector


class VectorPlan(BaseModel):
    """Storage and nodes of a vector index."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: IndexKind
    engine: str = ""
    """Whose layout it is; empty: of no engine in particular."""
    raw_vector_storage_gb: Estimate
    """One copy of the vectors alone."""
    index_ram_gb: Estimate
    """All copies."""
    disk_gb: Estimate
    """All copies."""
    search_nodes: int
    """Nodes of 128 cores and 512 GB."""
    node_share: float
    """What is needed of the first node, where less than one: 0.02 is 10 GB of memory or 2.5 cores."""
    shards: int
    """Nodes that one copy needs for its memory; every query asks all of them."""
    copies: int
    """Of the index: those asked for, or as many as carry the peak."""
    qps_capacity: Estimate
    """Of all copies, per engine a factor of three to five either way."""
    latency_p99_ms: Estimate
    """Of one search."""
    build_h: Estimate
    """Building one copy from nothing, on all its shards at once."""
    exact_scan_ms: Estimate
    """What a search without any index takes on eight cores: where it is short, none is needed."""
    evidence: str


SMALL_CORES = 8.0


def size_vectors(
    knowledge: Knowledge,
    count: float,
    dims: float,
    *,
    replicas: int = 1,
    bytes_per_value: float = 4,
    peak_qps: float = 0.0,
    results: float = 10.0,
    index: IndexKind = "hnsw",
    engine: str = "",
) -> VectorPlan:
    """Size an index of `count` vectors of `dims` values, as `engine` lays it out where one is named."""
    raw = count * dims * bytes_per_value / 1e9
    chosen = index_of(knowledge, index, engine)
    one_copy = memory_gb(knowledge, chosen, count, dims, bytes_per_value)
    load = _load(knowledge, one_copy, count, dims, bytes_per_value, results)
    speed = _speed(knowledge, chosen, load, raw)
    needed = max(
        replicas * one_copy.typical / _node_gb(knowledge), load.nodes * peak_qps / speed.qps.typical, 1e-6
    )
    copies = max(replicas, math.ceil(peak_qps / speed.qps.typical - 1e-9))
    disk = disk_gb(knowledge, chosen, count, dims, bytes_per_value, one_copy)
    return VectorPlan(
        index=index, engine=engine,
        raw_vector_storage_gb=point(
            raw, "GB", formula="raw_vectors",
            inputs={"vectors": count, "dimensions": dims, "bytes_per_value": bytes_per_value},
        ),
        index_ram_gb=one_copy.scaled(copies, "GB"), disk_gb=disk.scaled(copies, "GB"),
        search_nodes=int(load.nodes) * copies, node_share=round(min(needed, 1.0), 6),
        shards=int(load.nodes), copies=copies,
        qps_capacity=speed.qps.scaled(copies, "queries/s"), latency_p99_ms=speed.p99_ms, build_h=speed.build_h,
        exact_scan_ms=_scan_ms(knowledge, raw, SMALL_CORES),
        evidence=f"{chosen.layout.title}: {chosen.sources}. {speed.evidence}",
    )  # fmt: skip


class Speed(NamedTuple):
    """Of one copy on its nodes."""

    qps: Estimate
    p99_ms: Estimate
    build_h: Estimate
    evidence: str


FITTED = (
    "Speed, p99 and build: fitted over published results of all engines, each left out in turn for the interval; "
    "engines differ more than kinds of index do."
)


def _speed(knowledge: Knowledge, index: Index, load: VectorLoad, raw_gb: float) -> Speed:
    build = predict_vector(knowledge, "build_time_s", load).scaled(index.layout.build_factor / 3600, "h")
    if index.layout.scan_gb_s_per_core is not None:
        took = _scan_ms(knowledge, raw_gb, load.cores * load.nodes)
        rate = Estimate(
            low=1e3 / took.high, typical=1e3 / took.typical, high=1e3 / took.low, unit="queries/s",
            formula="exact_scan",
        )  # fmt: skip
        nothing = point(0.0, "h", formula="exact_scan")
        return Speed(
            rate, took, nothing, "Speed: one query after another, each on all cores; nothing is built."
        )
    other = (
        "" if index.layout.qps_factor == 1 else " Its factor against HNSW: Milvus with both in VectorDBBench."
    )
    return Speed(
        predict_vector(knowledge, "qps", load).scaled(index.layout.qps_factor, "queries/s"),
        predict_vector(knowledge, "latency_p99_ms", load).scaled(index.layout.p99_factor, "ms"),
        build,
        FITTED + other,
    )


def _scan_ms(knowledge: Knowledge, raw_gb: float, cores: float) -> Estimate:
    """Every vector is read once, by so many cores together."""
    span = vector_indexes(knowledge).kinds["exact"].scan_gb_s_per_core
    assert span is not None, "an exact scan has a rate"
    slow, usual, fast = (1e3 * max(raw_gb, 1e-9) / (cores * rate) for rate in span.interval)
    return Estimate(low=fast, typical=usual, high=slow, unit="ms", formula="exact_scan")


def _load(
    knowledge: Knowledge, one_copy: Estimate, count: float, dims: float, width: float, results: float
) -> VectorLoad:
    """One copy on as many whole nodes as its memory needs."""
    shards = max(math.ceil(one_copy.typical / _node_gb(knowledge)), 1)
    cores = constant(knowledge, "vectors", "node_cores").value
    return VectorLoad(cores, max(count, 1.0), dims, results=results, nodes=float(shards), value_bytes=width)


def _node_gb(knowledge: Knowledge) -> float:
    share = constant(knowledge, "vectors", "page_cache_share").value
    return share * constant(knowledge, "vectors", "node_memory_gb").value
