"""Whatever arrives, nothing breaks, nothing opens without the key, and the next caller is served."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.malformed_http import fire
from service.backend import Backend
from service.http.app import create_app
from service.http.desk import Desk
from service.http.journal import JsonLines, log
from service.keys import add_key
from tests.service.http.conftest import MANY, open_client, serving

REQUESTS = 2_500
SEED = 20_261_124


async def test_malformed_requests_break_nothing_and_open_nothing(tmp_path: Path) -> None:
    with Backend(folder=tmp_path).opened() as store:
        key = add_key(store, "fuzz")
    with serving(tmp_path, "--host", "0.0.0.0", "--workers", "0", *MANY) as served:
        url = httpx.URL(served.url)
        result = await fire("127.0.0.1", url.port or 0, key, REQUESTS, SEED)
        assert result.statuses.total() == REQUESTS
        assert result.broken == []
        assert result.opened == []
        assert min(result.statuses[status] for status in (200, 400, 401, 404, 405, 413, 415, 422)) > 0
        answer = httpx.get(f"{served.url}/v1/models", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200
    assert not [line for line in served.lines if line["level"] == "error"]
    assert served.other == []


CHAT = "/v1/chat/completions"


@pytest.fixture
def journal() -> Iterator[io.StringIO]:
    """What the journal of this process says, until the test ends."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    log.addHandler(handler)
    yield written
    log.removeHandler(handler)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 500_000, 400),
        (b'{"a":' * 100_000, 400),
        (b'{"model": "stackwright", "messages": [], "n": ' + b"9" * 900_000 + b"}", 400),
        (b'{"model": "stackwright", "messages": [{"role": "user", "content": "\xff"}]}', 400),
        (b'{"model": "stackwright", "messages": [{"role": "user", "content": "\\ud800"}, {}]}', 400),
        (b'{"model": "stackwright", "messages": [{"role": "root", "content": "hi"}]}', 400),
        (b'{"model": "stackwright", "messages": {}}', 400),
        (b'{"model": NaN, "messages": []}', 400),
        (b"", 400),
        (b"null", 400),
        (b"x" * ((1 << 20) + 1), 413),
    ],
)
async def test_bodies_of_a_chat(client: httpx.AsyncClient, body: bytes, status: int) -> None:
    answer = await client.post(CHAT, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "json"]
)
async def test_a_body_that_is_no_json_is_not_read(client: httpx.AsyncClient, kind: str) -> None:
    for path in (CHAT, "/v1/consultations"):
        content = json.dumps({"message": "hello"}).encode()
        answer = await client.post(path, content=content, headers={"Content-Type": kind})
        assert answer.status_code == 415


async def test_a_chat_of_very_many_messages_is_refused(client: httpx.AsyncClient) -> None:
    body = {"model": "stackwright", "messages": [{"role": "user", "content": "x"}] * 401}
    assert (await client.post(CHAT, json=body)).status_code == 400


async def test_a_body_that_comes_too_slowly_is_not_waited_for(desk: Desk, key: str) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b" ", "more_body": True}

    headers = [(b"authorization", f"Bearer {key}".encode()), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": CHAT, "headers": headers, "query_string": b""}
    await create_app(desk)(scope, receive, send)
    assert sent[0]["status"] == 408


async def test_a_failure_is_one_line_in_the_journal_without_its_words(
    desk: Desk, key: str, monkeypatch: pytest.MonkeyPatch, journal: io.StringIO
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the user said ocelot")

    monkeypatch.setattr(desk.store, "list", broken)
    async with open_client(desk, key) as client:
        answer = await client.get("/v1/consultations")
    assert answer.status_code == 500
    assert answer.json()["detail"] == "This went wrong here."
    assert answer.headers["x-content-type-options"] == "nosniff"
    logged = journal.getvalue()
    assert "ocelot" not in logged + answer.text
    failure = next(line for line in map(json.loads, logged.splitlines()) if line["event"] == "failed")
    assert failure["error"] == "RuntimeError"
    assert failure["request_id"] == answer.headers["x-request-id"]


async def test_a_database_that_is_away_is_said(desk: Desk, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise desk.store.outages[0]("away")

    monkeypatch.setattr(desk.store, "list", away)
    monkeypatch.setattr(desk.store, "reading", away)
    async with open_client(desk) as client:
        readiness = await client.get("/readyz")
    assert readiness.status_code == 503
    assert readiness.json()["database"] == "failed"
    monkeypatch.undo()
    monkeypatch.setattr(desk.store, "list", away)
    async with open_client(desk, key) as client:
        answer = await client.get("/v1/consultations")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"


async def test_halves_of_characters_are_left_out(client: httpx.AsyncClient) -> None:
    said = b'"RAG over 77 \\ud800documents \\udfff\\u0000"'
    chat = b'{"model": "stackwright", "messages": [{"role": "user", "content": ' + said + b"}]}"
    headers = {"Content-Type": "application/json", "Prefer": "wait=30"}
    answer = await client.post(CHAT, content=chat, headers=headers)
    assert answer.status_code == 200
    assert "77 documents" in answer.json()["choices"][0]["message"]["content"]
    opened = await client.post("/v1/consultations", content=b'{"message": ' + said + b"}", headers=headers)
    assert opened.status_code == 422
