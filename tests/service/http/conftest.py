"""A real `stackwright serve` with real workers, on a file and on PostgreSQL; and the same in this process."""

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from service.backend import Backend
from service.file_worker import FileWorker
from service.http.app import create_app
from service.http.callers import Callers
from service.http.desk import Desk
from service.http.limits import Limits
from service.keys import add_key, revoke_key
from service.office import Office
from service.reception import Reception
from service.retention import Retention
from tests.service.conftest import AS_OF

START_S = 120.0


class Served:
    """A running service: where it is, what it logs, how it ends."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process, self.lines = process, list[dict[str, Any]]()
        self.other: list[str] = []
        self._listening = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._listening.wait(START_S), self.other
        self.url = str(next(line["url"] for line in self.lines if line["event"] == "listening"))
        if "0.0.0.0" in self.url:
            self.url = self.url.replace("0.0.0.0", "127.0.0.1")

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                self.other.append(line)
            if self.lines and self.lines[-1].get("event") == "listening":
                self._listening.set()
        self._listening.set()

    def wait_until_ready(self) -> None:
        with httpx.Client(base_url=self.url) as client:
            for _ in range(int(START_S / 0.2)):
                if client.get("/readyz").status_code == 200:
                    return
                threading.Event().wait(0.2)
        raise AssertionError(f"not ready after {START_S} s: {self.other}")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self._reader.join(5)
        return code


@contextmanager
def serving(folder: Path, *words: str, **environment: str) -> Iterator[Served]:
    """`stackwright serve` on a free port, until the block ends."""
    hidden = ("STACKWRIGHT_", "OTEL_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(hidden)}
    command = [sys.executable, "-m", "tui.main", "serve", "--port", "0", "--as-of", AS_OF.isoformat()]
    process = subprocess.Popen(
        [*command, "--data-dir", str(folder), *words],
        stderr=subprocess.PIPE,
        text=True,
        env={**kept, "STACKWRIGHT_CONFIG": str(folder / "none.toml"), **environment},
    )
    try:
        served = Served(process)
        served.wait_until_ready()
        yield served
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


MANY = ("--requests-per-minute", "1000000", "--requests-at-once", "1000")


@pytest.fixture(scope="session", params=["file", "postgres"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service for this machine's user, with its workers, on each kind of store."""
    folder = tmp_path_factory.mktemp("served")
    words = ["--workers", "1", *MANY]
    if request.param == "postgres":
        words += ["--database", new_database(request.getfixturevalue("postgres"))]
    with serving(folder, *words) as served:
        yield served


def new_database(server: str) -> str:
    """The address of an empty database on this server."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
async def desk(tmp_path: Path, office: Office) -> AsyncIterator[Desk]:
    """A front end in this process, with a worker on a thread."""
    backend = Backend(folder=tmp_path)
    stop = threading.Event()
    worker = threading.Thread(target=FileWorker(backend, office, Retention()).run, args=(stop,))
    worker.start()
    try:
        with backend.opened() as store:
            limits = Limits(requests_per_minute=1_000_000, reply_s=30, stream_s=2, body_s=0.5)
            yield Desk(Reception(store, office), Callers(store, key_needed=True), backend, limits=limits)
    finally:
        stop.set()
        worker.join()


@pytest.fixture
def key(desk: Desk) -> str:
    return add_key(desk.store, "ada")


@pytest.fixture
def other_key(desk: Desk) -> str:
    return add_key(desk.store, "eve")


@pytest.fixture
def revoked_key(desk: Desk) -> str:
    key = add_key(desk.store, "bob")
    revoke_key(desk.store, "bob")
    return key


@pytest.fixture
async def client(desk: Desk, key: str) -> AsyncIterator[httpx.AsyncClient]:
    """Calls the application as ada."""
    async with open_client(desk, key) as client:
        yield client


def open_client(desk: Desk, key: str = "") -> httpx.AsyncClient:
    """Calls the application with this key, or none."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    transport = httpx.ASGITransport(create_app(desk), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://advisor.test", headers=headers, timeout=60)


def events_of(text: str) -> list[dict[str, Any]]:
    """Server-sent events, as a browser would read them."""
    events = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in fields:
            events.append({**fields, "data": json.loads(fields["data"])})
    return events
