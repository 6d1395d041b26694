"""`stackwright worker`: answers messages that front ends take in, until it is told to stop."""

import logging
import os
import signal
import threading
from argparse import Namespace

from tui.services import backend_of, office_of, retention_of, threads_of
from tui.settings import Settings


def run(_: Namespace, settings: Settings) -> int:
    from service.crew import FOLLOW
    from service.log import log_places_only
    from service.telemetry import telemetry
    from service.worker import run_worker

    log_places_only()
    # It tells its progress as a warning, and sets the level of its logger itself.
    logging.getLogger("bm25s").disabled = True
    if os.environ.get(FOLLOW):
        threading.Thread(target=_end_with_parent, daemon=True).start()
    with telemetry():
        run_worker(backend_of(settings), office_of(settings), retention_of(settings), threads_of(settings))
    return 0


def _end_with_parent() -> None:
    """Standard input ends when whoever started this process dies, however it dies."""
    # Not through sys.stdin: a thread that waits in its buffer makes the interpreter's end fail.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
