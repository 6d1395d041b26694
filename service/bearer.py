"""An API key before an ASGI application: a request without one that opens goes no further."""

import asyncio
from collections.abc import Callable, Iterable

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class BearerKey:
    """Lets requests pass that carry `Authorization: Bearer <key>` with a key that `opens`, asked at every request."""

    def __init__(self, app: ASGIApp, opens: Callable[[str], bool]) -> None:
        self._app, self._opens = app, opens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or await self._carries_key(scope["headers"]):
            await self._app(scope, receive, send)
            return
        refusal = JSONResponse(
            {"error": "This server needs an API key: Authorization: Bearer <key>."},
            status_code=401,
            headers={"WWW-Authenticate": "Bearer"},
        )
        await refusal(scope, receive, send)

    async def _carries_key(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Exactly one authorisation, whose key opens."""
        given = [value for name, value in headers if name.lower() == b"authorization"]
        if len(given) != 1:
            return False
        scheme, _, key = given[0].partition(b" ")
        words = key.strip().decode("ascii", "replace")
        return scheme.lower() == b"bearer" and await asyncio.to_thread(self._opens, words)
