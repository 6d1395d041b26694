"""Fit the published coefficients of vector search from a CSV of measured runs.

    python scripts/fit_vectors.py RUNS.csv [--write knowledge/data/perf/vector_coefficients.yaml]

A quantity is a constant times powers of what a query costs a node: its cores, its vectors, the values of a vector,
results and candidates. The powers come from a coarse grid; the constant is the median over engines of each
engine's median, for servers and for libraries that the client calls in its own process. Every engine is left out
once, powers and constant alike.
"""

import argparse
import csv
import math
from collections import defaultdict
from datetime import date
from itertools import product
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import Any, NamedTuple

import yaml

from evals.measured_rows import number
from evals.vector_rows import vector_load
from tools.sizing.vector_search import KINDS

GRIDS: dict[str, tuple[tuple[float, ...], ...]] = {
    "qps": (
        (0.5, 0.75, 1.0), (-0.5, -0.35, -0.2), (-0.5, -0.25), (-0.75, -0.5, -0.25), (-0.75, -0.5, -0.25),
    ),
    "latency_p95_ms": ((0.0,), (0.0, 0.2, 0.35), (0.0, 0.25, 0.5), (0.0, 0.25, 0.5), (0.0, 0.25, 0.5)),
    "latency_p99_ms": ((0.0,), (0.0, 0.2, 0.35), (0.0, 0.25, 0.5), (0.0, 0.25, 0.5), (0.0, 0.25, 0.5)),
    "build_time_s": ((-1.0, -0.75, -0.5), (0.75, 1.0), (0.25, 0.5, 1.0), (0.0,), (0.0,)),
    "recall": ((0.0,), (0.0,), (0.0,), (0.0,), (0.0,)),
}  # fmt: skip
"""Powers tried for the terms of a load; 0 where there is no reason for one.

The length of a vector slows a query by its root at most: each hop of a graph waits for memory before it reads
the vector, and no single engine left out leaves enough lengths to tell such powers apart.
"""
NOT_MEASURED = {"build_time_s": 1e6}
"""What publishers write where they didn't measure."""


class Run(NamedTuple):
    engine: str
    kind: str
    terms: tuple[float, ...]
    log: float


def runs(rows: list[dict[str, str]], quantity: str) -> list[Run]:
    """The rows that measure `quantity` and state what it depends on."""
    found = []
    for row in rows:
        value, load = number(row, quantity), vector_load(row)
        stated = number(row, "vcpu") and number(row, "top_k")
        if value is None or load is None or not stated or value == NOT_MEASURED.get(quantity):
            continue
        logs = tuple(math.log(term) for term in load.terms)
        found.append(Run(row["engine"], load.kind, logs, math.log(value)))
    return found


def rest(run: Run, powers: tuple[float, ...]) -> float:
    """What the powers leave to the constant."""
    return run.log - sum(power * term for power, term in zip(powers, run.terms, strict=True))


def constants(found: list[Run], powers: tuple[float, ...]) -> tuple[dict[str, float], float]:
    """The constant of each kind, and the mean over engines of their distance from it."""
    by_kind: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for run in found:
        by_kind[run.kind][run.engine].append(rest(run, powers))
    middles = {
        kind: median(median(values) for values in engines.values()) for kind, engines in by_kind.items()
    }
    far = [
        fmean(abs(value - middles[kind]) for value in values)
        for kind, engines in by_kind.items()
        for values in engines.values()
    ]
    everything = fmean(middles.values())
    return {kind: middles.get(kind, everything) for kind in KINDS}, fmean(far)


def fit(found: list[Run], grid: tuple[tuple[float, ...], ...]) -> list[float]:
    """Powers, then the constants of KINDS."""
    best = min(product(*grid), key=lambda powers: constants(found, powers)[1])
    middles, _ = constants(found, best)
    return [*best, *(round(middles[kind], 3) for kind in KINDS)]


def predicted(run: Run, fitted: list[float]) -> float:
    powers, middles = fitted[: len(run.terms)], fitted[len(run.terms) :]
    return middles[KINDS.index(run.kind)] + sum(p * term for p, term in zip(powers, run.terms, strict=True))


def block(rows: list[dict[str, str]], quantity: str) -> dict[str, Any]:
    """One quantity as it is published."""
    found, grid = runs(rows, quantity), GRIDS[quantity]
    without = {
        name: fit([run for run in found if run.engine != name], grid)
        for name in sorted({r.engine for r in found})
    }
    logs: dict[str, list[float]] = defaultdict(list)
    for run in found:
        logs[run.engine].append(run.log - predicted(run, without[run.engine]))
    far = [value for values in logs.values() for value in values]
    tenths = quantiles(far, n=10)
    return {
        "values": fit(found, grid),
        "rows": len(found),
        "engines": len(without),
        "within_three_times": round(fmean(abs(value) <= math.log(3) for value in far), 3),
        "within_three_times_by_engine": round(
            fmean(fmean(abs(value) <= math.log(3) for value in values) for values in logs.values()), 3
        ),
        "ratio": [round(math.exp(value), 3) for value in (tenths[0], median(far), tenths[-1])],
        "without": without,
    }


ABOUT = (
    "VectorDBBench results github.com/zilliztech/VectorDBBench@4ea1810 (MIT, vendor-run), big-ann-benchmarks 2021 "
    "and 2023 github.com/harsha-simhadri/big-ann-benchmarks@452e508 (MIT), Weaviate ANN benchmark "
    "github.com/weaviate/docs@bb9b5c6 (cited; coefficients only). Each entry: powers of the cores and the vectors "
    "of a node, values of a vector, results and candidates, then the log of the constant for a server and for a "
    "library in the client's process. Fitted on the development part of these rows; ratio is p10, p50 and p90 of "
    "measured over predicted with the engine left out."
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    with arguments.runs.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = {quantity: block(rows, quantity) for quantity in GRIDS}
    for name, entry in found.items():
        print(name, {key: value for key, value in entry.items() if key != "without"})
    if arguments.write:
        content = {"fitted": date.today().isoformat(), "about": ABOUT, "quantities": found}
        text = yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=110)
        arguments.write.write_text(f"# Written by scripts/fit_vectors.py.\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
