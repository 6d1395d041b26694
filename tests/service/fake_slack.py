"""A Slack of our own: the web API, Socket Mode and calls over HTTP, held to an app manifest, with faults on demand.

It knows what was posted, refuses what the manifest doesn't ask for, and sends events again until they are
acknowledged, as Slack does. Faults strike a method, once or several times, before or after it has done its work.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from .fake_slack_api import APP_TOKEN, BOT_ID, BOT_TOKEN, BOT_USER, TEAM, Fault, Json, WebApi

__all__ = [
    "APP_TOKEN",
    "BOT_ID",
    "BOT_TOKEN",
    "BOT_USER",
    "SECRET",
    "TEAM",
    "FakeSlack",
    "Fault",
    "signed",
    "until",
]

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
CHANNEL_EVENTS = {"C": "message.channels", "G": "message.groups", "D": "message.im"}
REDELIVERIES, ACK_S = 4, 3.0


@dataclass
class FakeSlack(WebApi):
    """State of the workspace, and what was called."""

    events_url: str = ""
    """Where events go over HTTP; without it they go over the sockets."""
    statuses: list[int] = field(default_factory=list)
    """What the app answered to events over HTTP."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._sockets: list[web.WebSocketResponse] = []
        self._acked: set[str] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FakeSlack"]:
        app = web.Application(client_max_size=1 << 25)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_get("/link", self._link)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        assert site._server is not None
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[attr-defined]
        try:
            yield self
        finally:
            await runner.cleanup()

    @property
    def api(self) -> str:
        return f"{self.url}/api/"

    # What people do.

    async def say(self, text: str, channel: str, thread: str = "", user: str = "U2ADA", **more: Any) -> str:
        """A person writes; a mention comes as two events, as it does in Slack. The message's time stamp."""
        ts = self.ts()
        message = {"type": "message", "user": user, "text": text, "ts": ts, "channel": channel, **more}
        if thread:
            message["thread_ts"] = thread
        self.messages.append(dict(message))
        kind = {"C": "channel", "G": "group", "D": "im"}[channel[0]]
        await self.event({**message, "channel_type": kind, "event_ts": ts})
        if f"<@{BOT_USER}>" in text and channel[0] != "D":
            await self.event({**message, "type": "app_mention", "event_ts": ts})
        return ts

    async def event(self, event: Json, deliveries: int = 1, event_id: str = "") -> None:
        """Send an event `deliveries` times, if the manifest asks for it."""
        name = CHANNEL_EVENTS[event["channel"][0]] if event["type"] == "message" else event["type"]
        asked = self.manifest["settings"]["event_subscriptions"]["bot_events"]
        # The older view of assistants sends this to apps that have it, which a new app can't choose any more.
        if name not in [*asked, "assistant_thread_started"]:
            return
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A1",
            "event_id": event_id or f"Ev{next(self._clock)}",
            "event_time": int(time.time()),
            "event": event,
            "authorizations": [
                {"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER, "is_bot": True}
            ],
        }  # fmt: skip
        for _ in range(deliveries):
            await self.deliver(body, "events_api")

    async def click(self, message: Json, action_id: str, user: str = "U2ADA", pick: str = "") -> None:
        """A person presses a button of a message."""
        elements = [item for block in message["blocks"] for item in block.get("elements", ())]
        element = next(item for item in elements if item.get("action_id") == action_id)
        value = element["value"] if "value" in element else element[pick]["value"]
        body = {
            "type": "block_actions",
            "team": {"id": TEAM, "domain": "fake"},
            "user": {"id": user, "team_id": TEAM},
            "enterprise": None,
            "channel": {"id": message["channel"], "name": "x"},
            "container": {
                "type": "message", "message_ts": message["ts"], "channel_id": message["channel"],
                "thread_ts": message.get("thread_ts"), "is_ephemeral": False,
            },
            "message": {key: value for key, value in message.items() if key != "began"},
            "actions": [{"type": element["type"], "action_id": action_id, "value": value, "action_ts": self.ts()}],
        }  # fmt: skip
        await self.deliver(body, "interactive")

    async def deliver(self, body: Json, kind: str) -> None:
        """Until it is acknowledged, or Slack gives up."""
        for attempt in range(REDELIVERIES):
            if await (self._post(body, attempt) if self.events_url else self._push(body, kind, attempt)):
                return

    # What is there to see.

    def replies(self, channel: str, thread: str = "") -> list[Json]:
        """What the app has posted in a thread, apart from notes."""
        return [
            message
            for message in self.messages
            if message["channel"] == channel
            and message.get("bot_id") == BOT_ID
            and (not thread or message.get("thread_ts") == thread)
            and (message.get("metadata") or {}).get("event_type") != "stackwright_note"
        ]

    def notes(self, channel: str) -> list[str]:
        return [
            message["text"]
            for message in self.messages
            if message["channel"] == channel
            and (message.get("metadata") or {}).get("event_type") == "stackwright_note"
        ]

    def count(self, method: str) -> int:
        return sum(name == method for name, _ in self.calls)

    # How events get to the app.

    async def _link(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": len(self._sockets)})
        async for message in socket:
            if message.type == aiohttp.WSMsgType.TEXT:
                self._acked.add(json.loads(message.data).get("envelope_id", ""))
        self._sockets.remove(socket)
        return socket

    async def disconnect(self) -> None:
        """Slack renews its sockets every few hours."""
        for socket in list(self._sockets):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
            await socket.close()

    @property
    def is_connected(self) -> bool:
        return bool(self._sockets)

    async def connected(self, patience_s: float = 20.0) -> None:
        await until(lambda: self.is_connected, patience_s)

    async def _push(self, body: Json, kind: str, attempt: int) -> bool:
        await self.connected(60.0)
        envelope = f"env-{next(self._clock)}"
        message = {"type": kind, "envelope_id": envelope, "payload": body, "accepts_response_payload": False}
        if attempt:
            message.update(retry_attempt=attempt, retry_reason="timeout")
        try:
            await self._sockets[next(self._clock) % len(self._sockets)].send_json(message)
            await until(lambda: envelope in self._acked, ACK_S)
        except (TimeoutError, ConnectionError, IndexError):
            return False
        return True

    async def _post(self, body: Json, attempt: int) -> bool:
        headers, data = signed(body)
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_error"}
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ACK_S)) as session,
                session.post(self.events_url, data=data, headers=headers) as answer,
            ):
                self.statuses.append(answer.status)
                return 200 <= answer.status < 300
        except (TimeoutError, aiohttp.ClientError):
            return False


def signed(body: Json, secret: str = SECRET, seconds: int | None = None) -> tuple[dict[str, str], bytes]:
    """(headers, body) as Slack sends them over HTTP: events as JSON, presses of buttons as a form."""
    if body["type"] in ("event_callback", "url_verification"):
        data, kind = json.dumps(body).encode(), "application/json"
    else:
        data, kind = urlencode({"payload": json.dumps(body)}).encode(), "application/x-www-form-urlencoded"
    return sealed(data, kind, secret, seconds), data


def sealed(data: bytes, kind: str, secret: str = SECRET, seconds: int | None = None) -> dict[str, str]:
    at = str(int(time.time()) if seconds is None else seconds)
    digest = hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + data, hashlib.sha256).hexdigest()
    return {"Content-Type": kind, "X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}


async def until(true: Callable[[], bool], patience_s: float = 20.0) -> None:
    """Wait for something to become true; TimeoutError if it doesn't."""
    async with asyncio.timeout(patience_s):
        while not true():
            await asyncio.sleep(0.01)
