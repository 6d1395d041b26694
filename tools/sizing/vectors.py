"""How much memory, disk and how many nodes a vector index needs."""

import math
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from knowledge.sizing_data import constant
from tools.estimate import Estimate, point
from tools.wording import counted, number

from .vector_index import IndexKind, check_original, check_values, disk_gb, index_of, memory_gb
from .vector_search import VectorLoad
from .vector_speed import Lists, scan_ms, speed_of


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
    node_cores: float
    """Of a node that all figures speak of."""
    node_memory_gb: float
    search_nodes: int
    """Such nodes, all copies."""
    node_share: float
    """What is needed of the first node, where less than one: 0.02 of 128 cores and 512 GB is 2.5 cores or 10 GB."""
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
    """What a search without any index takes on eight cores."""
    need: str
    """Whether that, or no vector store at all, is enough."""
    evidence: str


SMALL_CORES = 8.0
LEAST_TOLD_MS = 0.1


class Node(NamedTuple):
    """One machine that searches; None: the one that stands in perf/sizing.yaml."""

    cores: float | None = None
    memory_gb: float | None = None


def size_vectors(
    knowledge: Knowledge,
    count: float,
    dims: float,
    *,
    replicas: int = 1,
    bytes_per_value: float = 4,
    original_bytes: float | None = None,
    peak_qps: float = 0.0,
    results: float = 10.0,
    index: IndexKind = "hnsw",
    engine: str = "",
    node: Node = Node(),  # noqa: B008 - a tuple, never changed
    lists: Lists = Lists(),  # noqa: B008 - a tuple, never changed
) -> VectorPlan:
    """Size an index of `count` vectors of `dims` values, as `engine` lays it out where one is named."""
    check_values(knowledge, index, engine, dims, bytes_per_value)
    check_original(knowledge, original_bytes)
    raw = count * dims * bytes_per_value / 1e9
    chosen = index_of(knowledge, index, engine, bytes_per_value)
    one_copy = memory_gb(knowledge, chosen, count, dims, bytes_per_value, lists.lists)
    cores, memory = _machine(knowledge, node)
    usable_gb = memory * constant(knowledge, "vectors", "page_cache_share").value
    shards = max(math.ceil(one_copy.typical / usable_gb), 1)
    load = VectorLoad(
        cores, max(count, 1.0), dims, results=results, nodes=float(shards), value_bytes=bytes_per_value
    )
    speed = speed_of(knowledge, chosen, load, lists)
    carried = speed.qps.typical
    needed = max(replicas * one_copy.typical / usable_gb, shards * peak_qps / carried, 1e-6)
    copies = max(replicas, math.ceil(peak_qps / carried - 1e-9))
    disk = disk_gb(knowledge, chosen, (count, dims, bytes_per_value), one_copy, original_bytes)
    scan = scan_ms(knowledge, raw, SMALL_CORES)
    return VectorPlan(
        index=index, engine=engine,
        raw_vector_storage_gb=point(
            raw, "GB", formula="raw_vectors",
            inputs={"vectors": count, "dimensions": dims, "bytes_per_value": bytes_per_value},
        ),
        index_ram_gb=one_copy.scaled(copies, "GB"), disk_gb=disk.scaled(copies, "GB"),
        node_cores=cores, node_memory_gb=memory,
        search_nodes=shards * copies, node_share=round(min(needed, 1.0), 6), shards=shards, copies=copies,
        qps_capacity=speed.qps.scaled(copies, "queries/s"), latency_p99_ms=speed.p99_ms, build_h=speed.build_h,
        exact_scan_ms=scan, need=_need(knowledge, count, raw, scan, peak_qps),
        evidence=f"{chosen.layout.title}: {chosen.sources}. Speed, p99 and build: {chosen.layout.speed}.{OF_NO_ENGINE}",
    )  # fmt: skip


OF_NO_ENGINE = (
    " Engines differ more than kinds of index do, and no engine has a speed of its own here but in lists."
)


def _need(knowledge: Knowledge, count: float, raw_gb: float, scan: Estimate, peak_qps: float) -> str:
    """Whether an exact scan, in a store or in the memory of the service, is enough."""
    enough = constant(knowledge, "vectors", "scan_enough_ms").value
    time = (
        f"{number(scan.typical)} ms" if scan.typical >= LEAST_TOLD_MS else f"less than {LEAST_TOLD_MS:g} ms"
    )
    took = f"An exact scan of {counted(count, 'vectors')} takes {time} on eight cores"
    if scan.typical > enough:
        return f"{took}: an index is needed for answers within {number(enough)} ms."
    if peak_qps > 1e3 / scan.typical:
        most, asked = number(1e3 / scan.typical), number(peak_qps)
        return f"{took}, so these carry {most} queries a second: the peak of {asked} needs an index or more cores."
    kept = f"{took}: no index is needed"
    if raw_gb > constant(knowledge, "vectors", "no_store_gb").value:
        return f"{kept}."
    return f"{kept}, nor a vector store: an array of {number(raw_gb)} GB in the memory of the service does."


def _machine(knowledge: Knowledge, node: Node) -> tuple[float, float]:
    """Cores and GB of memory of a node."""
    cores, memory = (constant(knowledge, "vectors", name).value for name in ("node_cores", "node_memory_gb"))
    return node.cores or cores, node.memory_gb or memory
