"""Waiting for replies: one look into the store serves everybody who waits in this process."""

import asyncio
import time
from typing import Any

from agent.sessions import SessionStore

LOOK_S, LONGEST_PAUSE_S = 0.03, 1.0
"""Between two looks the store is left alone for as long as the first took, within these bounds."""


class Replies:
    """Hands a reply to whoever waits for it."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self._awaited: dict[tuple[str, int], list[asyncio.Future[dict[str, Any]]]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def wait(self, session: str, turn: int, timeout_s: float) -> dict[str, Any] | None:
        """The reply of a turn, or None after `timeout_s`; it is in the store all the same when it comes."""
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        waiting = self._awaited.setdefault((session, turn), [])
        waiting.append(future)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            return await asyncio.wait_for(future, timeout_s)
        except TimeoutError:
            return None
        finally:
            waiting.remove(future)
            if not waiting and self._awaited.get((session, turn)) is waiting:
                del self._awaited[(session, turn)]

    async def _look(self) -> None:
        while self._awaited:
            began = time.monotonic()
            try:
                found = await asyncio.to_thread(self._store.replies, list(self._awaited))
            except self._store.outages:
                # The database is away for a moment; whoever waits has a time limit of its own.
                found = []
            for session, turn, reply in found:
                for future in self._awaited.get((session, turn), ()):
                    if not future.done():
                        future.set_result(reply)
            took = time.monotonic() - began
            await asyncio.sleep(min(max(LOOK_S, took), LONGEST_PAUSE_S))
