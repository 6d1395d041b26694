"""The gate before Bolt: what Slack has signed passes, nothing else does, and nothing is answered with a 5xx."""

import json
import time
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest

from scripts.fuzz_slack import fuzz
from service.slack import guard
from service.slack.guard import MOST_BYTES, WINDOW_S, Guard
from service.slack.paths import EVENTS, HEALTH

from .fake_slack import SECRET, sealed, signed

EVENT = {"type": "event_callback", "team_id": "T1", "event": {"type": "message", "user": "U1"}}
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


async def _bolt(scope: Any, receive: Any, send: Any) -> None:
    """Says what it was given."""
    message = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": message["body"]})


async def ask(
    headers: dict[str, str], body: bytes, path: str = EVENTS, method: str = "POST"
) -> tuple[int, bytes]:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": "http", "path": path, "method": method, "headers": pairs}
    await Guard(_bolt, SECRET)(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


async def test_what_slack_has_signed_passes_as_it_is() -> None:
    headers, body = signed(EVENT)
    assert await ask(headers, body) == (200, body)
    assert (await ask({**headers, "Content-Type": "application/json; charset=utf-8"}, body))[0] == 200
    press = {
        "type": "block_actions", "user": {"id": "U1"}, "container": {"channel_id": "C1"},
        "actions": [{"type": "button", "action_id": "other", "value": "x"}],
    }  # fmt: skip
    headers, body = signed(press)
    assert await ask(headers, body) == (200, body)


async def test_health_needs_no_signature() -> None:
    assert await ask({}, b"", HEALTH, "GET") == (200, b"ok")


@pytest.mark.parametrize("seconds", [-WINDOW_S - 2, WINDOW_S + 2, -(10**9)])
async def test_an_old_signature_is_refused(seconds: int) -> None:
    headers, body = signed(EVENT, seconds=int(time.time()) + seconds)
    assert (await ask(headers, body))[0] == 401


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"X-Slack-Signature": "v0=" + "0" * 64}, 401),
        ({"X-Slack-Signature": ""}, 401),
        ({"X-Slack-Signature": "\xff\xfe"}, 401),
        ({"X-Slack-Request-Timestamp": "soon"}, 401),
        ({"X-Slack-Request-Timestamp": "-1"}, 401),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
async def test_a_header_that_is_wrong_is_refused(change: dict[str, str], status: int) -> None:
    headers, body = signed(EVENT)
    assert (await ask({**headers, **change}, body))[0] == status


@pytest.mark.parametrize("name", ["X-Slack-Signature", "X-Slack-Request-Timestamp", "Content-Type"])
async def test_a_header_that_is_missing_is_refused(name: str) -> None:
    headers, body = signed(EVENT)
    del headers[name]
    assert (await ask(headers, body))[0] in (400, 401)


@pytest.mark.parametrize(
    "body",
    [
        b"[]", b"null", b'{"a":', b"\xff", b"", b'{"type": "event_callback", "event": []}', b'{"type": NaN}',
        b"[" * 99_999,
    ],
)  # fmt: skip
async def test_a_signed_body_that_is_no_event_is_refused(body: bytes) -> None:
    assert (await ask(sealed(body, JSON), body))[0] == 400
    assert (await ask(sealed(body, FORM), body))[0] == 400


async def test_a_form_with_two_payloads_is_refused() -> None:
    body = b"payload=%7B%7D&payload=%7B%7D"
    assert (await ask(sealed(body, FORM), body))[0] == 400


async def test_a_large_body_is_refused_before_it_is_read() -> None:
    body = json.dumps({**EVENT, "pad": "x" * MOST_BYTES}).encode()
    assert (await ask(sealed(body, JSON), body))[0] == 413
    assert (await ask({**sealed(b"", JSON), "Content-Length": str(MOST_BYTES + 1)}, b""))[0] == 413


async def test_fuzz(tmp_path: Path) -> None:
    found = await fuzz(2_500, 7, tmp_path)
    assert found.clean, str(found)
    assert sum(found.answers.values()) == 2_500
    assert found.answers["valid: 200"] > 100
    assert found.answers["replayed: 200"] > 100


async def test_the_fuzz_sees_a_gate_that_stands_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard.Guard, "_check_signature", lambda *_: None)
    found = await fuzz(300, 7, tmp_path)
    assert found.forgeries
    assert not found.clean
