"""A worker on PostgreSQL, which outlives the restarts of its database.

It works in shifts. Procrastinate's own worker ends as soon as one of its side tasks fails, as all of them do when
the server stops; the next shift begins when the database is back. A shift that can't end ends the process.
"""

import asyncio
import logging
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

from agent.failure_place import place_of
from agent.sessions import SessionStore
from knowledge.errors import DatabaseAway, SessionUnavailable

from . import queue
from .back_off import BackOff
from .backend import Backend
from .crew import tell_ready
from .office import Office
from .postgres_sessions import PostgresSessions
from .retention import Retention
from .sweep import passed, sweep

DRAIN_S = 20.0
"""A worker that is told to stop has so long to finish what it has begun."""
ENDING_S = 15.0
"""After that, so long to let go of the queue; then the process ends with what it holds."""
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 5.0
"""The pause before the next try while the database is away."""
STEADY_S = 30.0
"""A shift that lasted so long worked."""
MOST_FAILURES = 5
"""So many shifts in a row that fail early, not for want of a database: the worker can't work."""
BESIDES = 2
"""Threads for the sweep and for deleting what is old, beside those that answer."""
log = logging.getLogger(__name__)


@dataclass
class QueueWorker:
    """Answers the sessions that the queue hands out."""

    backend: Backend
    office: Office
    retention: Retention
    threads: int = 1
    _ending: threading.Timer | None = field(default=None, init=False)
    """Runs while a shift ends: the process is not to wait for ever."""

    def run(self) -> None:
        """Until SIGTERM or SIGINT; a failure that isn't the database's is raised when it comes again and again."""
        try:
            asyncio.run(self._run())
        finally:
            self._ended()

    async def _run(self) -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        # The loop's own executor has few threads; a job beyond them would hold its session without being answered.
        loop.set_default_executor(ThreadPoolExecutor(self.threads + BESIDES))
        with ExitStack() as opened:
            store = await self._opened(opened, stop)
            if store is not None:
                tell_ready()
                await self._work(store, stop)

    async def _opened(self, opened: ExitStack, stop: asyncio.Event) -> PostgresSessions | None:
        """The store as soon as the database is there; None where `stop` comes first."""
        pauses = BackOff(SHORTEST_PAUSE_S, LONGEST_PAUSE_S)
        while not stop.is_set():
            try:
                store = await asyncio.to_thread(opened.enter_context, self.backend.opened())
            except DatabaseAway as error:
                pause = pauses.failed()
                log.warning("%s It is tried again in %.1f s.", error, pause)
                await passed(stop, pause)
            else:
                assert isinstance(store, PostgresSessions)
                return store
        return None

    async def _work(self, store: PostgresSessions, stop: asyncio.Event) -> None:
        """One shift after another until `stop`."""
        pauses, failures = BackOff(SHORTEST_PAUSE_S, LONGEST_PAUSE_S), 0
        while not stop.is_set():
            began = time.monotonic()
            error = await self._shift(store, stop)
            if stop.is_set():
                return
            steady = time.monotonic() - began > STEADY_S
            if steady:
                pauses.worked()
            failures = 0 if error is None or steady or queue.is_outage(error) else failures + 1
            if error is not None and failures >= MOST_FAILURES:
                raise error
            pause = pauses.failed()
            log.warning(
                "the queue was lost (%s); it is taken up again in %.1f s",
                place_of(error) if error is not None else "its worker ended",
                pause,
            )
            await passed(stop, pause)

    async def _shift(self, store: PostgresSessions, stop: asyncio.Event) -> Exception | None:
        """Work until `stop`, or until something fails; what it was, if it is known."""

        def answer(session: str) -> None:
            with suppress(SessionUnavailable):
                self.office.answer(store, session)

        app = queue.open_queue(self.backend.url, answer, retire=lambda: self._retire(store))
        over = asyncio.Event()
        try:
            async with queue.opened(app, self.backend.url):
                working = asyncio.create_task(queue.work(app, self.threads, DRAIN_S))
                sweeping = asyncio.create_task(sweep(app, over, store))
                told = asyncio.create_task(stop.wait())
                await asyncio.wait((working, sweeping, told), return_when=asyncio.FIRST_COMPLETED)
                self._end_in_time()
                # The sweep isn't cancelled: an error of the database, as it goes down, would swallow that.
                over.set()
                working.cancel()
                told.cancel()
                outcomes = await asyncio.gather(working, sweeping, told, return_exceptions=True)
        except Exception as error:  # noqa: BLE001 - of what kind it is, is judged between the shifts
            return error
        finally:
            # Whoever is told to stop must let go of its threads in time as well.
            if not stop.is_set():
                self._ended()
        return next((outcome for outcome in outcomes if isinstance(outcome, Exception)), None)

    def _end_in_time(self) -> None:
        self._ending = threading.Timer(DRAIN_S + ENDING_S, _leave)
        self._ending.daemon = True
        self._ending.start()

    def _ended(self) -> None:
        if self._ending is not None:
            self._ending.cancel()

    def _retire(self, store: SessionStore) -> None:
        """Beside the jobs, which would wait for it."""
        threading.Thread(target=self._delete_old, args=(store,), daemon=True).start()

    def _delete_old(self, store: SessionStore) -> None:
        try:
            self.retention.apply(store)
        except Exception as error:  # noqa: BLE001 - answering goes on where tidying up fails
            log.error("old sessions could not be deleted, it is tried again: %s", place_of(error))


def _leave() -> None:
    """The end of a process whose work or queue doesn't let go of it; whatever it held, others take over."""
    log.error("the worker can't end what it has begun; it leaves that to others")
    os._exit(1)
