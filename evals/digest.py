"""One hash a random workload: two processes with different hash seeds, one of them backwards, must agree.

Backwards, since what is remembered from one workload may not show in another. Every twentieth workload is
assessed in full. `python -m evals.digest COUNT SEED AS_OF forwards|backwards [KNOWLEDGE]`.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from knowledge import Knowledge
from knowledge.errors import StackwrightError
from tools.assess import assess

from .workloads import draw_workloads

FULL_EVERY = 20
RUNS = {"1": "forwards", "2": "backwards"}
"""Hash seed -> direction."""


def digests(count: int, seed: int, knowledge: Knowledge, as_of: date, backwards: bool = False) -> list[str]:
    """SHA-256 of each workload's assessment, by number; computed from the last to the first if `backwards`."""
    drawn_ones = list(draw_workloads(count, seed, knowledge))
    hashes = [
        hashlib.sha256(
            assess(
                drawn.workload(knowledge),
                knowledge,
                as_of,
                "full" if drawn.number % FULL_EVERY == 0 else "rank",
            )
            .model_dump_json()
            .encode()
        ).hexdigest()
        for drawn in (reversed(drawn_ones) if backwards else drawn_ones)
    ]
    return hashes[::-1] if backwards else hashes


def start(count: int, seed: int, as_of: date, folder: Path | None) -> "list[subprocess.Popen[str]]":
    """One process a hash seed."""
    command = [sys.executable, "-P", "-m", "evals.digest", str(count), str(seed), as_of.isoformat()]
    knowledge = [str(folder.resolve())] if folder else []
    where = str(Path(__file__).parent.parent)
    return [
        subprocess.Popen(  # noqa: S603 - this interpreter and numbers
            [*command, direction, *knowledge],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": where},
            stdout=subprocess.PIPE,
            text=True,
        )
        for hash_seed, direction in RUNS.items()
    ]


def collect(processes: "Sequence[subprocess.Popen[str]]") -> list[list[str]]:
    """The lines of each process; one that failed is an error of the evaluation, not a finding."""
    lines = [process.communicate()[0].split() for process in processes]
    if any(process.returncode for process in processes):
        raise StackwrightError("A process of the evaluation failed.", "What it said stands above.")
    return lines


def differing(lines: Sequence[Sequence[str]], count: int) -> list[int]:
    """Numbers of the workloads whose hashes don't agree, or are missing.

    >>> differing([["a", "b"], ["a", "c"]], 2)
    [1]
    >>> differing([["a"], ["a", "b"]], 2)
    [1]
    """
    return [
        number
        for number in range(count)
        if len(
            {line[number] if number < len(line) else f"missing {place}" for place, line in enumerate(lines)}
        )
        > 1
    ]


if __name__ == "__main__":
    total, seed_, day, way, *rest = sys.argv[1:]
    base = Knowledge(Path(rest[0])) if rest else Knowledge()
    print("\n".join(digests(int(total), int(seed_), base, date.fromisoformat(day), way == "backwards")))
