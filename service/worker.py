"""A worker: answers messages until it is told to stop, then finishes those it has begun.

On PostgreSQL the queue hands it sessions; on one machine it looks into the file itself.
"""

import asyncio
import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from agent.failure_place import place_of
from agent.sessions import SessionStore
from knowledge.errors import SessionUnavailable

from .backend import Backend
from .crew import tell_ready
from .office import Office
from .retention import Retention

LOOK_S = 0.02
"""A file is looked into so often while there is work, and up to ten times less often while there is none."""
IDLE_LOOK_S = 0.2
RETIRE_EVERY_S = 3600.0
DRAIN_S = 20.0
"""A worker that is told to stop has so long to finish what it has begun."""
log = logging.getLogger(__name__)


def run_worker(backend: Backend, office: Office, retention: Retention, threads: int = 1) -> None:
    """Work until SIGTERM or SIGINT."""
    office.warm()
    with backend.opened() as store:
        tell_ready()
        if backend.many_machines:
            asyncio.run(_from_queue(backend, office, store, retention, threads))
        else:
            stop = threading.Event()
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
            FileWorker(backend, office, retention, threads).run(stop)


async def _from_queue(
    backend: Backend, office: Office, store: SessionStore, retention: Retention, threads: int
) -> None:
    from . import queue

    def answer(session: str) -> None:
        with suppress(SessionUnavailable):
            office.answer(store, session)

    # The loop's own executor has few threads; a job beyond them would hold its session without being answered.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(threads + 2))
    app = queue.open_queue(backend.url, answer, retire=lambda: retention.apply(store))
    async with app.open_async(), asyncio.TaskGroup() as tasks:
        sweeping = tasks.create_task(queue.sweep(app))
        await app.run_worker_async(
            concurrency=threads,
            delete_jobs="successful",
            fetch_job_polling_interval=1.0,
            update_heartbeat_interval=queue.HEARTBEAT_S,
            stalled_worker_timeout=queue.MISSED_S,
            shutdown_graceful_timeout=DRAIN_S,
        )
        sweeping.cancel()


@dataclass(frozen=True)
class FileWorker:
    """Looks into the file of this machine for messages that wait; several processes may do so at once."""

    backend: Backend
    office: Office
    retention: Retention
    threads: int = 1

    def run(self, stop: threading.Event) -> None:
        """Until `stop`; what has been begun is finished."""
        others = [threading.Thread(target=self._serve, args=(stop,)) for _ in range(self.threads)]
        for thread in others:
            thread.start()
        with self.backend.opened() as store:
            while not stop.is_set():
                self.retention.apply(store)
                stop.wait(RETIRE_EVERY_S)
        for thread in others:
            thread.join()

    def _serve(self, stop: threading.Event) -> None:
        pause = LOOK_S
        with self.backend.opened() as store:
            while not stop.is_set():
                pause = LOOK_S if self._served_one(store) else min(pause * 1.5, IDLE_LOOK_S)
                stop.wait(pause if pause > LOOK_S else 0)

    def _served_one(self, store: SessionStore) -> bool:
        """Answer what waits in the first session that nobody else is at and that can be served."""
        return any(self._serve_session(store, session) for session in self._waiting(store))

    def _waiting(self, store: SessionStore) -> list[str]:
        try:
            return store.waiting_sessions()
        except SessionUnavailable:
            log.error("the sessions can't be read now: %s", SessionUnavailable.__name__)
        except store.outages as error:
            log.error("the sessions can't be read now: %s", type(error).__name__)
        return []

    def _serve_session(self, store: SessionStore, session: str) -> bool:
        try:
            return self.office.answer(store, session, wait=False) > 0
        except SessionUnavailable:
            return False
        except Exception as error:  # noqa: BLE001 - one session that fails must not hold up those behind it
            log.error("a session could not be served, it is tried again: %s", place_of(error))
            return False
