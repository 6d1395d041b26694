"""Many consultations at once: python -m tests.service.load --store postgres --consultations 500 --workers 4

Each is a person without think time: the next message is sent as soon as the reply is there.
"""

import argparse
import asyncio
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from knowledge import load
from service.backend import Backend
from service.office import Office
from service.reception import Reception

from .torture.database import database
from .torture.scripts import script, session_name

AS_OF = "2026-11-24"
PATIENCE_S = 600.0


@dataclass
class Measured:
    """What people waited for."""

    waits_s: list[float] = field(default_factory=list)
    errors: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        cuts = statistics.quantiles(self.waits_s, n=100)
        return (
            f"{len(self.waits_s)} turns, {self.errors} errors, {len(self.waits_s) / self.seconds:.1f} turns/s,"
            f" wait p50/p95/p99 {cuts[49]:.2f}/{cuts[94]:.2f}/{cuts[98]:.2f} s"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", choices=("file", "postgres"), default="file")
    parser.add_argument("--consultations", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="load-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        backend = Backend(stack.enter_context(database(chosen.store)), folder, connections=20)
        with backend.opened():
            workers = [_worker(stack, backend) for _ in range(chosen.workers)]
        asyncio.run(_run(backend, 4))
        measured = asyncio.run(_run(backend, chosen.consultations, first=10_000))
        memory = sum(_resident_mb(worker.pid) for worker in workers)
    mine = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"{time.strftime('%Y-%m-%d')}, {chosen.store}, {chosen.consultations} consultations at once,", end=" "
    )
    print(f"{chosen.workers} workers, {os.cpu_count()} cores, Python {platform.python_version()}:")
    print(
        f"{measured}; {memory / chosen.workers:.0f} MB a worker; front end {mine.ru_utime + mine.ru_stime:.0f} s CPU"
    )
    return int(measured.errors > 0)


async def _run(backend: Backend, consultations: int, first: int = 0) -> Measured:
    """`consultations` people talk at the same time."""
    measured, began = Measured(), time.monotonic()
    with backend.opened() as store:
        reception = Reception(store, Office(load(), as_of=date.fromisoformat(AS_OF)))
        await asyncio.gather(*(_talk(reception, first + number, measured) for number in range(consultations)))
    measured.seconds = time.monotonic() - began
    return measured


async def _talk(reception: Reception, number: int, measured: Measured) -> None:
    session = await reception.open("load", session_name(number))
    for turn, message in enumerate(script(number), 1):
        sent = time.monotonic()
        receipt = await reception.accept("load", session, message)
        reply = await reception.reply(session, receipt.turn, PATIENCE_S)
        measured.waits_s.append(time.monotonic() - sent)
        if reply is None or reply["turn"] != turn or reply["kind"] == "error":
            measured.errors += 1


def _worker(stack: ExitStack, backend: Backend) -> "subprocess.Popen[bytes]":
    command = [
        sys.executable,
        "-m",
        "tui.main",
        "worker",
        "--as-of",
        AS_OF,
        "--data-dir",
        str(backend.folder),
    ]
    command += ["--database", backend.url] if backend.url else []
    return stack.enter_context(_stopped(subprocess.Popen(command)))


@contextmanager
def _stopped(process: "subprocess.Popen[bytes]") -> Iterator["subprocess.Popen[bytes]"]:
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _resident_mb(pid: int) -> float:
    """Resident memory, by the kernel's account of the process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(main())
