"""What is too old is deleted, and nothing that somebody still writes or reads: no receipt is taken back."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.sessions import SessionStore
from knowledge.errors import SessionUnavailable
from service.backend import Backend
from service.file_worker import FileWorker
from service.office import Office
from service.retention import DAY_S, REST, Retention, delete

DAYS = 2.0


@pytest.fixture
def store(backend: Backend) -> Iterator[SessionStore]:
    with backend.opened() as store:
        yield store


def old_session(store: SessionStore) -> str:
    """One whose last word is three days old."""
    session = store.create({}, "ada")
    store.accept(session, "RAG for lawyers")
    with store.transaction() as rows:
        rows("UPDATE sessions SET updated = updated - 3 * 86400 WHERE id = :id", id=session)
    return session


def test_old_sessions_are_deleted_and_young_ones_kept(store: SessionStore) -> None:
    old_session(store)
    young = store.create({}, "ada")
    store.accept(young, "RAG for lawyers")
    assert Retention(None).apply(store) == 0
    assert Retention(DAYS).apply(store) == 1
    assert [row.id for row in store.list("ada")] == [young]


def test_a_message_that_comes_during_the_sweep_keeps_its_session(
    store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = old_session(store), old_session(store)

    def found_and_written_to(before: float) -> list[str]:
        store.accept(last, "I am back", key="back")
        return [first, last]

    monkeypatch.setattr(store, "outdated", found_and_written_to)
    assert Retention(DAYS).apply(store) == 1
    assert [row.key for row in store.turns(last)][-1] == "back"
    with pytest.raises(SessionUnavailable, match="no consultation"):
        store.accept(first, "I am back, too")


def test_a_message_and_a_deletion_at_once_agree(backend: Backend) -> None:
    """Whoever has a receipt finds the message; whoever is refused has none."""
    with backend.opened() as store, backend.opened() as other:
        for _ in range(20):
            session, begin, refused = old_session(store), threading.Barrier(2), list[str]()
            writing = threading.Thread(target=_come_back, args=(other, session, begin, refused))
            writing.start()
            begin.wait()
            with store.held(session) as held:
                gone = held.expire(session, time.time() - DAYS * DAY_S)
            writing.join()
            assert gone == bool(refused)
            assert [row.key for row in store.turns(session)][1:] == ([] if gone else ["back"])


def _come_back(store: SessionStore, session: str, begin: threading.Barrier, refused: list[str]) -> None:
    begin.wait()
    try:
        store.accept(session, "I am back", key="back")
    except SessionUnavailable:
        refused.append(session)


def test_a_session_that_is_being_answered_is_left_alone(backend: Backend) -> None:
    with backend.opened() as store, backend.opened() as other:
        session = old_session(store)
        with other.held(session):
            assert Retention(DAYS).apply(store) == 0
        assert len(store.turns(session)) == 1
        assert Retention(DAYS).apply(store) == 1


def test_a_deletion_waits_for_whoever_answers(backend: Backend) -> None:
    with backend.opened() as store, backend.opened() as other:
        session = store.create({}, "ada")
        store.accept(session, "RAG for lawyers")
        deleting = threading.Thread(target=delete, args=(store, session))
        with other.held(session):
            deleting.start()
            deleting.join(0.5)
            assert deleting.is_alive()
            assert len(other.turns(session)) == 1
        deleting.join(10)
        assert store.turns(session) == []


def test_messages_are_taken_in_during_a_long_sweep(backend: Backend) -> None:
    with backend.opened() as store, backend.opened() as other:
        for _ in range(60):
            old_session(store)
        young, stop, waits = store.create({}, "ada"), threading.Event(), list[float]()
        sweeping = threading.Thread(target=Retention(DAYS).apply, args=(store, stop))
        sweeping.start()
        while sweeping.is_alive() and len(waits) < 20:
            began = time.monotonic()
            other.accept(young, "RAG for lawyers")
            waits.append(time.monotonic() - began)
        stop.set()
        sweeping.join(10)
        assert not sweeping.is_alive()
        assert len(waits) == 20, "the sweep was over before it could be in the way"
        assert max(waits) < 2, waits


class Watch(threading.Event):
    """Notes how long it is waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.pauses.append(timeout or 0.0)
        return self.is_set()


def test_after_each_deletion_the_store_is_left_to_others(
    store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(session: str, before: float) -> bool:
        time.sleep(0.05)
        return True

    for _ in range(3):
        old_session(store)
    watch = Watch()
    monkeypatch.setattr(type(store), "expire", lambda self, *words: slowly(*words))
    assert Retention(DAYS).apply(store, watch) == 3
    assert len(watch.pauses) == 3
    assert all(pause >= REST * 0.05 for pause in watch.pauses)
    watch.set()
    assert Retention(DAYS).apply(store, watch) == 1


def test_a_worker_goes_on_answering_when_deleting_fails(
    tmp_path: Path, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr(Retention, "apply", fail)
    backend, stop = Backend(folder=tmp_path), threading.Event()
    worker = threading.Thread(target=FileWorker(backend, office, Retention(DAYS)).run, args=(stop,))
    worker.start()
    try:
        with backend.opened() as store:
            session = store.create({}, "ada")
            store.accept(session, "RAG for lawyers")
            until = time.monotonic() + 30
            while store.waiting(session) and time.monotonic() < until:
                time.sleep(0.02)
            assert store.waiting(session) == []
    finally:
        stop.set()
        worker.join()
