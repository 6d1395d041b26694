"""How kinds of index and engines lay vectors out, and what the layout costs in memory, disk and speed."""

from datetime import date
from typing import Any

import pytest

from knowledge import load
from knowledge.errors import InputRefused
from tools.registry import run_tool
from tools.sizing import VectorPlan, size_vectors
from tools.sizing.vector_index import KINDS, IndexKind, index_of, memory_gb, vector_indexes

KNOWLEDGE = load()


def plan(index: IndexKind = "hnsw", engine: str = "", count: float = 1e8, dims: float = 768) -> VectorPlan:
    return size_vectors(KNOWLEDGE, count, dims, index=index, engine=engine)


def sized(count: float, dims: float, **more: Any) -> VectorPlan:
    """As the tool answers."""
    found = run_tool("size-vectors", {"count": count, "dims": dims, **more}, KNOWLEDGE, date(2026, 11, 26))
    assert isinstance(found, VectorPlan)
    return found


def one_million(index: IndexKind, engine: str, dims: float, value_bytes: float = 4) -> float:
    layout = index_of(KNOWLEDGE, index, engine, value_bytes)
    return memory_gb(KNOWLEDGE, layout, 1e6, dims, value_bytes).typical


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
    wider = plan("diskann", dims=1536)
    assert wider.disk_gb.low == pytest.approx(1.5 * 1e8 * 2 * 4096 / 1e9), "6,372 bytes take two sectors"


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


@pytest.mark.parametrize(
    ("engine", "value_bytes", "most"),
    [("pgvector", 4, 2000), ("pgvector", 2, 4000), ("pgvector", 0.125, 64_000), ("qdrant", 4, 65_536),
     ("milvus", 4, 32_768), ("weaviate", 4, 65_535), ("opensearch", 4, 16_000)],
)  # fmt: skip
def test_no_engine_is_sized_for_more_dimensions_than_it_takes(
    engine: str, value_bytes: float, most: int
) -> None:
    sized(1e5, most, engine=engine, bytes_per_value=value_bytes)
    if most < 65_536:
        with pytest.raises(InputRefused, match=f"{engine} takes at most {most:,} dimensions"):
            sized(1e5, most + 1, engine=engine, bytes_per_value=value_bytes)


def test_every_limit_on_dimensions_is_the_figure_of_its_fact() -> None:
    facts = {fact.id: fact for fact in KNOWLEDGE.facts.values()}
    limits = [limit for engine in vector_indexes(KNOWLEDGE).engines.values() for limit in engine.dims]
    assert len(limits) >= 7
    for limit in limits:
        assert facts[limit.fact].value == limit.most
        assert facts[limit.fact].kind == "limit"


def test_a_refusal_of_dimensions_names_what_takes_them() -> None:
    with pytest.raises(InputRefused) as refused:
        sized(1e6, 3072, engine="pgvector")
    assert "bytes_per_value=2 (up to 4,000)" in refused.value.hint
    assert "index=exact" in refused.value.hint
    assert sized(1e6, 3072, engine="pgvector", index="exact").index_ram_gb.typical > 12


def test_no_corpus_is_larger_than_any_offer_takes() -> None:
    assert sized(2e13, 768).shards > 1
    with pytest.raises(InputRefused, match="more than any offer of vector search takes"):
        sized(2.1e13, 768)


def test_only_widths_that_exist_are_taken() -> None:
    with pytest.raises(InputRefused, match="No vectors are stored with 3 bytes a value"):
        sized(1e6, 768, bytes_per_value=3)
    with pytest.raises(InputRefused, match="pgvector doesn't store 8-bit integers"):
        sized(1e6, 768, bytes_per_value=1, engine="pgvector")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"original_bytes_per_value": 7}, "7 bytes a value, as original_bytes_per_value says"),
        ({"index": "ivf", "lists": 1e9}, "lists 1,000,000,000 is above count 1,000,000"),
        ({"results": 10_000, "count": 100}, "results 10,000 is above count 100"),
    ],
)
def test_what_an_index_cannot_hold_or_return_is_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(InputRefused, match=words):
        sized(**{"count": 1e6, "dims": 768, **more})


def test_few_vectors_take_what_they_are_searched_for() -> None:
    """Ten results are the usual, asked for by nobody; as many as there are can be asked for."""
    assert sized(5, 768).qps_capacity.typical > 0
    assert sized(100, 768, results=100).qps_capacity.typical > 0


def test_centroids_of_stated_lists_lie_in_memory() -> None:
    usual, many = sized(1e6, 768, index="ivf"), sized(1e6, 768, index="ivf", lists=1e6)
    more_gb = many.index_ram_gb.typical - usual.index_ram_gb.typical
    assert more_gb == pytest.approx(1.2 * (1e6 - 4000) * 4 * 768 / 1e9)


def test_quantised_values_leave_the_ones_they_were_made_of_on_disk() -> None:
    whole, binary = (
        sized(1e6, 1024, engine="qdrant"),
        sized(1e6, 1024, engine="qdrant", bytes_per_value=0.125),
    )
    assert binary.disk_gb.low > 1.5 * whole.raw_vector_storage_gb.typical
    without = sized(1e6, 1024, engine="qdrant", bytes_per_value=0.125, original_bytes_per_value=0)
    assert without.disk_gb.high < whole.raw_vector_storage_gb.typical


def test_links_do_not_shrink_with_quantised_values() -> None:
    """Qdrant's rule, 1.5 times the values, is one of 32-bit values: the links of a graph stay as they are."""
    binary = {
        engine: sized(5e6, 1536, engine=engine, bytes_per_value=0.125)
        for engine in ("qdrant", "weaviate", "")
    }
    assert binary["qdrant"].index_ram_gb == binary["weaviate"].index_ram_gb == binary[""].index_ram_gb


@pytest.mark.parametrize("engine", ["qdrant", "weaviate", "opensearch", "scylladb", "faiss"])
def test_the_rule_of_a_named_engine_has_an_interval(engine: str) -> None:
    memory = plan(engine=engine).index_ram_gb
    assert memory.low <= 0.9 * memory.typical
    assert memory.high >= 1.4 * memory.typical


def test_every_figure_is_of_the_node_that_is_given_and_told() -> None:
    usual, small = sized(1e7, 768), sized(1e7, 768, node_cores=8, node_memory_gb=64)
    assert (usual.node_cores, usual.node_memory_gb) == (128, 512)
    assert (small.node_cores, small.node_memory_gb) == (8, 64)
    assert small.qps_capacity.typical < usual.qps_capacity.typical / 4
    assert sized(1e7, 768, node_memory_gb=16).shards > usual.shards == 1


@pytest.mark.parametrize("index", KINDS)
def test_no_core_answers_more_than_it_can_receive(index: IndexKind) -> None:
    """A core that does nothing else takes 114,294 requests a second in."""
    found = sized(1, 1, index=index, peak_qps=1e9)
    assert found.qps_capacity.high / found.search_nodes <= 128 * 115_000
    assert found.search_nodes >= 1e9 / (128 * 115_000)


def test_an_index_smaller_than_the_search_is_wide_is_read_once() -> None:
    """One vector isn't read a hundred times for one search, however many candidates are kept."""
    small, wide = (sized(count, 65_536, peak_qps=1e6) for count in (1, 10_000))
    each = [found.qps_capacity.high / found.search_nodes for found in (small, wide)]
    assert each[0] > 3 * each[1]


@pytest.mark.parametrize(
    ("arguments", "published_qps"),
    [
        ({"count": 5e5, "dims": 1536, "index": "ivf", "engine": "pgvector", "node_cores": 2, "node_memory_gb": 8,
          "lists": 10, "probes": 2}, 0.884),
        ({"count": 1e7, "dims": 192, "index": "ivf", "node_cores": 8, "node_memory_gb": 16, "bytes_per_value": 1,
          "lists": 16384, "probes": 16}, 4440),
        ({"count": 1e7, "dims": 192, "index": "ivf", "node_cores": 8, "node_memory_gb": 16, "bytes_per_value": 1,
          "lists": 16384, "probes": 64}, 3032),
        ({"count": 1e9, "dims": 128, "index": "ivf_pq", "node_cores": 32, "lists": 2**20, "probes": 256}, 2754),
    ],
)  # fmt: skip
def test_published_searches_of_lists_lie_in_the_interval(
    arguments: dict[str, Any], published_qps: float
) -> None:
    """VectorDBBench 2023 (pgvector), big-ann-benchmarks 2023 and 2021 (faiss)."""
    found = sized(**arguments).qps_capacity
    assert found.low <= published_qps <= found.high


def test_lists_are_not_as_fast_as_a_graph_and_more_of_them_read_is_slower() -> None:
    graph, lists = sized(1e7, 768), sized(1e7, 768, index="ivf")
    assert lists.qps_capacity.typical < graph.qps_capacity.typical / 2
    assert lists.build_h.typical < graph.build_h.typical
    few, many = (sized(1e7, 768, index="ivf", probes=probes).qps_capacity.typical for probes in (4, 100))
    assert many < few
    with pytest.raises(InputRefused, match="has no lists"):
        sized(1e7, 768, probes=4)
    with pytest.raises(InputRefused, match="probes 20 is above lists 10"):
        sized(1e7, 768, index="ivf", lists=10, probes=20)


def test_what_no_published_result_tells_apart_is_said() -> None:
    assert "no published result tells the two apart" in sized(1e6, 768, index="hnsw_pq").evidence
    assert sized(1e6, 768, index="hnsw_pq").qps_capacity == sized(1e6, 768).qps_capacity


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"count": 5000, "dims": 768}, "no index is needed, nor a vector store: an array of 0.0154 GB"),
        ({"count": 150_000, "dims": 1024}, "no index is needed."),
        ({"count": 5e6, "dims": 768}, "an index is needed for answers within 20 ms"),
        ({"count": 150_000, "dims": 1024, "peak_qps": 500}, "the peak of 500 needs an index or more cores"),
    ],
)
def test_a_plan_says_whether_an_index_is_needed_at_all(arguments: dict[str, Any], words: str) -> None:
    assert words in sized(**arguments).need
