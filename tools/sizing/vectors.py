"""How much memory, disk and how many nodes a vector index needs."""

import math

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from knowledge.sizing_data import constant
from tools.estimate import Estimate, point

from .vector_search import VectorLoad, predict_vector


class VectorPlan(BaseModel):
    """Storage and nodes of a vector index."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
    evidence: str


def size_vectors(
    knowledge: Knowledge,
    count: float,
    dims: float,
    *,
    replicas: int = 1,
    bytes_per_value: float = 4,
    peak_qps: float = 0.0,
    results: float = 10.0,
) -> VectorPlan:
    """Size an HNSW index of `count` vectors of `dims` values, held in memory."""
    raw = count * dims * bytes_per_value / 1e9
    one_copy = index_memory_gb(knowledge, count, raw)
    load = _load(knowledge, one_copy, count, dims, bytes_per_value, results)
    speed = predict_vector(knowledge, "qps", load)
    needed = max(
        replicas * one_copy.typical / _node_gb(knowledge), load.nodes * peak_qps / speed.typical, 1e-6
    )
    copies = max(replicas, math.ceil(peak_qps / speed.typical - 1e-9))
    memory = one_copy.scaled(copies, "GB")
    low, typical, high = constant(knowledge, "vectors", "disk_over_ram").interval
    return VectorPlan(
        raw_vector_storage_gb=point(
            raw, "GB", formula="raw_vectors",
            inputs={"vectors": count, "dimensions": dims, "bytes_per_value": bytes_per_value},
        ),
        index_ram_gb=memory,
        disk_gb=Estimate(
            low=memory.low * low, typical=memory.typical * typical, high=memory.high * high, unit="GB",
            formula="vector_disk",
        ),
        search_nodes=int(load.nodes) * copies, node_share=round(min(needed, 1.0), 6),
        shards=int(load.nodes), copies=copies,
        qps_capacity=speed.scaled(copies, "queries/s"),
        latency_p99_ms=predict_vector(knowledge, "latency_p99_ms", load),
        build_h=predict_vector(knowledge, "build_time_s", load).scaled(1 / 3600, "h"),
        evidence=f"HNSW memory rule: {constant(knowledge, 'vectors', 'index_overhead').source}. Speed, p99 and "
        "build: fitted over published results, with each engine left out in turn for the interval.",
    )  # fmt: skip


def _load(
    knowledge: Knowledge, one_copy: Estimate, count: float, dims: float, width: float, results: float
) -> VectorLoad:
    """One copy on as many whole nodes as its memory needs."""
    shards = max(math.ceil(one_copy.typical / _node_gb(knowledge)), 1)
    cores = constant(knowledge, "vectors", "node_cores").value
    return VectorLoad(cores, max(count, 1.0), dims, results=results, nodes=float(shards), value_bytes=width)


def index_memory_gb(knowledge: Knowledge, count: float, raw_gb: float, *, linked: bool = True) -> Estimate:
    """overhead x (vector + bytes per link x links): the cited rules span the interval; lists have no links."""
    links = constant(knowledge, "vectors", "m_connections").interval if linked else (0.0, 0.0, 0.0)
    per_link = constant(knowledge, "vectors", "graph_bytes_per_connection").value
    overhead = constant(knowledge, "vectors", "index_overhead").interval
    low, typical, high = (
        factor * (raw_gb + count * per_link * link / 1e9)
        for factor, link in zip(overhead, links, strict=True)
    )
    return Estimate(low=low, typical=typical, high=high, unit="GB", formula="hnsw_memory")


def _node_gb(knowledge: Knowledge) -> float:
    share = constant(knowledge, "vectors", "page_cache_share").value
    return share * constant(knowledge, "vectors", "node_memory_gb").value
