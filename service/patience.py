"""Connections that ask nothing: each has so long to come up with a request, and the eldest makes room for the next.

Whoever opens connections without a key can thus not use them all up: one that asks at once, as clients do, is
always taken.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 10.0
"""From the opening of a connection, or from the answer before, to the last line of a request's head."""
MOST_WAITING = 256
"""With the requests that run, well below the 1,024 open files that a process usually may have."""


def patient(head_s: float = HEAD_S, most: int = MOST_WAITING) -> type[H11Protocol]:
    """Uvicorn's protocol with such an end to its patience, for one server."""
    waiting: dict[H11Protocol, asyncio.TimerHandle] = {}

    class _Patient(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._wait()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._look()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._look()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            self._wait_no_more()

        def _look(self) -> None:
            if self.cycle is not None and not self.cycle.response_complete:
                self._wait_no_more()
            elif self not in waiting and not self.transport.is_closing():
                self._wait()

        def _wait(self) -> None:
            waiting[self] = self.loop.call_later(head_s, self.transport.close)
            if len(waiting) > most:
                eldest = next(iter(waiting))
                waiting.pop(eldest).cancel()
                eldest.transport.close()

        def _wait_no_more(self) -> None:
            timer = waiting.pop(self, None)
            if timer is not None:
                timer.cancel()

    return _Patient
