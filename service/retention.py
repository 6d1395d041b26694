"""How long consultations are kept."""

import time
from dataclasses import dataclass

from agent.sessions import SessionStore

DAY_S = 86_400.0


@dataclass(frozen=True)
class Retention:
    """Sessions that nobody has written to for `days` are deleted, with all that belongs to them; None: kept."""

    days: float | None = None

    def apply(self, store: SessionStore) -> int:
        """Delete what is too old; how many."""
        if self.days is None:
            return 0
        old = list(store.outdated(time.time() - self.days * DAY_S))
        return sum(delete(store, session) for session in old)


def delete(store: SessionStore, session: str) -> bool:
    """Remove a session and all that belongs to it, once nobody is answering in it."""
    with store.held(session, wait=True) as held:
        return held.delete(session)
