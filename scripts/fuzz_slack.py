"""Throw malformed, unsigned, replayed and oversized requests at the Slack endpoint: `fuzz_slack.py [N] [SEED]`.

The guard and Bolt behind it run as they do in service, on a store of their own; only the network is left out.
A forgery is a request without a valid signature that was let through or left something in the store.
"""

import asyncio
import copy
import hashlib
import hmac
import json
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from agent.sessions import SessionStore
from knowledge import load
from service.backend import Backend
from service.office import Office
from service.reception import Reception
from service.slack.calls import open_client
from service.slack.desk import Desk
from service.slack.front import web_app
from service.slack.guard import MOST_BYTES, WINDOW_S, App
from service.slack.identity import Identity
from service.slack.paths import EVENTS
from service.slack.tokens import Tokens

SECRET = "the signing secret of the fuzz"  # noqa: S105
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
TIMESTAMP, SIGNATURE = b"x-slack-request-timestamp", b"x-slack-signature"
STRANGE: list[Any] = [
    None, True, 0, -1, 1e308, 10**40, "", "x", "\x00", "\ud800", "<!channel>", "9" * 500, [], [[]], {}, {"id": 5},
    [None], {"id": None}, "C1\n", "1.2", {"type": []},
]  # fmt: skip


class Request(NamedTuple):
    """One request to the endpoint."""

    kind: str
    body: bytes
    headers: list[tuple[bytes, bytes]]
    signed: bool
    """Its signature is valid and fresh."""
    path: str = EVENTS
    method: str = "POST"


@dataclass
class Findings:
    """What came of it."""

    answers: Counter[str] = field(default_factory=Counter)
    forgeries: list[Request] = field(default_factory=list)
    broken: list[Request] = field(default_factory=list)
    """Answered with an error of the server."""
    repeated: int = 0
    """Replays that were stored again."""

    @property
    def clean(self) -> bool:
        return not self.forgeries and not self.broken and not self.repeated

    def __str__(self) -> str:
        lines = [f"{number:>7}  {kind}" for kind, number in sorted(self.answers.items())]
        lines.append(
            f"{sum(self.answers.values())} requests: {len(self.forgeries)} forgeries accepted, "
            f"{len(self.broken)} answers of 5xx, {self.repeated} replays counted twice"
        )
        return "\n".join(lines)


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    logging.disable(logging.CRITICAL)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(fuzz(count, seed, Path(folder)))
    print(found)
    print(f"seed {seed}, {time.monotonic() - began:.0f} s")
    for request in [*found.forgeries, *found.broken][:10]:
        print(request.kind, request.body[:300], request.headers)
    return 0 if found.clean else 1


async def fuzz(count: int, seed: int, folder: Path) -> Findings:
    """Throw `count` requests."""
    found, randomly = Findings(), random.Random(seed)  # noqa: S311
    with Backend(folder=folder).opened() as store:
        tokens = Tokens("xoxb-none", secret=SECRET, api="http://127.0.0.1:9/")
        desk = Desk(Reception(store, Office(load())), open_client(tokens.bot, tokens.api))
        # What is stored is what counts here; nothing is to be posted.
        desk.courier.wake = lambda session: None  # type: ignore[method-assign]
        desk.beside = lambda work: work.close()  # type: ignore[method-assign]
        app = web_app(desk, Identity(), tokens)
        for _ in range(count):
            await _throw(app, store, randomly, found)
    return found


async def _throw(app: App, store: SessionStore, randomly: random.Random, found: Findings) -> None:
    request = randomly.choice(KINDS)(randomly)
    before = _stored(store)
    status = await _status(app, request)
    again = request.kind.startswith("replayed")
    if again:
        before = _stored(store)
        status = await _status(app, request)
        found.repeated += _stored(store) != before
    found.answers[f"{request.kind}: {status}"] += 1
    if status >= 500:
        found.broken.append(request)
    if not request.signed and (status < 400 or _stored(store) != before):
        found.forgeries.append(request)


def _stored(store: SessionStore) -> int:
    with store.reading() as rows:
        sessions, turns = "SELECT COUNT(*) FROM sessions", "SELECT COUNT(*) FROM turns"
        return int(rows(sessions).fetchone()[0]) + int(rows(turns).fetchone()[0])


async def _status(app: App, request: Request) -> int:
    """What the endpoint answers; a body is handed over in two parts."""
    statuses: list[int] = []
    half = len(request.body) // 2
    parts = [(request.body[:half], True), (request.body[half:], False)]

    async def receive() -> dict[str, Any]:
        body, more = parts.pop(0)
        return {"type": "http.request", "body": body, "more_body": more}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http", "method": request.method, "path": request.path, "query_string": b"", "headers": request.headers,
    }  # fmt: skip
    await app(scope, receive, send)
    return statuses[0]


def event(randomly: random.Random) -> dict[str, Any]:
    """A valid event or press of a button."""
    ts = f"{randomly.randrange(10**9, 2 * 10**9)}.{randomly.randrange(10**6):06d}"
    channel = randomly.choice(["C1ABC", "D1ABC", "G1ABC"])
    inner: dict[str, Any] = {
        "type": "message", "user": "U2ABC", "text": "RAG for 20 <@U1BOT> people", "ts": ts, "channel": channel,
        "channel_type": "im", "event_ts": ts,
    }  # fmt: skip
    kind = randomly.randrange(6)
    if kind == 0:
        inner["type"] = "app_mention"
    elif kind == 1:
        inner |= {
            "subtype": "message_changed",
            "message": {**inner},
            "previous_message": {**inner, "text": "old"},
        }
    elif kind == 2:
        thread = {"user_id": "U2ABC", "channel_id": channel, "thread_ts": ts, "context": {}}
        inner = {"type": "assistant_thread_started", "assistant_thread": thread}
    elif kind == 3:
        inner = {"type": "tokens_revoked", "tokens": {"bot": ["U1BOT"], "oauth": []}}
    elif kind == 4:
        return _press(ts, channel)
    return {
        "type": "event_callback", "team_id": "T1ABC", "event_id": f"Ev{randomly.randrange(10**9)}", "event": inner,
        "authorizations": [{"enterprise_id": None, "team_id": "T1ABC", "user_id": "U1BOT", "is_bot": True}],
    }  # fmt: skip


def _press(ts: str, channel: str) -> dict[str, Any]:
    value = json.dumps({"session": f"slack:-:T1ABC:{channel}:{ts}", "turn": 1, "pick": "0"})
    return {
        "type": "block_actions", "team": {"id": "T1ABC"}, "user": {"id": "U2ABC", "team_id": "T1ABC"},
        "channel": {"id": channel}, "container": {"type": "message", "channel_id": channel, "message_ts": ts},
        "message": {"ts": ts, "text": "x", "blocks": []},
        "actions": [{"type": "button", "action_id": "choice:0", "block_id": "b", "value": value, "action_ts": ts}],
    }  # fmt: skip


def encoded(body: Any, randomly: random.Random) -> tuple[bytes, str]:
    """As JSON or as a form."""
    text = json.dumps(body)
    if (isinstance(body, dict) and body.get("type") == "block_actions") or randomly.random() < 0.2:
        return urlencode({"payload": text}).encode(), FORM
    return text.encode(), JSON


def signed(kind: str, body: bytes, content: str, seconds: float = 0.0) -> Request:
    """A request with the signature that belongs to it."""
    at = str(int(time.time() + seconds)).encode()
    digest = hmac.new(SECRET.encode(), b"v0:" + at + b":" + body, hashlib.sha256).hexdigest().encode()
    fresh = abs(seconds) <= WINDOW_S
    return Request(kind, body, _headers(content.encode(), at, b"v0=" + digest), fresh)


def _headers(content: bytes, at: bytes, signature: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", content),
        (TIMESTAMP, at),
        (SIGNATURE, signature),
    ]


def _valid(randomly: random.Random) -> Request:
    return signed("valid", *encoded(event(randomly), randomly))


def _replayed(randomly: random.Random) -> Request:
    return signed("replayed", *encoded(event(randomly), randomly))


def _stale(randomly: random.Random) -> Request:
    shift = randomly.choice([-1, 1]) * randomly.choice([WINDOW_S + 5, 10**5, 10**9])
    return signed("stale", *encoded(event(randomly), randomly), seconds=shift)


def _unsigned(randomly: random.Random) -> Request:
    """A valid body whose signature is missing, wrong, of another body, key or time, or twice there."""
    right = signed("unsigned", *encoded(event(randomly), randomly))
    headers = dict(right.headers)
    signature, at = headers[SIGNATURE], headers[TIMESTAMP]
    name, value = randomly.choice(
        [
            (SIGNATURE, b""),
            (SIGNATURE, signature[:-1]),
            (SIGNATURE, signature.upper()),
            (SIGNATURE, signature.replace(b"v0=", b"v1=")),
            (SIGNATURE, randomly.randbytes(67)),
            (SIGNATURE, b"v0=" + hashlib.sha256(right.body).hexdigest().encode()),
            (SIGNATURE, None),
            (TIMESTAMP, None),
            (TIMESTAMP, str(int(at) - 1).encode()),
            (TIMESTAMP, b"0" + at),
            (TIMESTAMP, randomly.choice(NO_TIMES)),
        ]
    )
    headers = {**headers, name: value} if value is not None else {**headers}
    if value is None:
        del headers[name]
    pairs = list(headers.items())
    if randomly.random() < 0.1:
        pairs.append((SIGNATURE, b"v0=" + b"0" * 64))
        pairs.append((b"X-Slack-Signature", signature))
    return right._replace(headers=pairs, signed=False)


NO_TIMES = (b"", b"now", b"-1", b"1e9", b"1.5", "١٢٣".encode(), b"9" * 400, b"0x10", b" 1", b"nan")


def _other_body(randomly: random.Random) -> Request:
    """A body that was changed after it was signed."""
    right = signed("changed body", *encoded(event(randomly), randomly))
    place = randomly.randrange(len(right.body))
    changed = right.body[:place] + bytes([right.body[place] ^ 1]) + right.body[place + 1 :]
    return right._replace(body=changed, signed=False)


def _garbage(randomly: random.Random) -> Request:
    """What isn't JSON, or no object, or no form with one; half of it signed."""
    valid, content = encoded(event(randomly), randomly)
    body = randomly.choice(
        [
            randomly.randbytes(randomly.randrange(300)),
            valid[: randomly.randrange(len(valid))],
            json.dumps(randomly.choice(STRANGE)).encode(),
            b'{"a":', b"[]", b"null", b"", b"{}", b"[" * 50_000, b'{"a":' * 20_000, b'{"type": NaN}', b"payload=",
            b"payload=%7B", b"payload=[]", b"payload={}&payload={}", b"payload=1&" * 200,
            b"\xff\xfe{}", b"\xef\xbb\xbf{}",
            b'{"type":"event_callback"}', b'{"type":"event_callback","event":[]}', b"ssl_check=1&token=x",
            b'{"type":"url_verification"}', b'{"type":"url_verification","challenge":{}}', b"payload=null",
        ]
    )  # fmt: skip
    request = signed("garbage, signed", body, randomly.choice([content, JSON, FORM]))
    if randomly.random() < 0.5:
        return request
    headers = _headers(
        request.headers[0][1], randomly.choice([b"x", b"0", b"1700000000"]), b"v0=" + b"a" * 64
    )
    return request._replace(kind="garbage, unsigned", headers=headers, signed=False)


def _mutated(randomly: random.Random) -> Request:
    """A signed event of which one or two values are of another kind."""
    body = copy.deepcopy(event(randomly))
    for _ in range(randomly.randrange(1, 3)):
        _spoil(body, randomly)
    return signed("mutated, signed", *encoded(body, randomly))


def _spoil(body: dict[str, Any], randomly: random.Random) -> None:
    node: Any = body
    strange = copy.deepcopy(randomly.choice(STRANGE))
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = randomly.choice(keys)
        inner = node[key]
        if isinstance(inner, dict | list) and inner and randomly.random() < 0.7:
            node = inner
            continue
        if isinstance(node, dict) and randomly.random() < 0.2:
            del node[key]
            names = (
                "view",
                "team",
                "enterprise",
                "item",
                "function_data",
                "response_urls",
                "subtype",
                "bot_id",
            )
            node[randomly.choice(names)] = strange
        else:
            node[key] = strange
        return


def _oversized(randomly: random.Random) -> Request:
    body = b'{"type":"event_callback","pad":"' + b"x" * (MOST_BYTES + randomly.randrange(10)) + b'"}'
    request = signed("oversized", body, JSON)._replace(signed=False)
    if randomly.random() < 0.5:
        return request._replace(headers=[*request.headers, (b"content-length", str(len(body)).encode())])
    return request


def _elsewhere(randomly: random.Random) -> Request:
    """Another path, method or content type; none of it is let through, signed or not."""
    request = signed("elsewhere", *encoded(event(randomly), randomly))._replace(signed=False)
    choice = randomly.randrange(3)
    if choice == 0:
        return request._replace(path=randomly.choice(["/", "/slack", "/slack/events/", "/slack/install"]))
    if choice == 1:
        return request._replace(method=randomly.choice(["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "post"]))
    kind = randomly.choice([b"text/plain", b"", b"multipart/form-data", b"application/xml", b"\xff"])
    return request._replace(headers=[(b"content-type", kind), *request.headers[1:]])


KINDS: tuple[Callable[[random.Random], Request], ...] = (
    _valid, _replayed, _stale, _unsigned, _unsigned, _other_body, _garbage, _garbage, _mutated, _mutated, _mutated,
    _oversized, _elsewhere,
)  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
