"""Readiness: whether a message that is taken in now would be read, stored and answered."""

from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest

from agent.sessions import SessionStore
from service.backend import Backend
from service.crew import Crew
from service.http.callers import Callers
from service.http.desk import Desk
from service.office import Office
from service.queue import MISSED_S
from service.reception import Reception

from .conftest import open_client


class Workers(NamedTuple):
    """As much of a crew as readiness looks at."""

    size: int
    alive: int
    ready: int


@pytest.fixture
def store(backend: Backend) -> Iterator[SessionStore]:
    with backend.opened() as store:
        yield store


def desk_for(store: SessionStore, backend: Backend, office: Office, crew: Workers | None = None) -> Desk:
    desk = Desk(Reception(store, office), Callers(store, key_needed=False), backend)
    desk.crew = crew  # type: ignore[assignment]
    return desk


async def readiness(desk: Desk) -> tuple[int, dict[str, object]]:
    async with open_client(desk) as client:
        answer: httpx.Response = await client.get("/readyz")
    return answer.status_code, answer.json()


def report(store: SessionStore, seconds_ago: float) -> None:
    with store.transaction() as rows:
        rows("DELETE FROM procrastinate_workers")
        rows(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (NOW() - CAST(:ago AS double precision) * INTERVAL '1 second')",
            ago=seconds_ago,
        )


async def test_without_a_worker_that_reports_nothing_would_be_answered(
    store: SessionStore, backend: Backend, office: Office
) -> None:
    desk = desk_for(store, backend, office)
    if not backend.many_machines:
        assert await readiness(desk) == (200, (await readiness(desk))[1])
        assert (await readiness(desk))[1]["workers"] == "elsewhere"
        return
    code, said = await readiness(desk)
    assert (code, said["database"], said["workers"]) == (503, "ok", "none")
    report(store, 0)
    code, said = await readiness(desk)
    assert (code, said["workers"]) == (200, "elsewhere")
    report(store, MISSED_S + 1)
    assert (await readiness(desk))[0] == 503


@pytest.mark.parametrize(
    ("crew", "code", "word"),
    [
        (Workers(2, 2, 1), 200, "ok"),
        (Workers(2, 2, 0), 503, "starting"),
        (Workers(2, 0, 0), 503, "failed"),
        (Workers(0, 0, 0), 200, "elsewhere"),
    ],
)
async def test_workers_of_its_own(
    store: SessionStore, backend: Backend, office: Office, crew: Workers, code: int, word: str
) -> None:
    if backend.many_machines:
        report(store, 0)
    status, said = await readiness(desk_for(store, backend, office, crew))
    assert (status, said["workers"]) == (code, word)


def test_a_crew_has_what_readiness_looks_at() -> None:
    assert all(hasattr(Crew, name) for name in Workers._fields)


async def test_a_front_end_that_is_about_to_stop_is_not_ready(
    store: SessionStore, backend: Backend, office: Office
) -> None:
    desk = desk_for(store, backend, office, Workers(1, 1, 1))
    if backend.many_machines:
        report(store, 0)
    assert (await readiness(desk))[0] == 200
    desk.draining = True
    assert (await readiness(desk))[0] == 503
