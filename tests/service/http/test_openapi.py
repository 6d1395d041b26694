"""What the interface says of itself is true: schemathesis asks all that its description allows, and forbids."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from service.backend import Backend
from service.file_worker import FileWorker
from service.http.app import create_app
from service.http.callers import Callers
from service.http.desk import Desk
from service.http.events import KINDS
from service.http.limits import Limits
from service.http.server import open_socket
from service.keys import add_key
from service.office import Office
from service.reception import Reception
from service.retention import Retention

EXAMPLES = 5
"""A route and phase; a few hundred requests in all. More by hand, as docs/service.md says."""


@pytest.fixture
def address(tmp_path: Path, office: Office) -> Iterator[tuple[str, str]]:
    """(URL, key) of a server on a thread whose streams are short."""
    backend = Backend(folder=tmp_path)
    stop = threading.Event()
    worker = threading.Thread(target=FileWorker(backend, office, Retention()).run, args=(stop,))
    worker.start()
    with backend.opened() as store, open_socket("127.0.0.1", 0) as listening:
        limits = Limits(requests_per_minute=1_000_000, stream_s=0.3)
        desk = Desk(Reception(store, office), Callers(store, key_needed=True), backend, limits=limits)
        server = uvicorn.Server(uvicorn.Config(create_app(desk), http="h11", log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", add_key(store, "ada")
        server.should_exit = True
        thread.join()
        stop.set()
        worker.join()


def test_the_description_is_true(address: tuple[str, str], tmp_path: Path) -> None:
    url, key = address
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json"]
    command += ["--header", f"Authorization: Bearer {key}", "--max-examples", str(EXAMPLES), "--seed", "1"]
    done = subprocess.run(
        [*command, "--request-timeout", "30"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "Tested: 14" in done.stdout, done.stdout


def test_the_description_is_openapi_and_names_every_event_and_refusal(address: tuple[str, str]) -> None:
    url, key = address
    described = httpx.get(f"{url}/openapi.json", headers={"Authorization": f"Bearer {key}"}).json()
    assert described["openapi"].startswith("3.1")
    assert described["security"] == [{"key": []}]
    schemas = described["components"]["schemas"]
    assert {shape.__name__ for shape in KINDS.values()} <= schemas.keys()
    assert "HTTPValidationError" not in schemas
    turns = described["paths"]["/v1/consultations/{identity}/turns"]["post"]
    assert set(turns["responses"]) >= {"200", "202", "401", "404", "413", "415", "422", "429", "503"}
    assert list(turns["responses"]["422"]["content"]) == ["application/problem+json"]
