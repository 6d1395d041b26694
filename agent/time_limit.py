"""Calls to elsewhere that end when their time is up, however slowly the answer drips in.

They run on one event loop beside the program, since only there can a call under way be broken off and its
connection closed; whoever waits for it is free again at the limit, and no thread is left behind.
"""

import asyncio
import atexit
import os
import threading
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TypeVar

Result = TypeVar("Result")
GRACE_S = 2.0
"""A loop that is busy may be so late to break off; nobody waits longer."""
_STARTING = threading.Lock()
LAST_S = 10.0
"""How long the end of a process waits for the thread: as long as an import may take."""


def within(seconds: float, call: Callable[[], Awaitable[Result]]) -> Result:
    """What the call returns; TimeoutError where that takes longer in all.

    >>> async def answer() -> int:
    ...     return 42
    >>> within(1.0, answer)
    42
    """

    async def timed() -> Result:
        async with asyncio.timeout(seconds):
            return await call()

    future = asyncio.run_coroutine_threadsafe(timed(), _loop(os.getpid()))
    try:
        return future.result(seconds + GRACE_S)
    finally:
        future.cancel()


def _loop(process: int) -> asyncio.AbstractEventLoop:
    """The loop of this process, one for all its threads."""
    with _STARTING:
        return _started_for(process)


@cache
def _started_for(process: int) -> asyncio.AbstractEventLoop:
    """A forked process has none of its parent's threads."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="calls", daemon=True)
    thread.start()
    atexit.register(_end, loop, thread)
    return loop


def _end(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    """Let the thread finish before the interpreter goes: what it holds then, the lock of an import say, stays held.

    Calls under way and tasks that clients have left behind end unfinished, and silently.
    """
    if thread.is_alive():
        loop.set_exception_handler(lambda *_: None)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(LAST_S)
