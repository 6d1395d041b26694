"""A request's body, taken in up to a size and a time, before anything else looks at it."""

import asyncio
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

TOO_SLOW = 408


class BodyRefused(Exception):
    """A body that is too large or too slow."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


async def bounded(scope: Scope, receive: Receive, most_bytes: int, within_s: float) -> Receive:
    """What hands out the body, read here up to its limits, and then whatever comes after it."""
    declared = Headers(scope=scope).get("content-length", "0")
    if not declared.isdecimal() or int(declared[:20]) > most_bytes:
        raise _too_large(most_bytes)
    try:
        async with asyncio.timeout(within_s):
            body = await _read(receive, most_bytes)
    except TimeoutError as error:
        raise BodyRefused(TOO_SLOW, f"The body didn't arrive within {within_s:.0f} s.") from error
    given: list[Message] = [body]

    async def replay() -> Any:
        return given.pop() if given else await receive()

    return replay


async def _read(receive: Receive, most_bytes: int) -> Message:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message
        parts.append(message.get("body", b""))
        if sum(map(len, parts)) > most_bytes:
            raise _too_large(most_bytes)
        if not message.get("more_body", False):
            return {"type": "http.request", "body": b"".join(parts), "more_body": False}


def _too_large(most_bytes: int) -> BodyRefused:
    return BodyRefused(413, f"The body has more than {most_bytes:,} bytes.")
