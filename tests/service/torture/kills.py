"""A torture run: real workers and producers on a real store, killed with SIGKILL at random instants."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.sessions import SessionStore
from service.backend import Backend
from service.office import Office

from .history import Verdict, check
from .scripts import script

LONGEST_PAUSE_S, LONGEST_START_S = 0.4, 20.0
QUIET_S = 120.0
"""After the last kill the rest must be answered within so long without any progress missing."""


@dataclass(frozen=True)
class Plan:
    """What is run."""

    sessions: int
    kills: int
    workers: int = 2
    producers: int = 2
    minutes: float = 240.0
    """After so long no more is sent, and what was sent is judged."""
    seed: int = 1
    as_of: str = "2026-11-24"

    @property
    def turns(self) -> int:
        return sum(len(script(number)) for number in range(self.sessions))


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    kills: int
    seconds: float
    said: str
    """What the workers complained of."""


def torture(backend: Backend, office: Office, plan: Plan, tell: Callable[[str], None]) -> Outcome:
    """Deliver, kill, wait until all is answered or nothing moves any more, and judge."""
    luck, began, kills = random.Random(plan.seed), time.monotonic(), 0
    with backend.opened() as store:
        processes = [_worker(backend, plan) for _ in range(plan.workers)]
        processes += [_producer(backend, plan, number) for number in range(plan.producers)]
        try:
            while kills < plan.kills and time.monotonic() - began < 60 * plan.minutes:
                # Kills are spread over the turns, and fall at any instant of a process's life.
                _until(store, kills * plan.turns / plan.kills)
                time.sleep(luck.uniform(0, LONGEST_PAUSE_S))
                victim = luck.randrange(len(processes))
                if processes[victim].poll() is None:
                    processes[victim].kill()
                    kills += 1
                    if kills % 25 == 0:
                        tell(f"{kills} kills, {_answered(store)} of {plan.turns} turns answered")
                processes[victim].wait()
                is_worker = victim < plan.workers
                processes[victim] = (
                    _worker(backend, plan) if is_worker else _producer(backend, plan, victim - plan.workers)
                )
            _settle(store, processes[plan.workers :], began + 60 * plan.minutes)
        finally:
            for process in processes:
                process.kill()
                process.wait()
        verdict = check(store, office, range(plan.sessions), _receipts(backend, plan))
    said = (backend.folder / "workers.log").read_text()
    return Outcome(verdict, kills, time.monotonic() - began, said)


def _until(store: SessionStore, answered: float) -> None:
    """Wait until so many turns are answered, or no longer than it may take a worker to start."""
    began = time.monotonic()
    while _answered(store) < answered and time.monotonic() - began < LONGEST_START_S:
        time.sleep(0.02)


def _settle(store: SessionStore, producers: "list[subprocess.Popen[bytes]]", end: float) -> None:
    """Until all is sent, or `end`; then until all is answered, or nothing has moved for `QUIET_S`."""
    while time.monotonic() < end and any(producer.poll() is None for producer in producers):
        time.sleep(0.1)
    for producer in producers:
        producer.kill()
        producer.wait()
    answered, moved = -1, time.monotonic()
    while store.waiting_sessions(1) and time.monotonic() - moved < QUIET_S:
        now = _answered(store)
        if now != answered:
            answered, moved = now, time.monotonic()
        time.sleep(0.2)


def _receipts(backend: Backend, plan: Plan) -> frozenset[str]:
    """The keys of the messages whose receipt was given."""
    journals = (backend.folder / f"journal-{number}" for number in range(plan.producers))
    return frozenset(name for journal in journals if journal.exists() for name in journal.read_text().split())


def _answered(store: SessionStore) -> int:
    with store.reading() as rows:
        count: int = rows("SELECT COUNT(*) FROM turns WHERE reply IS NOT NULL").fetchone()[0]
    return count


def _worker(backend: Backend, plan: Plan) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tui.main", "worker", "--as-of", plan.as_of]
    command += ["--data-dir", str(backend.folder), *(["--database", backend.url] if backend.url else [])]
    with (backend.folder / "workers.log").open("ab") as log:
        return subprocess.Popen(command, stderr=log)


def _producer(backend: Backend, plan: Plan, number: int) -> "subprocess.Popen[bytes]":
    share = -(-plan.sessions // plan.producers)
    first = number * share
    count = max(0, min(share, plan.sessions - first))
    journal = Path(backend.folder) / f"journal-{number}"
    words = [backend.url, str(backend.folder), str(journal), str(first), str(count), str(plan.seed)]
    return subprocess.Popen([sys.executable, "-m", "tests.service.torture.producer", *words])
