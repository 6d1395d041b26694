"""`stackwright worker`: answers messages that front ends take in, until it is told to stop."""

import logging
import os
import signal
import threading
from argparse import Namespace

from knowledge.errors import StackwrightError
from tui.services import backend_of, office_of, retention_of, threads_of
from tui.settings import Settings

FAILED = 1
log = logging.getLogger("stackwright.worker")


def run(_: Namespace, settings: Settings) -> int:
    from agent.failure_place import place_of
    from service.crew import FOLLOW
    from service.log import log_places_only
    from service.telemetry import telemetry
    from service.worker import run_worker

    log_places_only()
    # It tells its progress as a warning, and sets the level of its logger itself.
    logging.getLogger("bm25s").disabled = True
    if os.environ.get(FOLLOW):
        threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        with telemetry():
            run_worker(
                backend_of(settings), office_of(settings), retention_of(settings), threads_of(settings)
            )
    except StackwrightError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, its words may be a user's
        log.error("the worker can't work any more: %s", place_of(error))
        return FAILED
    return 0


def _end_with_parent() -> None:
    """Standard input ends when whoever started this process dies, however it dies."""
    # Not through sys.stdin: a thread that waits in its buffer makes the interpreter's end fail.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
