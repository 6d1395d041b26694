"""The gate that every request passes before any route sees it: who calls, how often, how much, how long.

Nothing behind it can be reached without a caller, whatever routes are added; only the health of the process can.
"""

import asyncio
import math
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .callers import Callers, CallerUnknown
from .limits import Limits, Refused, Turnstile
from .refusals import refusal

OPEN = ("/healthz", "/readyz")


class BodyRefused(Exception):
    """A body that is too large or too slow."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class Gate:
    """ASGI middleware; behind it `request.state.owner` is the caller."""

    def __init__(self, app: ASGIApp, callers: Callers, limits: Limits) -> None:
        self._app, self._callers, self._limits = app, callers, limits
        self._turnstile = Turnstile(limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            if scope["path"] in OPEN:
                await self._app(scope, await self._bounded(scope, receive), send)
                return
            owner = await self._callers.owner(Headers(scope=scope))
            scope.setdefault("state", {})["owner"] = owner
            with self._turnstile.passed(owner):
                await self._app(scope, await self._bounded(scope, receive), send)
        except CallerUnknown as error:
            named = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
            await self._refuse(scope, receive, send, error.status, error.reason, named)
        except Refused as error:
            wait = {"Retry-After": str(math.ceil(error.retry_s))}
            await self._refuse(scope, receive, send, 429, error.reason, wait)
        except BodyRefused as error:
            await self._refuse(scope, receive, send, error.status, error.reason, {"Connection": "close"})

    async def _refuse(
        self, scope: Scope, receive: Receive, send: Send, status: int, reason: str, headers: dict[str, str]
    ) -> None:
        code = "invalid_api_key" if status == 401 else "rate_limit_exceeded" if status == 429 else ""
        await refusal(scope["path"], status, reason, headers, code=code)(scope, receive, send)

    async def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        """What hands out the body, read here up to its limits, and then whatever comes after it."""
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared[:20]) > self._limits.body_bytes:
            raise self._too_large()
        try:
            async with asyncio.timeout(self._limits.body_s):
                body = await self._read(receive)
        except TimeoutError as error:
            raise BodyRefused(408, f"The body didn't arrive within {self._limits.body_s:.0f} s.") from error
        given: list[Message] = [body]

        async def replay() -> Any:
            return given.pop() if given else await receive()

        return replay

    async def _read(self, receive: Receive) -> Message:
        parts: list[bytes] = []
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return message
            parts.append(message.get("body", b""))
            if sum(map(len, parts)) > self._limits.body_bytes:
                raise self._too_large()
            if not message.get("more_body", False):
                return {"type": "http.request", "body": b"".join(parts), "more_body": False}

    def _too_large(self) -> BodyRefused:
        return BodyRefused(413, f"The body has more than {self._limits.body_bytes:,} bytes.")
