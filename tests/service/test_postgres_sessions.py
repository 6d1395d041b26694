"""What PostgreSQL is relied upon for: a lost holder can't write, and a message is stored with its job or not at all."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from agent.sessions import SessionStore
from knowledge.errors import DatabaseAway
from service.backend import Backend
from service.office import Office
from service.postgres_sessions import PostgresSessions


@pytest.fixture
def store(postgres_url: str) -> Iterator[PostgresSessions]:
    with Backend(url=postgres_url).opened() as store:
        assert isinstance(store, PostgresSessions)
        yield store


def holder(store: SessionStore) -> int:
    with store.reading() as rows:
        pid: int = rows("SELECT pg_backend_pid()").fetchone()[0]
    return pid


def test_a_holder_whose_connection_is_lost_cannot_write(store: PostgresSessions, office: Office) -> None:
    session = store.create({}, "ada")
    turn = store.accept(session, "RAG for lawyers").turn
    with store.held(session) as held:
        consultation = office.open(held, session)
        with store.transaction() as rows:
            rows("SELECT pg_terminate_backend(:pid)", pid=holder(held))
        for write in (
            lambda: held.finish(session, turn, {"text": "late"}, "interviewing", "", ""),
            lambda: held.accept(session, "late"),
            lambda: held.prune(session),
            lambda: consultation.graph.update_state(consultation._config(), {"turn": 9}, as_node="verify"),
        ):
            with pytest.raises(psycopg.OperationalError):
                write()
        assert len(store.turns(session)) == len(store.waiting(session)) == 1
        with store.held(session, wait=True) as other:
            assert office.open(other, session)._state() == {}
    assert office.answer(store, session) == 1


def test_processes_that_open_a_new_database_at_once_all_get_in(postgres_url: str) -> None:
    """The tables of checkpoints come with indexes that are built concurrently, and so wait for every statement."""

    def opened(_: int) -> bool:
        with Backend(url=postgres_url).opened() as store:
            return store.waiting("nobody") == []

    pool = ThreadPoolExecutor(6)
    try:
        assert all(done.result(timeout=60) for done in [pool.submit(opened, number) for number in range(6)])
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def test_a_message_without_its_job_is_not_stored(postgres_url: str) -> None:
    def fail(*_: object) -> None:
        raise psycopg.OperationalError("the server is gone")

    with Backend(url=postgres_url).opened() as store:
        assert isinstance(store, PostgresSessions)
        session = store.create({}, "ada")
        store._announce = fail
        with pytest.raises(psycopg.OperationalError):
            store.accept(session, "RAG for lawyers", key="once")
        assert store.turns(session) == []


def test_a_job_without_its_message_is_not_stored(
    store: PostgresSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails after the announcement takes it back."""
    session, announce = store.create({}, "ada"), store._announce
    assert announce is not None

    def announce_and_fail(connection: "psycopg.Connection[object]", session: str) -> None:
        announce(connection, session)
        raise psycopg.OperationalError("the server is gone")

    monkeypatch.setattr(store, "_announce", announce_and_fail)
    with pytest.raises(psycopg.OperationalError):
        store.accept(session, "RAG for lawyers")
    with store.reading() as rows:
        assert rows("SELECT COUNT(*) FROM procrastinate_jobs").fetchone()[0] == 0


def test_a_database_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.postgres_sessions.CONNECT_S", 0.5)
    nowhere = Backend(url="postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(DatabaseAway, match="can't be reached"), nowhere.opened():
        pass
