"""Speed, latency, build time and recall of vector search: fitted over engines, wide because engines differ."""

import math
import re
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from knowledge import Knowledge
from knowledge.aliases import table_cache
from tools.estimate import Estimate

KINDS = ("server", "library")
"""A library runs in the client's process: nothing is sent, queries come in batches."""
UNITS = {
    "qps": "queries/s",
    "latency_p95_ms": "ms",
    "latency_p99_ms": "ms",
    "build_time_s": "s",
    "recall": "share",
}
USUAL_WIDTH = 100.0
"""Candidates kept while a query searches, where nobody says (assumed: what published runs use most)."""


class VectorLoad(NamedTuple):
    """An index and the machines that search it."""

    cores: float
    """Of one node."""
    vectors: float
    """On all nodes together."""
    dims: float
    results: float = 10.0
    kind: str = "server"
    nodes: float = 1.0
    """Each holds a share of the vectors, and every query asks all of them."""
    width: float | None = None
    """Candidates kept while a query searches (`ef`, `num_candidates`); None: not stated."""
    value_bytes: float = 4.0
    """Of a stored value."""

    @property
    def terms(self) -> tuple[float, ...]:
        """What a query costs each node: its cores, its vectors, 32-bit values a vector, results, candidates."""
        width = max(self.width or USUAL_WIDTH, self.results)
        return self.cores, self.vectors / self.nodes, self.dims * self.value_bytes / 4, self.results, width


class VectorFit(BaseModel):
    """One quantity: powers of the terms of a load, and the log of a constant for each kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: tuple[float, ...]
    rows: int
    engines: int
    within_three_times: float
    within_three_times_by_engine: float
    ratio: tuple[float, float, float]
    """p10, p50 and p90 of measured over predicted, with the engine left out."""
    without: dict[str, tuple[float, ...]]


def kind_of(concurrency: str) -> str:
    """Server or library, by how the publisher says queries arrived."""
    return KINDS["batch" in concurrency.lower()]


def value_bytes(description: str) -> float:
    """Bytes of a stored value, from the words that name an index (`HNSW_SQ8`, `uint8`); 32 bit unless said.

    >>> value_bytes("HNSW_SQ SQ8"), value_bytes("sq_type: SQ4U"), value_bytes("IVF_FLAT")
    (1.0, 0.5, 4.0)
    """
    words = description.lower()
    if "sq4" in words:
        return 0.5
    return 1.0 if re.search(r"sq8?|u8|int8|uint8", words) else 4.0


def predict_vector(
    knowledge: Knowledge, quantity: str, load: VectorLoad, *, without_engine: str = ""
) -> Estimate:
    """`qps`, `latency_p95_ms`, `latency_p99_ms`, `build_time_s` or `recall` of a search service."""
    fitted = table_cache(knowledge, _read)[quantity]
    values = fitted.without.get(without_engine, fitted.values)
    terms = load.terms
    log = values[len(terms) + KINDS.index(load.kind)]
    log += sum(power * math.log(term) for power, term in zip(values, terms, strict=False))
    low, _, high = fitted.ratio
    typical, limit = math.exp(log), 1.0 if quantity == "recall" else math.inf
    return Estimate(
        low=min(typical * min(low, 1), limit), typical=min(typical, limit), high=min(typical * max(high, 1), limit),
        unit=UNITS[quantity], formula="vector_fit",
    )  # fmt: skip


def _read(knowledge: Knowledge) -> dict[str, VectorFit]:
    content = knowledge.files.yaml("perf/vector_coefficients.yaml")
    return {name: VectorFit.model_validate(entry) for name, entry in content["quantities"].items()}
