"""A crew knows which of its workers run and which can answer already."""

import sys
import time
from collections.abc import Callable

from service.crew import Crew

TELLS = "import os, sys; os.write(int(os.environ['STACKWRIGHT_READY']), b'1'); sys.stdin.read()"
SILENT = "import sys; sys.stdin.read()"
DIES = "raise SystemExit(1)"


def becomes(condition: Callable[[], bool], within_s: float = 10.0) -> bool:
    ends = time.monotonic() + within_s
    while time.monotonic() < ends and not condition():
        time.sleep(0.02)
    return condition()


def test_a_worker_counts_as_ready_once_it_says_so() -> None:
    with Crew([sys.executable, "-c", TELLS], {}, 2) as crew:
        assert becomes(lambda: crew.ready == 2)
        assert crew.alive == 2
    assert crew.ready == crew.alive == 0


def test_a_worker_that_says_nothing_runs_but_is_not_ready() -> None:
    with Crew([sys.executable, "-c", SILENT], {}, 1) as crew:
        assert not becomes(lambda: crew.ready > 0, 0.5)
        assert crew.alive == 1


def test_one_that_dies_is_not_ready_and_is_started_again() -> None:
    with Crew([sys.executable, "-c", DIES], {}, 1) as crew:
        assert becomes(lambda: crew.alive == 0)
        assert crew.ready == 0
    with Crew([sys.executable, "-c", TELLS], {}, 1) as crew:
        assert becomes(lambda: crew.ready == 1)
        first = crew._places[0].process
        assert first is not None
        first.kill()
        assert becomes(lambda: crew.ready == 1 and crew._places[0].process is not first)
