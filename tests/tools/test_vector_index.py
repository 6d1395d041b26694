"""How kinds of index and engines lay vectors out, and what the layout costs in memory, disk and speed."""

import pytest

from knowledge import load
from knowledge.errors import InputRefused
from tools.sizing import VectorPlan, size_vectors
from tools.sizing.vector_index import KINDS, IndexKind, index_of, memory_gb, vector_indexes

KNOWLEDGE = load()


def plan(index: IndexKind = "hnsw", engine: str = "", count: float = 1e8, dims: float = 768) -> VectorPlan:
    return size_vectors(KNOWLEDGE, count, dims, index=index, engine=engine)


def one_million(index: IndexKind, engine: str, dims: float, value_bytes: float = 4) -> float:
    return memory_gb(KNOWLEDGE, index_of(KNOWLEDGE, index, engine), 1e6, dims, value_bytes).typical


@pytest.mark.parametrize(
    ("index", "engine", "dims", "value_bytes", "published_gb"),
    [
        ("hnsw", "opensearch", 256, 2, 0.656 * 1.073),
        ("hnsw", "opensearch", 256, 0.125, 0.176),
        ("ivf", "opensearch", 256, 2, 0.525 * 1.073),
        ("hnsw", "qdrant", 1024, 4, 5.72 * 1.073),
        ("hnsw", "weaviate", 384, 4, 3.0),
        ("hnsw", "scylladb", 1536, 4, 7.7),
    ],
)
def test_the_examples_of_the_makers_come_out(
    index: IndexKind, engine: str, dims: float, value_bytes: float, published_gb: float
) -> None:
    """Makers print GiB or GB, some rounded to a digit."""
    assert one_million(index, engine, dims, value_bytes) == pytest.approx(published_gb, rel=0.08)


def test_kinds_rank_as_their_purpose_says() -> None:
    memory = {kind: plan(kind).index_ram_gb.typical for kind in KINDS}
    assert memory["ivf_pq"] < memory["hnsw_pq"] < memory["hnsw"]
    assert memory["diskann"] < memory["ivf"] < memory["hnsw"]
    assert memory["exact"] < memory["ivf"]


def test_a_graph_on_disk_fills_whole_sectors() -> None:
    """3,072 bytes of values and 57 numbers of 4 bytes share a sector with nobody; 100 values leave room for six."""
    wide, narrow = plan("diskann"), plan("diskann", dims=100)
    assert wide.disk_gb.low == pytest.approx(1.5 * 1e8 * 4096 / 1e9)
    assert narrow.disk_gb.low == pytest.approx(1.5 * 1e8 * 4096 / 6 / 1e9)


def test_codes_leave_the_vectors_on_disk() -> None:
    raw = plan().raw_vector_storage_gb.typical
    assert plan("ivf_pq").disk_gb.low > raw
    assert plan("ivf_pq").index_ram_gb.high < raw


def test_a_graph_on_disk_is_slower_than_one_in_memory_and_an_exact_scan_slower_still() -> None:
    graph, disk, scan = plan(), plan("diskann"), plan("exact")
    assert graph.qps_capacity.typical > disk.qps_capacity.typical > scan.qps_capacity.typical
    assert graph.latency_p99_ms.typical < disk.latency_p99_ms.typical < scan.latency_p99_ms.typical
    assert scan.build_h.typical == 0


def test_a_small_corpus_needs_no_index() -> None:
    """LanceDB reads 100,000 vectors of 1,000 values in under 20 ms on one machine."""
    small, large = plan(count=1e5, dims=1000), plan(count=1e8, dims=1000)
    assert 5 < small.exact_scan_ms.typical < 20
    assert large.exact_scan_ms.typical == pytest.approx(1000 * small.exact_scan_ms.typical)


def test_an_engine_that_does_not_build_a_kind_says_which_it_builds() -> None:
    with pytest.raises(InputRefused, match="qdrant doesn't build diskann") as refused:
        plan("diskann", "qdrant")
    assert "index=hnsw or index=exact" in refused.value.hint
    with pytest.raises(InputRefused, match="No layout of indexes is known of the engine 'oracle'"):
        plan("hnsw", "oracle")


def test_every_engine_is_a_component_and_every_layout_has_a_source() -> None:
    table = vector_indexes(KNOWLEDGE)
    assert set(table.engines) <= set(KNOWLEDGE.components)
    assert set(table.kinds) == set(KINDS)
    assert all("http" in layout.source for layout in table.kinds.values())
