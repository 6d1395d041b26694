"""An HTTP server whose end belongs to the program: told to stop, it finishes what runs, and hands back."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn


class StoppableServer(uvicorn.Server):
    """Uvicorn's raises the signal again afterwards, so that the process is killed by it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Until the end, signals mean to stop; they aren't raised again after it, so that what is left is tidied up."""
        before = {name: signal.signal(name, self.handle_exit) for name in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)
