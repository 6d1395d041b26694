"""One API key before an ASGI application: a request without it goes no further."""

import hashlib
import hmac
from collections.abc import Iterable

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

SHORTEST = 16
"""Characters that a key must have, so that it can't be guessed."""


class BearerKey:
    """Lets requests pass that carry `Authorization: Bearer <key>`."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app = app
        self._digest = _digest(key.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._carries_key(scope["headers"]):
            await self._app(scope, receive, send)
            return
        refusal = JSONResponse(
            {"error": "This server needs its API key: Authorization: Bearer <key>."},
            status_code=401,
            headers={"WWW-Authenticate": "Bearer"},
        )
        await refusal(scope, receive, send)

    def _carries_key(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Exactly one authorisation that holds the key; hashes are compared, in constant time."""
        given = [value for name, value in headers if name.lower() == b"authorization"]
        if len(given) != 1:
            return False
        scheme, _, key = given[0].partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(_digest(key.strip()), self._digest)


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
