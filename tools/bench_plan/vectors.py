"""Measuring a vector index: our own vectors, or public ones of the same size, with the recall that is asked for."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from knowledge import Knowledge
from tools.sizing.vector_search import VectorLoad, predict_vector
from tools.sizing.vectors import size_vectors
from tools.wording import number

from .commands import bench_data, command, plan_constant
from .result import Check, VectorBench

SECONDS = 60
ALIKE = 2.0
"""Public vectors of the same dimensions stand for ours within this factor of their number."""
WRITE_DOWN = (
    "version and settings of the engine: index, links, build and search parameters, quantisation, shards, replicas",
    "cores and memory of server and client, and what lies between them",
    "recall, queries a second and p99 at each number of clients; time to build; memory after the build",
)


class VectorSubject(NamedTuple):
    """The index to be verified."""

    engine: str
    """Component id of the catalogue."""
    vectors: float
    dims: float
    results: int
    recall_target: float | None
    filtered: bool
    peak_qps: float
    cores: float


def vector_bench(knowledge: Knowledge, subject: VectorSubject) -> VectorBench:
    """The plan for one index."""
    return VectorBench(
        engine=subject.engine, vectors=round(subject.vectors), dimensions=round(subject.dims),
        results=subject.results, recall_target=subject.recall_target, filtered=subject.filtered,
        clients=clients_of(subject), checks=tuple(_checks(knowledge, subject)), write_down=WRITE_DOWN,
        notes=tuple(_notes(knowledge, subject)),
    )  # fmt: skip


def clients_of(subject: VectorSubject) -> tuple[int, ...]:
    """Clients by powers of two around what the peak keeps busy, at 10 ms a query (assumed)."""
    busy = max(round(subject.peak_qps * 0.01), 1)
    return tuple(sorted({1, max(busy // 2, 1), busy, 2 * busy, 4 * busy, 8 * busy}))


def vector_script(knowledge: Knowledge, subject: VectorSubject) -> Iterator[str]:
    """Lines of shell."""
    library = bench_data(knowledge)["libraries"].get(subject.engine)
    if library is not None:
        yield from _library_script(knowledge, subject, library)
        return
    reached = bench_data(knowledge)["engines"].get(subject.engine)
    head = reached or "vectordbbench ENGINE"
    if reached is None:
        yield f"# No command of VectorDBBench for {subject.engine} was verified; 'vectordbbench --help' lists all,"
        yield "# 'vectordbbench ENGINE --help' the options of one."
    yield "# Address and password of the engine: set HOST, URI, DB, DB_USER, DB_PASSWORD, API_KEY as it needs them."
    case = _case(knowledge, subject)
    name = "custom" if case is None else "filtered" if subject.filtered else "standard"
    if case is None:
        yield 'VECTORS="$PWD/vectors"'
        yield "# In it: train.parquet and test.parquet (id, emb), neighbors.parquet (id, neighbors_id)."
    values = {
        **(case or {}), "count": round(subject.vectors), "dims": round(subject.dims),
        "filter": plan_constant(knowledge, "filter_rate").value,
        "search": command(knowledge, "vectors", "search", {
            "k": subject.results, "clients": ",".join(map(str, clients_of(subject))), "seconds": SECONDS,
        }),
    }  # fmt: skip
    options = command(knowledge, "vectors", name, values, "  ")
    recall = f"{subject.recall_target:g}" if subject.recall_target else "that you need"
    yield f"# The first run builds the index, the others search alone. The least EF with recall {recall} counts."
    yield "BUILD=--load"
    yield "for EF in 40 80 160 320; do"
    reach = head.replace("{ef}", '"$EF"')
    yield f"  {reach} \\\n    {options} \\\n    $BUILD --db-label {subject.engine}-ef-$EF"
    yield '  BUILD="--skip-drop-old --skip-load"'
    yield "done"


def _library_script(knowledge: Knowledge, subject: VectorSubject, algorithm: str) -> Iterator[str]:
    sets = bench_data(knowledge)["ann_datasets"]
    nearest = min(sets, key=lambda item: _distance(item, subject))
    values = {"dataset": nearest["dataset"], "algorithm": algorithm, "k": subject.results}
    yield "# In a clone of github.com/erikbern/ann-benchmarks, with its requirements.txt, after python install.py."
    yield f"# The nearest public vectors: {nearest['count']:,} of {nearest['dims']} dimensions."
    yield "mkdir -p bench"
    yield command(knowledge, "vectors", "ann", values)
    yield command(knowledge, "vectors", "ann_export", values)


def _case(knowledge: Knowledge, subject: VectorSubject) -> dict[str, Any] | None:
    """Public vectors like ours; None where there are none."""
    alike = [
        item
        for item in bench_data(knowledge)["cases"]
        if item["dims"] == round(subject.dims) and _distance(item, subject) <= math.log(ALIKE)
    ]
    found: dict[str, Any] | None = min(alike, key=lambda item: _distance(item, subject), default=None)
    return found


def _distance(item: dict[str, Any], subject: VectorSubject) -> float:
    return max(abs(math.log(item["count"] / subject.vectors)), abs(math.log(item["dims"] / subject.dims)))


def _checks(knowledge: Knowledge, subject: VectorSubject) -> Iterator[Check]:
    kind = "library" if subject.engine in bench_data(knowledge)["libraries"] else "server"
    load = VectorLoad(subject.cores, subject.vectors, subject.dims, subject.results, kind)
    memory = size_vectors(knowledge, subject.vectors, subject.dims).index_ram_gb
    found = {"index memory": memory}
    for words, quantity in (("queries a second", "qps"), ("p99 of a query", "latency_p99_ms")):
        found[words] = predict_vector(knowledge, quantity, load)
    for words, predicted in found.items():
        low, high = number(predicted.low), number(predicted.high)
        yield Check(
            metric=words,
            predicted=predicted,
            contradicted_if=f"it is below {low} or above {high} {predicted.unit} at the recall that is asked for",
        )


def _notes(knowledge: Knowledge, subject: VectorSubject) -> Iterator[str]:
    yield f"Queries are predicted for {subject.cores:g} cores; engines differ by a factor of three to five."
    case = _case(knowledge, subject)
    if subject.engine in bench_data(knowledge)["libraries"] or case is None:
        yield "Recall depends on the vectors: use your own wherever you can."
    if subject.filtered and case is None:
        yield "With own vectors VectorDBBench doesn't filter: measure the filtered case with public vectors too."
    if subject.recall_target is None:
        yield "No recall was asked for; 0.95 is usual."
