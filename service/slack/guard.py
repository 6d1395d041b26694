"""The gate before Bolt: lets through only what Slack has signed a moment ago and what is shaped like its requests.

Bolt reads the body before it checks the signature, and answers garbage from anybody with an error of the server.
Here nothing is read before its signature holds, and what can't be read is the sender's mistake.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from pydantic import ValidationError

from .envelope import check_envelope
from .paths import EVENTS, HEALTH

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


MOST_BYTES = 1 << 20
BODY_S = 10.0
"""A body has so long to arrive."""
WINDOW_S = 300
"""Slack's own: a request that was signed longer ago may be a copy."""
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MOST_FIELDS = 50
_SECONDS = re.compile(rb"[0-9]{1,12}")

log = logging.getLogger(__name__)


class Turned(Exception):
    """A request that goes no further: it isn't let through, or asks for nothing behind the gate."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class Guard:
    """ASGI application around the one of Bolt."""

    def __init__(self, app: App, secret: str, now: Callable[[], float] = time.time) -> None:
        self._app, self._secret, self._now = app, secret.encode(), now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            if scope["path"] == HEALTH:
                raise Turned(200, "ok")
            body = await self._checked(scope, receive)
        except Turned as turned:
            await _answer(send, turned.status, turned.reason)
        else:
            await self._pass(scope, body, send)

    async def _pass(self, scope: Scope, body: bytes, send: Send) -> None:
        """Hand a request to Bolt. What its listeners fail at it answers; what it can't take apart is no request."""
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            started = True
            if message["type"] == "http.response.start" and message["status"] >= 500:
                # What couldn't be stored is to be sent again: the database is away.
                message = {**message, "status": 503}
            await send(message)

        try:
            await self._app(scope, _replayed(body), answer)
        except (TypeError, ValueError, LookupError, AttributeError):
            if started:
                raise
            log.warning("a signed request could not be taken apart")
            await _answer(send, 400, "body")

    async def _checked(self, scope: Scope, receive: Receive) -> bytes:
        if scope["path"] != EVENTS:
            raise Turned(404, "not found")
        if scope["method"] != "POST":
            raise Turned(405, "only POST")
        headers = _Headers(scope)
        kind = headers.one(b"content-type").decode("latin-1").partition(";")[0].strip().lower()
        if kind not in (JSON, FORM):
            raise Turned(400, "content type")
        body = await _read(headers, receive)
        self._check_signature(headers, body)
        check_body(body, kind)
        return body

    def _check_signature(self, headers: "_Headers", body: bytes) -> None:
        seconds = headers.one(b"x-slack-request-timestamp", 401)
        signature = headers.one(b"x-slack-signature", 401)
        if not _SECONDS.fullmatch(seconds) or abs(self._now() - int(seconds)) > WINDOW_S:
            raise Turned(401, "timestamp")
        if not hmac.compare_digest(signature, sign(self._secret, seconds, body)):
            raise Turned(401, "signature")


def sign(secret: bytes, seconds: bytes, body: bytes) -> bytes:
    """Slack's signature of a body: HMAC-SHA256 of `v0:<seconds>:<body>`.

    >>> sign(b"secret", b"1", b"{}")[:14]
    b'v0=9b8af5ea34d'
    """
    digest = hmac.new(secret, b"v0:" + seconds + b":" + body, hashlib.sha256).hexdigest()
    return b"v0=" + digest.encode()


def check_body(body: bytes, kind: str) -> None:
    """Turned for a body that isn't an object of the shape that Slack sends."""
    try:
        text = body.decode("utf-8")
        check_envelope(_object(text if kind == JSON else _payload(text)))
    except (ValueError, RecursionError, ValidationError) as error:
        raise Turned(400, "body") from error


def _payload(text: str) -> str:
    """The one JSON object that a form holds."""
    fields = parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_FIELDS)
    payloads = [value for name, value in fields if name == "payload"]
    if len(payloads) != 1 or text.startswith("{"):
        raise ValueError("no payload")
    return payloads[0]


def _object(text: str) -> dict[str, Any]:
    found = json.loads(text, parse_constant=_no_number)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(name)


class _Headers:
    def __init__(self, scope: Scope) -> None:
        self._pairs = [(name.lower(), value) for name, value in scope["headers"]]

    def one(self, name: bytes, status: int = 400) -> bytes:
        """The value of a header that must be there once: of two, another reader might take the other one."""
        found = [value for key, value in self._pairs if key == name]
        if len(found) != 1:
            raise Turned(status, f"{name.decode()} header")
        return bytes(found[0])

    def length(self) -> int:
        found = [value for key, value in self._pairs if key == b"content-length"]
        return int(found[0]) if found and found[0].isdigit() and len(found[0]) < 20 else 0


async def _read(headers: _Headers, receive: Receive) -> bytes:
    if headers.length() > MOST_BYTES:
        raise Turned(413, "too large")
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_S):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise Turned(400, "no body")
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > MOST_BYTES:
                    raise Turned(413, "too large")
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError as error:
        raise Turned(408, "too slow") from error


def _replayed(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _answer(send: Send, status: int, reason: str) -> None:
    body = reason.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    if status in (408, 413):
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
