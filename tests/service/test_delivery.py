"""Messages are kept, answered once and in order, whoever delivers them, however often, and whoever dies."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from langgraph.checkpoint.base import CheckpointMetadata
from langgraph.pregel._loop import PregelLoop

from agent import nodes
from agent.consultation import MOST_RESUMPTIONS
from agent.sessions import SessionStore
from knowledge.errors import InputRefused, SessionUnavailable
from service.backend import Backend
from service.file_worker import FileWorker
from service.office import Office
from service.reception import Reception
from service.retention import Retention, delete

MESSAGES = ("RAG over 50,000 documents on AWS", "GDPR applies", "Three engineers", "just recommend")


@pytest.fixture
def store(backend: Backend) -> Iterator[SessionStore]:
    with backend.opened() as store:
        yield store


def test_messages_are_answered_once_and_in_order(store: SessionStore, office: Office) -> None:
    session = store.create({}, "ada")
    for number, message in enumerate(MESSAGES):
        for _ in range(3):
            store.accept(session, message, key=f"event-{number}")
    assert store.waiting_sessions() == [session]
    assert office.answer(store, session) == len(MESSAGES)
    assert office.answer(store, session) == 0
    turns = store.turns(session)
    assert [row.message for row in turns] == list(MESSAGES)
    assert [row.reply["turn"] for row in turns if row.reply] == [1, 2, 3, 4]
    assert turns[-1].reply is not None
    assert turns[-1].reply["kind"] == "recommendation"
    assert store.waiting_sessions() == []


@pytest.mark.parametrize("step", range(8))
def test_a_turn_cut_off_between_any_two_steps_goes_on(
    backend: Backend, office: Office, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outcome of a step is stored, but the process dies before the state after it is."""
    kept = PregelLoop._put_checkpoint
    steps = iter(range(100))

    def put(loop: PregelLoop, metadata: CheckpointMetadata) -> None:
        if next(steps) == step:
            raise KeyboardInterrupt
        kept(loop, metadata)

    with backend.opened() as store:
        session = store.create({}, "ada")
        for message in MESSAGES[:2]:
            store.accept(session, message)
        monkeypatch.setattr(PregelLoop, "_put_checkpoint", put)
        with pytest.raises(KeyboardInterrupt):
            office.answer(store, session)
        monkeypatch.setattr(PregelLoop, "_put_checkpoint", kept)
        assert office.answer(store, session) > 0
        kinds = [row.reply["kind"] for row in store.turns(session) if row.reply]
    assert kinds == ["question", "question"]


def test_a_message_that_kills_its_process_is_set_aside_in_the_end(
    backend: Backend, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with backend.opened() as store:
        session = store.create({}, "ada")
        for message in MESSAGES[:2]:
            store.accept(session, message)
        with monkeypatch.context() as patch:
            patch.setattr(nodes, "understand", die)
            for _ in range(1 + MOST_RESUMPTIONS):
                with pytest.raises(KeyboardInterrupt):
                    office.answer(store, session)
        assert office.answer(store, session) == 2
        first, second = store.turns(session)
    assert first.reply is not None
    assert "set aside" in first.reply["text"]
    assert second.reply is not None
    assert second.reply["kind"] == "question"


WRITER = """
import sys
from pathlib import Path
from service.backend import Backend
url, folder, session, writer, count = sys.argv[1:]
with Backend(url=url, folder=Path(folder), connections=2).opened() as store:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(count)):
        for _ in range(3):
            store.accept(session, f"message {number}", key=f"{writer}/{number}", sender=writer)
"""
WRITERS, EACH = 8, 15


def test_processes_that_write_at_once_lose_nothing(backend: Backend) -> None:
    """Each message is delivered three times; all processes begin together."""
    with backend.opened() as store:
        session = store.create({}, "ada")
    words = [sys.executable, "-c", WRITER, backend.url, str(backend.folder), session]
    writers = [
        subprocess.Popen([*words, str(number), str(EACH)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for number in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
    for writer in writers:
        writer.communicate(b"go\n", timeout=120)
    assert [writer.returncode for writer in writers] == [0] * WRITERS
    with backend.opened() as store:
        turns = store.turns(session)
    assert [row.turn for row in turns] == list(range(1, WRITERS * EACH + 1))
    for number in range(WRITERS):
        own = [row.key for row in turns if row.sender == str(number)]
        assert own == [f"{number}/{place}" for place in range(EACH)]


def test_one_holds_a_session_at_a_time(backend: Backend) -> None:
    with backend.opened() as store, backend.opened() as other:
        session = store.create({}, "ada")
        with store.held(session):
            with pytest.raises(SessionUnavailable, match="is answering"), other.held(session):
                raise AssertionError("held twice")
            with other.held(other.create({}, "ada")):
                pass
        with other.held(session):
            pass


def test_a_deleted_session_leaves_nothing(store: SessionStore, office: Office) -> None:
    session, kept = store.create({}, "ada"), store.create({}, "ada")
    for each in (session, kept):
        store.accept(each, MESSAGES[0])
        office.answer(store, each)
    assert delete(store, session)
    assert not delete(store, session)
    assert store.turns(session) == []
    with pytest.raises(SessionUnavailable, match="no consultation"):
        store.accept(session, "more")
    with store.reading() as rows:
        left = rows("SELECT COUNT(*) FROM checkpoints WHERE thread_id = :id", id=session).fetchone()[0]
    assert left == 0
    assert store.turns(kept)[0].reply is not None


def test_a_finished_turn_keeps_one_checkpoint(store: SessionStore, office: Office) -> None:
    session = store.create({}, "ada")
    for message in MESSAGES:
        store.accept(session, message)
    office.answer(store, session)
    with store.reading() as rows:
        assert rows("SELECT COUNT(*) FROM checkpoints WHERE thread_id = :id", id=session).fetchone()[0] == 1


async def test_a_front_end_gets_the_reply_that_a_worker_gives(tmp_path: Path, office: Office) -> None:
    backend = Backend(folder=tmp_path)
    stop = threading.Event()
    worker = threading.Thread(target=FileWorker(backend, office, Retention(), threads=2).run, args=(stop,))
    worker.start()
    try:
        with backend.opened() as store:
            reception = Reception(store, office)
            session = await reception.open("ada")
            receipts = [await reception.accept("ada", session, message) for message in MESSAGES]
            replies = [await reception.reply(session, receipt.turn, 30) for receipt in receipts]
            assert [reply["turn"] for reply in replies if reply] == [1, 2, 3, 4]
            assert "# " in await reception.record("ada", session, "markdown")
            with pytest.raises(SessionUnavailable, match="no consultation"):
                await reception.accept("eve", session, "tell me")
            with pytest.raises(SessionUnavailable, match="no consultation"):
                await reception.open("eve", session)
            with pytest.raises(InputRefused, match="empty"):
                await reception.accept("ada", session, " \n")
            assert await reception.reply(session, 99, 0.2) is None
    finally:
        stop.set()
        worker.join()


def test_a_session_that_fails_holds_up_no_other(
    tmp_path: Path, office: Office, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, stop = Backend(folder=tmp_path), threading.Event()
    answer = Office.answer

    def fail(self: Office, store: SessionStore, session: str, wait: bool = True) -> int:
        if session == "broken":
            raise ValueError("secret words")
        return answer(self, store, session, wait)

    monkeypatch.setattr(Office, "answer", fail)
    with backend.opened() as store:
        for name in ("broken", "sound"):
            store.accept(store.create({}, "ada", name), MESSAGES[0])
        worker = threading.Thread(target=FileWorker(backend, office, Retention()).run, args=(stop,))
        worker.start()
        try:
            until = time.monotonic() + 30
            while store.waiting("sound") and time.monotonic() < until:
                time.sleep(0.02)
        finally:
            stop.set()
            worker.join()
        assert store.waiting("sound") == []
        assert len(store.waiting("broken")) == 1
    assert "ValueError at" in caplog.text
    assert "secret" not in caplog.text


VISITOR = """
import sys
from pathlib import Path
from service.backend import Backend
with Backend(url=sys.argv[1], folder=Path(sys.argv[2])).opened() as store:
    store.accept(sys.argv[3], "GDPR applies")
"""


def test_what_a_process_writes_that_comes_and_goes_is_seen(backend: Backend) -> None:
    with backend.opened() as store, backend.opened() as other:
        session = store.create({}, "ada")
        for count in (1, 2, 3):
            words = [sys.executable, "-c", VISITOR, backend.url, str(backend.folder), session]
            subprocess.run(words, check=True)
            assert len(store.waiting(session)) == len(other.waiting(session)) == count
        other.accept(session, "three engineers")
        assert len(store.waiting(session)) == 4
