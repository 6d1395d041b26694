"""The gate that every request passes before any route sees it: who calls, how often, how much, how long.

Nothing behind it can be reached without a caller, whatever routes are added; only the health of the process can.
"""

import math

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.bounded_body import BodyRefused, bounded

from .callers import Callers, CallerUnknown
from .limits import Limits, Refused, Turnstile
from .refusals import refusal

OPEN = ("/healthz", "/readyz")


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
        return await bounded(scope, receive, self._limits.body_bytes, self._limits.body_s)
