"""Answers of an endpoint are read only so far: a body without an end must not fill the memory."""

from collections.abc import AsyncIterator
from typing import Any

# The HTTP library that the openai client is built on; its client takes no other streams.
import httpx2

MOST_BYTES = 2_000_000
"""Twelve times the longest answer that is read, so that escapes and usage fit."""


class BodyTooLarge(Exception):
    """More than any answer can hold; packed bodies count as such, since their size shows too late."""


async def cap_body(response: httpx2.Response) -> None:
    """A response hook: reading on beyond the limit raises."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise BodyTooLarge
    response.stream = _Capped(response.stream)


class _Capped(httpx2.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > MOST_BYTES:
                raise BodyTooLarge
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
