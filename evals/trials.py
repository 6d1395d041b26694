"""`stackwright eval workloads`: random workloads against what must hold between related ones, and calibration.

Exit codes: 0 every property held, 4 at least one was violated. The same count, seed, date and knowledge give the
same report, byte for byte, in however many processes it ran.
"""

import json
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TextIO

from knowledge import Knowledge, load
from knowledge.errors import InputRefused
from tools.ranking import Ranking, rank_many

from .about import about_run
from .about import as_json as about_json
from .calibration import Claimed, drawn_truth, stated_share
from .digest import collect, differing, start
from .metamorphic import PROPERTIES, Verdict, Violation, subject_of
from .outcome import ranker
from .overlay import WORLD_PROPERTIES, Worlds
from .trial_report import as_json, report_of, table
from .workloads import DrawnWorkload, draw_workload

HELD, VIOLATED = 0, 4
DRAWS = 2
"""Truths drawn for each workload and way of drawing."""
CHUNK = 10
REPORTED_EVERY = 100
ANY_PROCESS = "any_process_any_order"


class Trial(NamedTuple):
    """What one workload showed."""

    drawn: DrawnWorkload
    verdicts: dict[str, Verdict]
    assumed: tuple[Claimed, ...]
    """Where what the ranking assumes is drawn."""
    open: tuple[Claimed, ...]
    """Where limits that nobody stated are drawn too."""


class Bench(NamedTuple):
    """What all trials share."""

    knowledge: Knowledge
    as_of: date
    seed: int
    worlds: Worlds


def run_workloads(
    count: int,
    seed: int = 1,
    json_output: bool = False,
    *,
    knowledge: Knowledge | None = None,
    folder: Path | None = None,
    as_of: date | None = None,
    jobs: int = 2,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Try every property on `count` workloads of `seed`; `folder` is where `knowledge` was read from."""
    if count < 1:
        raise InputRefused(f"{count} workloads show nothing.", "Give --count 1 or more.")
    out, err, day = stdout or sys.stdout, stderr or sys.stderr, as_of or date.today()
    trials: list[Trial] = []
    processes = start(count, seed, day, folder)
    for trial in _trials(count, seed, knowledge, folder, day, jobs):
        trials.append(trial)
        if len(trials) % REPORTED_EVERY == 0:
            print(f"{len(trials)}/{count}", file=err, flush=True)
    unequal = differing(collect(processes), count)
    trials = [_with_hash(trial, trial.drawn.number in unequal) for trial in trials]
    report = report_of(trials, seed, day)
    about = about_run(knowledge or load(folder), day)
    content = {"about": about_json(about), **as_json(report)}
    print(json.dumps(content, indent=1, ensure_ascii=False) if json_output else table(report), file=out)
    return VIOLATED if report.violations else HELD


def bench_of(knowledge: Knowledge, as_of: date, seed: int) -> Bench:
    return Bench(knowledge, as_of, seed, Worlds(knowledge, lambda known: ranker(known, as_of)))


def trial_of(number: int, bench: Bench) -> Trial:
    """All properties and the calibration of one workload."""
    drawn = draw_workload(number, bench.seed, bench.knowledge)
    rank = ranker(bench.knowledge, bench.as_of)
    subject = subject_of(drawn.fields, rank, bench.knowledge, f"{bench.seed}:{number}")
    verdicts = {name: check(subject) for name, check in PROPERTIES.items()}
    verdicts |= {name: check(subject, bench.worlds) for name, check in WORLD_PROPERTIES.items()}
    ranking = rank_many([subject.workload], bench.knowledge, bench.as_of)[0]
    return Trial(
        drawn, verdicts, _claims(number, ranking, bench, False), _claims(number, ranking, bench, True)
    )


def _claims(number: int, ranking: Ranking, bench: Bench, limits: bool) -> tuple[Claimed, ...]:
    """The share stated for the winner against whether it stays first in each drawn truth."""
    share = stated_share(ranking, bench.knowledge)
    if share is None or ranking.winner is None:
        return ()
    rng = random.Random(f"{bench.seed}:{number}:{limits}")  # noqa: S311 - sampling, not secrets
    truths = [drawn_truth(ranking.workload, bench.knowledge, rng, limits) for _ in range(DRAWS)]
    winners = [other.winner for other in rank_many(truths, bench.knowledge, bench.as_of)]
    return tuple(Claimed(share, other is not None and other.id == ranking.winner.id) for other in winners)


def _trials(
    count: int, seed: int, knowledge: Knowledge | None, folder: Path | None, as_of: date, jobs: int
) -> Iterator[Trial]:
    """Trials in order of number, in this process or in several."""
    if jobs <= 1:
        bench = bench_of(knowledge or load(folder), as_of, seed)
        yield from (trial_of(number, bench) for number in range(count))
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), _prepare, (folder, as_of, seed)) as pool:
        yield from pool.map(_prepared_trial, range(count), chunksize=CHUNK)


_PREPARED: dict[str, Bench] = {}
"""The bench of a worker process, which is told of a workload by number alone."""


def _prepare(folder: Path | None, as_of: date, seed: int) -> None:
    _PREPARED["bench"] = bench_of(load(folder), as_of, seed)


def _prepared_trial(number: int) -> Trial:
    return trial_of(number, _PREPARED["bench"])


def _with_hash(trial: Trial, unequal: bool) -> Trial:
    text = "another process with another hash seed, or after other workloads, gives another assessment"
    violations = (Violation(ANY_PROCESS, text),) if unequal else ()
    return trial._replace(verdicts={**trial.verdicts, ANY_PROCESS: Verdict(1, violations)})
