"""A worker: answers messages until it is told to stop, then finishes those it has begun.

On PostgreSQL the queue hands it sessions; on one machine it looks into the file itself.
"""

import signal
import threading

from .backend import Backend, refuse_newer
from .crew import tell_ready
from .file_worker import FileWorker
from .office import Office
from .retention import Retention


def run_worker(backend: Backend, office: Office, retention: Retention, threads: int = 1) -> None:
    """Work until SIGTERM or SIGINT; whatever else ends it is raised."""
    if backend.many_machines:
        from .queue_worker import QueueWorker

        office.warm()
        QueueWorker(backend, office, retention, threads).run()
        return
    with backend.opened() as store:
        refuse_newer(store)
        office.warm()
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        tell_ready()
        FileWorker(backend, office, retention, threads).run(stop)
