"""`stackwright mcp --http`: the SDK's client over loopback, the key, foreign names and pages, and large bodies."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import anyio
import httpx2
import pytest

from service.backend import Backend
from service.keys import add_key, revoke_key
from service.loopback import is_loopback
from service.mcp_http import BODY_S, MOST_AT_ONCE, MOST_BYTES, PATH, Address, allowed_hosts, check
from service.patience import HEAD_S, MOST_WAITING
from tests.service.mcp_interview import USER, consult
from tests.service.mcp_processes import Listening, answer, http_client, over_http
from tui.main import main

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
SECRET = "Cobalt-Heron-77"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """A server that other machines may reach, which asks for a key."""
    home = tmp_path_factory.mktemp("guarded")
    with Backend(folder=home / "data").opened() as store:
        (home / "key").write_text(add_key(store, "agents"))
    reachable = ("--host", "0.0.0.0", "--allow-host", "advisor.example.org", "--data-dir", str(home / "data"))
    with over_http(home, *reachable) as server:
        yield server


@pytest.fixture
def key(guarded: Listening) -> str:
    """The key that opens the guarded server."""
    return (guarded.said.parent / "key").read_text()


@pytest.fixture(scope="module")
def open_one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """A server on loopback without a key."""
    with over_http(tmp_path_factory.mktemp("open")) as server:
        yield server


def post(server: Listening, content: object = LIST, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.post(server.url, json=content, headers={**ACCEPT, **named}, timeout=30)


async def test_a_whole_consultation_with_a_key(guarded: Listening, key: str) -> None:
    async with http_client(guarded.url, key) as client:
        workload, asked = await consult(client)
        assert asked[0] == "purpose"
        assert (await answer(client, "assess", workload=workload))["winner"]
        told = await answer(client, "explain", workload=workload)
    assert all(item["evidence"] for item in told["sentences"])


async def test_loopback_needs_no_key_and_many_may_ask_at_once(open_one: Listening) -> None:
    found: list[str] = []

    async def ask() -> None:
        async with http_client(open_one.url) as client:
            content = await answer(client, "assess", workload=USER)
            found.append(repr(content))

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(ask)
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer {key}x"},
        {"Authorization": "Bearer {short}"},
        {"Authorization": "Basic {key}"},
        {"Authorization": "{key}"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer local"},
        {"X_Api_Key": "{key}"},
    ],
)
def test_without_the_key_nothing_is_answered(guarded: Listening, key: str, headers: dict[str, str]) -> None:
    headers = {name: value.format(key=key, short=key[:-1]) for name, value in headers.items()}
    for content in (LIST, LIST | {"method": "server/discover"}, {}):
        answered = post(guarded, content, **headers)
        assert answered.status_code == 401
        assert answered.headers["WWW-Authenticate"] == "Bearer"
        assert "size-vectors" not in answered.text
    assert httpx2.get(guarded.url, timeout=30).status_code == 401


def test_bytes_that_are_no_text_are_no_key(guarded: Listening) -> None:
    headers = [
        (b"Authorization", b"Bearer \xff\xe9"),
        *((name.encode(), value.encode()) for name, value in ACCEPT.items()),
    ]
    assert httpx2.post(guarded.url, json=LIST, headers=headers, timeout=30).status_code == 401


def test_two_authorisations_are_none(guarded: Listening, key: str) -> None:
    twice = [("Authorization", f"Bearer {key}"), ("Authorization", "Bearer other"), *ACCEPT.items()]
    assert httpx2.post(guarded.url, json=LIST, headers=twice, timeout=30).status_code == 401


def test_the_key_opens_until_it_is_revoked(guarded: Listening, key: str) -> None:
    answered = post(guarded, Authorization=f"Bearer {key}")
    assert answered.status_code == 200
    assert answered.json()["result"]["tools"]
    with Backend(folder=guarded.said.parent / "data").opened() as store:
        other = add_key(store, "guest")
        assert post(guarded, Authorization=f"Bearer {other}").status_code == 200
        revoke_key(store, "guest")
    assert post(guarded, Authorization=f"Bearer {other}").status_code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost", "127.0.0.1:1", "", "[::1]"]
)
def test_a_foreign_host_is_refused(open_one: Listening, host: str) -> None:
    answered = post(open_one, Host=host)
    assert answered.status_code in (400, 421)
    assert "tools" not in answered.text


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:1", "https://127.0.0.1.evil.example"]
)
def test_a_page_of_another_origin_is_refused(open_one: Listening, origin: str) -> None:
    answered = post(open_one, Origin=origin)
    assert answered.status_code == 403
    assert "access-control-allow-origin" not in answered.headers


def test_its_own_names_are_answered(open_one: Listening) -> None:
    port = httpx2.URL(open_one.url).port
    assert post(open_one, Host=f"localhost:{port}", Origin=f"http://localhost:{port}").status_code == 200


def test_a_large_body_is_refused_whether_or_not_its_size_is_told(open_one: Listening) -> None:
    body = b'{"x":"' + b"a" * MOST_BYTES + b'"}'
    assert httpx2.post(open_one.url, content=body, headers=ACCEPT, timeout=30).status_code == 413
    pieces = (body[start : start + 65536] for start in range(0, len(body), 65536))
    assert httpx2.post(open_one.url, content=pieces, headers=ACCEPT, timeout=30).status_code == 413


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"jsonrpc":"2.0","id":{},"method":1}',
     b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"assess","arguments":[]}}',
     b'{"jsonrpc":"2.0","id":1,"method":"nothing"}'],
)  # fmt: skip
def test_malformed_requests_are_the_callers_fault(open_one: Listening, body: bytes) -> None:
    answered = httpx2.post(open_one.url, content=body, headers=ACCEPT, timeout=30)
    assert answered.status_code < 500
    if answered.content:
        assert "result" not in answered.json()


def test_nothing_that_was_sent_is_logged(guarded: Listening, key: str, open_one: Listening) -> None:
    call = LIST | {
        "method": "tools/call",
        "params": {"name": "search_knowledge", "arguments": {"question": SECRET}},
    }
    assert post(open_one, call).status_code == 200
    post(open_one, call, Host=SECRET)
    post(open_one, call, Origin=SECRET)
    post(open_one, {"jsonrpc": SECRET})
    post(guarded, call, Authorization=f"Bearer {SECRET}")
    for server in (guarded, open_one):
        log = server.said.read_text()
        assert "MCP on http://" in log
        assert SECRET not in log
        assert key not in log
        assert "Traceback" not in log


def opened(server: Listening) -> socket.socket:
    url = httpx2.URL(server.url)
    return socket.create_connection((url.host, url.port or 80), timeout=60)


def test_connections_that_ask_nothing_keep_nobody_out(guarded: Listening, key: str) -> None:
    """More of them than the server holds: key holders are answered, and the eldest are dismissed."""
    with ExitStack() as idle:
        held = [idle.enter_context(opened(guarded)) for _ in range(MOST_WAITING + 50)]
        for _ in range(3):
            assert post(guarded, Authorization=f"Bearer {key}").status_code == 200
        assert held[0].recv(1) == b""


def test_a_connection_has_so_long_to_ask(guarded: Listening, key: str) -> None:
    """One that says nothing, one whose head trickles, and one that was answered before."""
    whole = f"GET /mcp HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    with opened(guarded) as silent, opened(guarded) as trickling, opened(guarded) as answered:
        answered.sendall(whole)
        assert answered.recv(100).startswith(b"HTTP/1.1 ")
        began = time.monotonic()
        sent = 0
        with suppress(ConnectionError):
            while time.monotonic() - began < 3 * HEAD_S:
                trickling.sendall(whole[sent % 40 : sent % 40 + 1])
                sent += 1
                time.sleep(0.25)
        assert HEAD_S - 2 < time.monotonic() - began < 2 * HEAD_S
        assert silent.recv(1) == b""
        while answered.recv(1000):
            pass


def test_a_body_that_does_not_come_is_not_waited_for(guarded: Listening, key: str) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n"
    with opened(guarded) as stranger, opened(guarded) as holder:
        stranger.sendall(f"{head}\r\n{{".encode())
        holder.sendall(f"{head}Authorization: Bearer {key}\r\n\r\n{{".encode())
        began = time.monotonic()
        assert stranger.recv(100).startswith(b"HTTP/1.1 401 ")
        assert time.monotonic() - began < BODY_S / 2
        assert holder.recv(100).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < 2 * BODY_S


def test_more_requests_than_run_at_once_are_told_to_come_back(guarded: Listening, key: str) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 9\r\n\r\n"
    with ExitStack() as slow:
        for _ in range(MOST_AT_ONCE):
            slow.enter_context(opened(guarded)).sendall(head.encode())
        until = time.monotonic() + BODY_S / 2
        answered = post(guarded, Authorization=f"Bearer {key}")
        while answered.status_code == 200 and time.monotonic() < until:
            answered = post(guarded, Authorization=f"Bearer {key}")
        if answered.status_code != 503 and time.monotonic() >= until:
            pytest.skip("This machine is too busy to fill all places before the slow bodies time out.")
        assert (answered.status_code, answered.headers["Retry-After"]) == (503, "1")
    assert post(guarded).status_code == 401


def test_a_stop_signal_ends_the_server_once_it_has_answered(tmp_path: Path) -> None:
    call = LIST | {"method": "tools/call", "params": {"name": "assess", "arguments": {"workload": USER}}}
    with over_http(tmp_path) as server, ThreadPoolExecutor(1) as pool, opened(server):
        assert post(server, call).status_code == 200, (
            "so that on a slow machine the next one ends within the grace"
        )
        other = {"name": "assess", "arguments": {"workload": USER | {"request_rate_rps": 3.0}}}
        answered = pool.submit(post, server, call | {"params": other})
        time.sleep(0.2)
        server.process.terminate()
        assert answered.result().json()["result"]["structuredContent"]["winner"]
        assert server.process.wait(timeout=30) == 0
        assert server.process.stdout is not None
        assert server.process.stdout.read() == ""


@pytest.fixture
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKWRIGHT_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("STACKWRIGHT_DATA_DIR", str(tmp_path))


@pytest.mark.usefixtures("_settings")
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "advisor.example.org", ""])
def test_other_machines_need_a_key(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp", "--http", "--host", host, "--port", "0"]) == 5
    assert "stackwright keys add" in capsys.readouterr().err


@pytest.mark.usefixtures("_settings")
def test_every_address_needs_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Backend(folder=tmp_path).opened() as store:
        add_key(store, "agents")
    assert main(["mcp", "--http", "--host", "0.0.0.0"]) == 5
    assert "--allow-host" in capsys.readouterr().err


@pytest.mark.usefixtures("_settings")
def test_a_taken_port_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["mcp", "--http", "--port", str(taken.getsockname()[1])]) == 5
    assert "--port" in capsys.readouterr().err


def test_names_that_clients_may_use() -> None:
    address = Address("0.0.0.0", 8765, ("advisor.example.org",))
    check(address)
    allowed = allowed_hosts(address)
    assert {"advisor.example.org:8765", "advisor.example.org", "[::1]:8765", "localhost:8765"} <= set(allowed)
    assert not any(name.startswith("0.0.0.0") for name in allowed)
    assert not any("*" in name for name in allowed)


def test_loopback_is_recognised_by_address_not_by_likeness() -> None:
    assert [is_loopback(host) for host in ("127.9.9.9", "::1", "localhost")] == [True] * 3
    assert [is_loopback(host) for host in ("127.0.0.1.nip.io", "localhost.localdomain", "10.0.0.1")] == [
        False
    ] * 3
