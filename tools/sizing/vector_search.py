"""Speed, latency, build time and recall of vector search: fitted over engines, wide because engines differ."""

import math

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


class VectorFit(BaseModel):
    """One quantity: powers of cores, vectors, dimensions and results, and the log of a constant for each kind."""

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


def predict_vector(
    knowledge: Knowledge,
    quantity: str,
    *,
    cores: float,
    count: float,
    dims: float,
    results: float = 10,
    kind: str = "server",
    without_engine: str = "",
) -> Estimate:
    """`qps`, `latency_p95_ms`, `latency_p99_ms`, `build_time_s` or `recall` of `count` vectors on `cores`."""
    fitted = table_cache(knowledge, _read)[quantity]
    values = fitted.without.get(without_engine, fitted.values)
    terms = (cores, count, dims, results)
    log = values[len(terms) + KINDS.index(kind)]
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
