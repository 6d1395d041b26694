"""How long consultations are kept."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from agent.sessions import SessionStore
from knowledge.errors import SessionBusy

DAY_S = 86_400.0
SHORTEST_PAUSE_S, REST = 0.02, 2.0
"""After each deletion the store is left to others for so long, and for so many times as long as it took."""


@dataclass(frozen=True)
class Retention:
    """Sessions that nobody has written to for `days` are deleted, with all that belongs to them; None: kept."""

    days: float | None = None

    def apply(self, store: SessionStore, stop: threading.Event | None = None) -> int:
        """Delete what is too old, one after another, until `stop`; how many."""
        if self.days is None:
            return 0
        stop, before, count = stop or threading.Event(), time.time() - self.days * DAY_S, 0
        for session in store.outdated(before):
            began = time.monotonic()
            count += _expire(store, session, before)
            if stop.wait(max(SHORTEST_PAUSE_S, REST * (time.monotonic() - began))):
                break
        if count:
            store.forget_deleted()
        return count


def _expire(store: SessionStore, session: str, before: float) -> bool:
    """Remove a session, unless somebody is at it or has written to it since it was found to be too old."""
    with suppress(SessionBusy), store.held(session) as held:
        return held.expire(session, before)
    return False


def delete(store: SessionStore, session: str) -> bool:
    """Remove a session and all that belongs to it, once nobody is answering in it."""
    with store.held(session, wait=True) as held:
        return held.delete(session)
