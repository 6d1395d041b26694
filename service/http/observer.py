"""What every answer has and leaves behind: a request id, security headers, a line in the journal, a span, a measure."""

import time
import uuid
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .journal import note, note_failure
from .refusals import BROKEN, refusal
from .telemetry import Telemetry

SECURITY = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
UNMATCHED = "unmatched"


class Observer:
    """ASGI middleware, outermost."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app, self._telemetry = app, telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, identity, status = time.monotonic(), uuid.uuid4().hex, 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in {**SECURITY, "X-Request-Id": identity}.items():
                    headers.setdefault(name, value)
            await send(message)

        method = scope["method"] if scope["method"].isalpha() and len(scope["method"]) < 16 else "OTHER"
        with self._telemetry.request(method, Headers(scope=scope)) as span:
            try:
                await self._app(scope, receive, answer)
            except Exception:  # noqa: BLE001 - the last place where a failure can be told; the connection goes on
                note_failure("failed", request_id=identity)
                if not status:
                    await refusal(scope["path"], 500, BROKEN)(scope, receive, answer)
            finally:
                seconds = time.monotonic() - began
                route = _route(scope)
                self._telemetry.answered(span, method, route, status or 499, seconds)
                note(
                    "request",
                    request_id=identity,
                    method=method,
                    route=route,
                    status=status or 499,
                    ms=round(seconds * 1000, 1),
                )


def _route(scope: Scope) -> str:
    """The route's pattern, never the path: that may hold anything."""
    route: Any = scope.get("route")
    return getattr(route, "path", UNMATCHED)
