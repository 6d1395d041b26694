"""Calls to elsewhere that end when their time is up, however slowly the answer drips in.

They run on one event loop beside the program, since only there can a call under way be broken off and its
connection closed; whoever waits for it is free again at the limit, and no thread is left behind.
"""

import asyncio
import atexit
import os
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache
from typing import TypeVar

Result = TypeVar("Result")
GRACE_S = 2.0
"""A loop that is busy may be so late to break off; nobody waits longer."""
LAST_S = 10.0
"""At the end of the process for what is under way, an import at the longest."""


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


@cache
def _loop(process: int) -> asyncio.AbstractEventLoop:
    """The loop of this process; a forked one has none of its parent's threads."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="calls", daemon=True)
    thread.start()
    atexit.register(_end, loop, thread)
    return loop


def _end(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    """Let the thread finish before the interpreter goes: what it holds then, the lock of an import say, stays held.

    Clients leave tasks of their own behind an answer; one that doesn't end in time is left to its fate.
    """
    if thread.is_alive():
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(_cancel_all(), loop).result(LAST_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(LAST_S)


async def _cancel_all() -> None:
    """Break off every other task, and wait for it."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
