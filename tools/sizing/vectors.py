"""How much memory, disk and how many nodes a vector index needs."""

import math

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from knowledge.sizing_data import constant
from tools.estimate import Estimate, point


class VectorPlan(BaseModel):
    """Storage and nodes of a vector index."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    raw_vector_storage_gb: Estimate
    """One copy of the vectors alone."""
    index_ram_gb: Estimate
    """All replicas."""
    disk_gb: Estimate
    """All replicas."""
    search_nodes: int
    """Nodes of 128 cores and 512 GB."""
    node_share: float
    """What is needed of the first node, where less than one: 0.02 is 10 GB of memory or 2.5 cores."""
    qps_capacity: Estimate
    """Of these nodes, per engine a factor of three to five either way."""
    evidence: str


def size_vectors(
    knowledge: Knowledge,
    count: float,
    dims: float,
    *,
    replicas: int = 1,
    bytes_per_value: float = 4,
    peak_qps: float = 0.0,
) -> VectorPlan:
    """Size an HNSW index of `count` vectors of `dims` values, held in memory."""
    raw = count * dims * bytes_per_value / 1e9
    memory = index_memory_gb(knowledge, count, raw).scaled(replicas, "GB")
    low, typical, high = constant(knowledge, "vectors", "disk_over_ram").interval
    disk = Estimate(
        low=memory.low * low, typical=memory.typical * typical, high=memory.high * high, unit="GB",
        formula="vector_disk",
    )  # fmt: skip
    needed = max(memory.typical / _node_gb(knowledge), peak_qps / _node_qps(knowledge), 1e-6)
    nodes = max(math.ceil(needed), replicas if count else 0, 1)
    per = constant(knowledge, "vectors", "qps_per_vcpu")
    cores = constant(knowledge, "vectors", "node_cores").value * nodes
    return VectorPlan(
        raw_vector_storage_gb=point(
            raw, "GB", formula="raw_vectors",
            inputs={"vectors": count, "dimensions": dims, "bytes_per_value": bytes_per_value},
        ),
        index_ram_gb=memory, disk_gb=disk, search_nodes=nodes, node_share=round(min(needed, 1.0), 6),
        qps_capacity=Estimate(
            low=per.interval[0] * cores, typical=per.value * cores, high=per.interval[2] * cores,
            unit="queries/s", formula="vector_qps",
        ),
        evidence=f"HNSW memory rule: {constant(knowledge, 'vectors', 'index_overhead').source}.",
    )  # fmt: skip


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


def _node_qps(knowledge: Knowledge) -> float:
    return (
        constant(knowledge, "vectors", "qps_per_vcpu").value
        * constant(knowledge, "vectors", "node_cores").value
    )
