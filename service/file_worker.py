"""A worker on one machine: it looks into the file itself, on as many threads as it is given."""

import logging
import threading
from dataclasses import dataclass

from agent.failure_place import place_of
from agent.sessions import SessionStore
from knowledge.errors import SessionBusy, SessionUnavailable

from .back_off import BackOff, Failing
from .backend import Backend
from .office import Office
from .retention import Retention

LOOK_S = 0.02
"""A file is looked into so often while there is work, and up to ten times less often while there is none."""
IDLE_LOOK_S = 0.2
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 60.0
"""So long after a failure, a session is tried again."""
LONGEST_BLIND_S = 10.0
"""A file that can't be read is looked at again after so long at the latest."""
RETIRE_EVERY_S = 3600.0
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FileWorker:
    """Looks into the file of this machine for messages that wait; several processes may do so at once."""

    backend: Backend
    office: Office
    retention: Retention
    threads: int = 1

    def run(self, stop: threading.Event) -> None:
        """Until `stop`; what has been begun is finished. What ends one thread ends all, and is raised."""
        ended: list[Exception] = []

        def serve() -> None:
            try:
                self._serve(stop)
            except Exception as error:  # noqa: BLE001 - a thread's end would go unseen
                ended.append(error)
                stop.set()

        threads = [threading.Thread(target=serve) for _ in range(self.threads)]
        for thread in threads:
            thread.start()
        try:
            self._retire(stop)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        if ended:
            raise ended[0]

    def _retire(self, stop: threading.Event) -> None:
        with self.backend.opened() as store:
            while not stop.is_set():
                try:
                    self.retention.apply(store, stop)
                except Exception as error:  # noqa: BLE001 - answering goes on where tidying up fails
                    log.error("old sessions could not be deleted, it is tried again: %s", place_of(error))
                stop.wait(RETIRE_EVERY_S)

    def _serve(self, stop: threading.Event) -> None:
        with self.backend.opened() as store:
            look = _Look(self.office, store)
            pause = LOOK_S
            while not stop.is_set():
                pause = LOOK_S if look.served_one() else min(pause * 1.5, IDLE_LOOK_S)
                stop.wait(look.blind_s or (pause if pause > LOOK_S else 0))


class _Look:
    """One thread's looks into the file."""

    def __init__(self, office: Office, store: SessionStore) -> None:
        self._office, self._store = office, store
        self._failing = Failing(SHORTEST_PAUSE_S, LONGEST_PAUSE_S)
        self._blind = BackOff(IDLE_LOOK_S, LONGEST_BLIND_S)
        self.blind_s = 0.0
        """How long to wait before the file, which can't be read, is looked at again."""

    def served_one(self) -> bool:
        """Answer what waits in the first session that nobody else is at and that can be served."""
        return any(self._serve(session) for session in self._waiting() if self._failing.due(session))

    def _waiting(self) -> list[str]:
        try:
            waiting = self._store.waiting_sessions()
        except SessionUnavailable as error:
            return self._saw_nothing(error)
        except self._store.outages as error:
            return self._saw_nothing(error)
        self._blind.worked()
        self.blind_s = 0.0
        return waiting

    def _saw_nothing(self, error: Exception) -> list[str]:
        log.error("the sessions can't be read now: %s", type(error).__name__)
        self.blind_s = self._blind.failed()
        return []

    def _serve(self, session: str) -> bool:
        try:
            answered = self._office.answer(self._store, session, wait=False) > 0
        except SessionBusy:
            return False
        except Exception as error:  # noqa: BLE001 - one session that fails must not hold up those behind it
            log.error("a session could not be served, it is tried again: %s", place_of(error))
            self._failing.failed(session)
            return False
        self._failing.worked(session)
        return answered
