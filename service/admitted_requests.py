"""What a request must keep to before a server of others' protocols sees it: so many at once, a body of limits."""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from .bounded_body import TOO_SLOW, BodyRefused, bounded


class AdmittedRequests:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, at_once: int, most_bytes: int, within_s: float) -> None:
        self._app, self._at_once = app, at_once
        self._most_bytes, self._within_s = most_bytes, within_s
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._running >= self._at_once:
            busy = f"More than {self._at_once} requests at once."
            await _refuse(503, busy, {"Retry-After": "1"}, scope, receive, send)
            return
        self._running += 1
        try:
            body = await bounded(scope, receive, self._most_bytes, self._within_s)
            await self._app(scope, body, send)
        except BodyRefused as refused:
            # Closed under a caller that still sends, a connection would be reset before the refusal is read.
            headers = {"Connection": "close"} if refused.status == TOO_SLOW else {}
            await _refuse(refused.status, refused.reason, headers, scope, receive, send)
        finally:
            self._running -= 1


async def _refuse(
    status: int, reason: str, headers: dict[str, str], scope: Scope, receive: Receive, send: Send
) -> None:
    refusal = JSONResponse({"error": reason}, status, headers)
    await refusal(scope, receive, send)
