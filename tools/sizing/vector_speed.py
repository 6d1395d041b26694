"""How fast one copy of an index answers, by kind: fitted where it hops through a graph, by what it reads elsewhere."""

from typing import NamedTuple

from knowledge import Knowledge
from tools.estimate import Estimate, point

from .vector_index import Index, Span, vector_indexes
from .vector_search import VectorLoad, predict_vector


class Speed(NamedTuple):
    """Of one copy on its nodes."""

    qps: Estimate
    p99_ms: Estimate
    build_h: Estimate


class Lists(NamedTuple):
    """Of an inverted file; None: as many as makers advise."""

    lists: float | None = None
    probes: float | None = None
    """Lists that a query reads."""


def speed_of(knowledge: Knowledge, index: Index, load: VectorLoad, lists: Lists) -> Speed:
    """Queries a second, 99th percentile and build time of one copy."""
    build = predict_vector(knowledge, "build_time_s", load).scaled(index.layout.build_factor / 3600, "h")
    if index.kind == "exact":
        return _scanned(knowledge, index, load)
    if index.scan is not None:
        return _listed(knowledge, index, load, lists, build)
    qps = predict_vector(knowledge, "qps", load).scaled(index.layout.qps_factor, "queries/s")
    p99 = predict_vector(knowledge, "latency_p99_ms", load).scaled(index.layout.p99_factor, "ms")
    return Speed(qps.at_most(load.cores * _most_per_core(knowledge, index, load)), p99, build)


def scan_ms(knowledge: Knowledge, raw_gb: float, cores: float, rate: Span | None = None) -> Estimate:
    """Every vector is read once, by so many cores together."""
    span = rate or _scan_rate(knowledge)
    slow, usual, fast = (1e3 * max(raw_gb, 1e-9) / (cores * each) for each in span.interval)
    return Estimate(low=fast, typical=usual, high=slow, unit="ms", formula="exact_scan")


def _scanned(knowledge: Knowledge, index: Index, load: VectorLoad) -> Speed:
    """One query after another, each on all cores of all nodes."""
    raw_gb = load.vectors * load.dims * load.value_bytes / 1e9
    took = scan_ms(knowledge, raw_gb, load.cores * load.nodes, index.scan)
    rate = Estimate(
        low=1e3 / took.high, typical=1e3 / took.typical, high=1e3 / took.low, unit="queries/s",
        formula="exact_scan",
    )  # fmt: skip
    most = load.cores * 1e6 / vector_indexes(knowledge).request_us
    return Speed(rate.at_most(most), took, point(0.0, "h", formula="exact_scan"))


def _listed(knowledge: Knowledge, index: Index, load: VectorLoad, given: Lists, build: Estimate) -> Speed:
    """Each core answers a query of its own: it reads the centroids, then the lists nearest to the query."""
    table, held = vector_indexes(knowledge), load.vectors / load.nodes
    lists = min(given.lists or max(table.lists_per_root * held**0.5, 1.0), max(held, 1.0))
    centroids = min(lists, table.most_lists_scanned) * 4 * load.dims
    flat = _scan_rate(knowledge)
    assert index.scan is not None, "lists are read at a rate"
    ends = []
    for share, gb_s, flat_gb_s, root in zip(
        index.layout.code_share.interval[::-1], index.scan.interval, flat.interval,
        table.probes_per_root.interval[::-1], strict=True,
    ):  # fmt: skip
        probes = min(given.probes or max(root * lists**0.5, 1.0), lists)
        entry = share * load.dims * load.value_bytes + index.layout.extra_bytes
        read_ms = (held * probes / lists * entry / gb_s + centroids / flat_gb_s) / 1e6
        ends.append(table.request_us / 1e3 + read_ms)
    slow, usual, fast = ends
    one = Estimate(low=fast, typical=usual, high=slow, unit="ms", formula="list_scan")
    rate = Estimate(
        low=1e3 * load.cores / slow, typical=1e3 * load.cores / usual, high=1e3 * load.cores / fast,
        unit="queries/s", formula="list_scan",
    )  # fmt: skip
    return Speed(rate, one.scaled(index.layout.p99_factor, "ms"), build)


def _most_per_core(knowledge: Knowledge, index: Index, load: VectorLoad) -> float:
    """Queries a second: each is received and answered, and the candidates that it keeps have been read."""
    table, (_, held, _, results, width) = vector_indexes(knowledge), load.terms
    read = min(held, max(width, results)) * load.dims * load.value_bytes * index.layout.code_share.low
    return 1e6 / (table.request_us + read / _scan_rate(knowledge).high / 1e3)


def _scan_rate(knowledge: Knowledge) -> Span:
    """GB/s a core at which plain values are read one after the other."""
    span = vector_indexes(knowledge).kinds["exact"].scan_gb_s_per_core
    assert span is not None, "an exact scan has a rate"
    return span
