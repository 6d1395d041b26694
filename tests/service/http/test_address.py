"""Another address than this machine's own is served to holders of a key alone."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from service.backend import Backend
from service.keys import add_key, revoke_key
from tests.service.http.conftest import serving

CONFIGURATION = 5


def serve(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui.main", "serve", "--data-dir", str(folder), "--workers", "0", *words],
        capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "STACKWRIGHT_CONFIG": "none"},
    )  # fmt: skip


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_without_a_key_it_does_not_start(tmp_path: Path, host: str) -> None:
    with Backend(folder=tmp_path).opened() as store:
        add_key(store, "old")
        revoke_key(store, "old")
    done = serve(tmp_path, "--host", host, "--port", "0")
    assert done.returncode == CONFIGURATION
    assert "no API key yet" in done.stderr
    assert "keys add" in done.stderr


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = serve(tmp_path, "--port", str(taken.getsockname()[1]))
    assert done.returncode == CONFIGURATION
    assert "can't be served" in done.stderr


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_no_port_is_said(tmp_path: Path, port: str) -> None:
    done = serve(tmp_path, "--port", port)
    assert done.returncode == CONFIGURATION
    assert "can't be served" in done.stderr


def test_with_a_key_every_call_needs_it_and_no_text_is_logged(tmp_path: Path) -> None:
    with Backend(folder=tmp_path).opened() as store:
        key = add_key(store, "web")
    with serving(tmp_path, "--host", "0.0.0.0", "--workers", "0") as served:
        with httpx.Client(base_url=served.url) as client:
            assert client.get("/v1/models").status_code == 401
            assert client.get("/healthz").json() == {"status": "alive"}
            client.headers["Authorization"] = f"Bearer {key}"
            assert client.get("/v1/models").status_code == 200
            opened = client.post("/v1/consultations?secret=tapir", json={"message": "an ocelot's RAG"})
            identity = opened.json()["consultation"]["id"]
            client.post(f"/v1/consultations/{identity}/turns", json={"massage": "an ocelot"})
            client.get("/ocelot/..%2f")
        assert served.stop() == 0
    lines = [line for line in served.lines if line["event"] == "request"]
    assert {"time", "level", "request_id", "method", "route", "status", "ms"} <= lines[-1].keys()
    assert [line["status"] for line in lines[-3:]] == [201, 422, 404]
    assert [line["route"] for line in lines[-3:]] == [
        "/v1/consultations",
        "/v1/consultations/{identity}/turns",
        "unmatched",
    ]
    logged = json.dumps(served.lines) + "".join(served.other)
    for word in ("ocelot", "tapir", "massage", key, identity):
        assert word not in logged
