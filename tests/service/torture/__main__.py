"""The long run: python -m tests.service.torture --store postgres --kills 500 --sessions 1260"""

import argparse
import os
import platform
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from knowledge import load
from service.backend import Backend
from service.office import Office

from .database import database
from .kills import Plan, torture


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", choices=("file", "postgres"), default="file")
    parser.add_argument(
        "--sessions", type=int, default=1260, help="consultations of 6 to 10 turns, 8 in the mean"
    )
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--producers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=240.0, help="send and kill for so long at most")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    plan = Plan(
        chosen.sessions,
        chosen.kills,
        chosen.workers,
        chosen.producers,
        minutes=chosen.minutes,
        seed=chosen.seed,
    )
    with tempfile.TemporaryDirectory(prefix="tor-") as folder, database(chosen.store) as url:
        office = Office(load(), as_of=date.fromisoformat(plan.as_of))
        outcome = torture(Backend(url=url, folder=Path(folder)), office, plan, _tell)
    print(
        f"{time.strftime('%Y-%m-%d')}, {chosen.store}, {plan.workers} workers, {plan.producers} producers,",
        end=" ",
    )
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}:")
    print(f"{outcome.kills} kills in {outcome.seconds:.0f} s, {outcome.verdict}")
    for name in ("lost", "duplicated", "reordered", "half_answered"):
        for wrong in getattr(outcome.verdict, name)[:20]:
            print(f"  {name}: {wrong}")
    return 0 if outcome.verdict.clean else 1


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
