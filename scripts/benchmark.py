"""Time what people wait for, against the budgets of the design: `make bench`.

Prints one row a figure: what, measured, budget. Exit code 1 if a budget is missed. The workloads are drawn
from a seed over all use cases, so that no two rankings share all their answers. The last row says how much of the
processor time that was wanted a virtual machine's host gave to others (Linux alone tells it): from some per cent on
the figures are those of the host.
"""

import csv
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

import knowledge
from agent.consultation import open_consultation
from knowledge.index import Retriever
from tools.assess import assess
from tools.ranking import rank_many
from tools.sizing import ServingDemand, cheapest_points
from tools.sizing.sweep import sweep
from tools.workload import Workload, from_mapping

AS_OF = date(2026, 11, 24)
SEED = 7
BATCH = 256
TICKS = Path("/proc/stat")
QUESTIONS = Path(__file__).parent.parent / "tests" / "knowledge" / "data" / "blind8_questions.csv"
TURNS = (
    "We want an assistant that answers questions over our contracts for 200 lawyers.",
    "Cloud, EU only, GDPR applies",
    "350,000 PDFs, updated every night",
    "About 40 questions an hour at peak",
    "Two Python developers and one admin, Azure and Postgres in place",
    "6k EUR a month",
    "just recommend",
)


class Figure(NamedTuple):
    """One measured figure and its budget."""

    what: str
    value: float
    unit: str
    budget: float

    @property
    def kept(self) -> bool:
        return self.value <= self.budget


def workloads(count: int) -> list[Workload]:
    """Random workloads over all use cases."""
    rng = random.Random(SEED)  # noqa: S311 - sampling, not secrets
    cases = sorted(knowledge.load().priors["use_cases"])
    return [from_mapping(_draw(rng, cases)) for _ in range(count)]


def _draw(rng: random.Random, cases: list[str]) -> dict[str, object]:
    drawn: dict[str, object] = {
        "use_case": rng.choice(cases),
        "request_rate_rps": 10 ** rng.uniform(-3, 4),
        "team_engineers": rng.choice([1, 2, 4, 8, 20, 60]),
        "budget_usd_month": 10 ** rng.uniform(2.5, 6),
        "deployment": rng.choice([("cloud",), ("any",), ("on_prem",), ("cloud", "on_prem")]),
    }
    if rng.random() < 0.5:
        drawn["corpus_documents"] = 10 ** rng.uniform(2, 8)
    if rng.random() < 0.3:
        drawn["compliance"] = (rng.choice(["gdpr", "hipaa", "soc2", "fedramp"]),)
    if rng.random() < 0.3:
        drawn["existing_cloud"] = (rng.choice(["aws", "gcp", "azure"]),)
    return drawn


def rank_figures() -> Iterator[Figure]:
    """The middle of five batches, none of which holds a workload of another."""
    base = knowledge.load()
    drawn = workloads(BATCH * 6)
    batches = [drawn[start : start + BATCH] for start in range(0, len(drawn), BATCH)]
    rank_many(batches[0], base, AS_OF)
    total = statistics.median(_timed(partial(rank_many, batch, base, AS_OF)) for batch in batches[1:])
    yield Figure(f"rank, per workload in a batch of {BATCH}", total / BATCH, "ms", 4)
    yield Figure(f"rank, batch of {BATCH}", total, "ms", 1000)


def full_figures() -> Iterator[Figure]:
    base = knowledge.load()
    times = [_timed(partial(assess, item, base, AS_OF)) for item in workloads(60)]
    yield Figure("full assessment, median", statistics.median(times), "ms", 150)
    yield Figure("full assessment, p95", sorted(times)[56], "ms", 300)


def turn_figures() -> Iterator[Figure]:
    consultation = open_consultation(as_of=AS_OF)
    consultation.context.retriever.warm()
    asking: list[float] = []
    others: list[float] = []
    for _ in range(3):
        consultation = open_consultation(as_of=AS_OF)
        consultation.context.retriever.warm()
        for message in TURNS:
            started = time.perf_counter()
            reply = consultation.turn(message)
            elapsed = (time.perf_counter() - started) * 1000
            (asking if reply.kind == "question" else others).append(elapsed)
    yield Figure("turn that asks, slowest", max(asking), "ms", 1000)
    yield Figure("any other turn, slowest", max(others), "ms", 500)


_FIRST_SEARCH = """
import sys
from pathlib import Path
import knowledge
from knowledge.index import Retriever
Retriever(knowledge.load(), Path(sys.argv[1])).search("pgvector limits")
"""


def search_figures() -> Iterator[Figure]:
    """The first search of a fresh machine in a process of its own, then questions of strangers."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", _FIRST_SEARCH]
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        run = partial(subprocess.run, check=True, env=environment)
        run([*command, f"{folder}/compiled"])  # leaves byte code, as an installed wheel has it
        first = _timed(partial(run, [*command, f"{folder}/first"]))
        yield Figure("first search, imports and collection", first / 1000, "s", 5)
        retriever = Retriever(knowledge.load(), Path(folder) / "first")
        retriever.warm()
        with QUESTIONS.open(encoding="utf-8", newline="") as file:
            asked = [row["question"] for row in csv.DictReader(file)]
        times = sorted(_timed(partial(retriever.search, question, k=8)) for question in asked)
    yield Figure(f"warm search, median of {len(times)}", statistics.median(times), "ms", 25)
    yield Figure("warm search, p95", statistics.quantiles(times, n=20)[-1], "ms", 25)


def sizing_figures() -> Iterator[Figure]:
    """A new load each time; the deployments themselves are laid out once."""
    base = knowledge.load()
    loads = [
        ServingDemand(mean_rps=5 + n, peak_rps=15 + n, input_tokens=2000, output_tokens=300, tpot_limit_ms=60)
        for n in range(21)
    ]
    count = len(sweep(base, loads[0]).settings)
    times = [_timed(partial(sweep, base, load)) for load in loads]
    yield Figure(f"sizing {count} deployments, median", statistics.median(times), "ms", 300)
    pair = [("Llama-3.3-70B", "H100-SXM-80GB")]
    times = [_timed(partial(cheapest_points, base, load, pair)) for load in loads * 5]
    yield Figure("sizing one model on one accelerator, median", statistics.median(times), "ms", 1)


def start_figures() -> Iterator[Figure]:
    command = str(Path(sys.executable).parent / "stackwright")
    times = [
        _timed(partial(subprocess.run, [command, "--help"], check=True, capture_output=True))
        for _ in range(5)
    ]
    yield Figure("stackwright --help, median", statistics.median(times), "ms", 400)


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def processor_ticks() -> tuple[int, int]:
    """Those in which something ran here or wanted to, and those of them that the host of a virtual machine gave to
    others (proc(5), `stat`); none where the system doesn't tell."""
    if not TICKS.exists():
        return 0, 0
    user, nice, system, _idle, _waiting, irq, soft_irq, stolen, *_ = map(
        int, TICKS.read_text().splitlines()[0].split()[1:]
    )
    return user + nice + system + irq + soft_irq + stolen, stolen


def main() -> int:
    missed = 0
    wanted, stolen = processor_ticks()
    for group in (start_figures, search_figures, sizing_figures, rank_figures, full_figures, turn_figures):
        for figure in group():
            mark = "ok" if figure.kept else "MISSED"
            print(f"{figure.what:45} {figure.value:9.1f} {figure.unit:3} budget {figure.budget:g} {mark}")
            missed += not figure.kept
    wanted, stolen = (
        after - before for after, before in zip(processor_ticks(), (wanted, stolen), strict=True)
    )
    if wanted:
        print(f"{'processor time that the host gave to others':45} {100 * stolen / wanted:9.1f} %")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
