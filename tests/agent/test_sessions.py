"""Consultations on disk: nothing is lost, answered twice, readable by others, or left behind."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent import nodes
from agent.consultation import Consultation, open_consultation
from agent.context import TurnContext
from agent.secrets import MASK
from agent.sqlite_sessions import MIGRATIONS, SqliteSessions, _locked
from knowledge import Knowledge
from knowledge.errors import SessionBusy, SessionUnavailable
from tests.agent.conftest import AS_OF, share
from tests.agent.test_secrets import SECRETS

OPENING = "We want a RAG assistant over 50,000 documents on AWS. Budget 5,000 USD a month."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "consultations.sqlite"


@pytest.fixture
def opened(knowledge: Knowledge, context: TurnContext, path: Path) -> Iterator[Any]:
    """Opens the store anew, as another process would, with or without a session."""
    stores: list[SqliteSessions] = []

    def open_session(session: str | None = None) -> Consultation:
        store = SqliteSessions(path)
        stores.append(store)
        consultation = open_consultation(knowledge=knowledge, as_of=AS_OF, store=store, session=session)
        share(context, consultation)
        return consultation

    yield open_session
    for store in stores:
        store.close()


def test_files_belong_to_their_owner_alone(opened: Any, path: Path) -> None:
    os.umask(0o022)
    opened().turn(OPENING)
    for file in path.parent.rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) == (0o700 if file.is_dir() else 0o600), file
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_lax_file_is_tightened(path: Path) -> None:
    path.parent.mkdir()
    path.touch(mode=0o644)
    SqliteSessions(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_session_goes_on_where_it_was(opened: Any) -> None:
    first = opened()
    asked = first.turn(OPENING)
    second = opened(first.thread)
    rows = second.resume()
    assert [message for message, _ in rows] == [OPENING]
    assert rows[0][1]["text"] == asked.text
    assert second.turns == 1
    assert second.asked == first.asked
    reply = second.turn("GDPR applies")
    assert reply.turn == 2
    assert reply.workload.known["budget_usd_month"].point == 5000


@pytest.mark.parametrize("node", ["understand", "decide", "ask", "verify"])
def test_a_crash_loses_no_message_and_counts_it_once(
    opened: Any, monkeypatch: pytest.MonkeyPatch, node: str
) -> None:
    consultation = opened()
    first = consultation.turn(OPENING)
    with monkeypatch.context() as patch:
        patch.setattr(nodes, node, _crash)
        broken = opened(consultation.thread)
        with pytest.raises(RuntimeError, match="power cut"):
            broken.turn("GDPR applies, EU only")
    stored = broken.store.turns(consultation.thread)
    assert [(row.message, row.reply is None) for row in stored][1] == ("GDPR applies, EU only", True)
    resumed = opened(consultation.thread)
    rows = resumed.resume()
    assert [message for message, _ in rows] == [OPENING, "GDPR applies, EU only"]
    assert rows[1][1]["kind"] == "question"
    known = [item for item in resumed.workload().history if item.field == "compliance"]
    assert len(known) == 1
    assert len(resumed.asked) == len(set(resumed.asked))
    assert rows[1][1]["question"]["number"] == 2
    assert set(first.question.slots) < set(resumed.asked)
    assert resumed.resume() == rows


def _crash(*_: object) -> dict[str, Any]:
    raise RuntimeError("power cut")


def test_a_failed_message_that_is_sent_again_is_answered_once(
    opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    consultation = opened()
    with monkeypatch.context() as patch:
        patch.setattr(nodes, "ask", _crash)
        broken = opened(consultation.thread)
        with pytest.raises(RuntimeError):
            broken.turn(OPENING)
    mended = opened(consultation.thread)
    reply = mended.turn(OPENING)
    assert reply.turn == 1
    assert [row.message for row in mended.store.turns(mended.thread)] == [OPENING]
    assert len([item for item in reply.workload.history if item.field == "budget_usd_month"]) == 1


def test_a_message_that_always_fails_does_not_lock_the_session(
    opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    consultation = opened()
    consultation.turn(OPENING)
    with monkeypatch.context() as patch:
        patch.setattr(nodes, "decide", _crash)
        broken = opened(consultation.thread)
        with pytest.raises(RuntimeError):
            broken.turn("GDPR applies")
        again = opened(consultation.thread)
        rows = again.resume()
        assert rows[1][1]["kind"] == "error"
        assert "set aside" in rows[1][1]["text"]
    mended = opened(consultation.thread)
    reply = mended.turn("Two engineers will run it")
    assert reply.turn == 3
    assert reply.workload.get("compliance") is None
    assert reply.workload.known["budget_usd_month"].point == 5000
    assert reply.workload.known["team_engineers"].point == 2


def test_another_window_is_refused_while_a_message_is_answered(
    opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened()
    first.turn(OPENING)
    second = opened(first.thread)
    refused: list[str] = []

    def interrupted(state: Any, runtime: Any) -> Any:
        with pytest.raises(SessionUnavailable) as caught:
            second.turn("Five engineers")
        refused.append(str(caught.value))
        assert len(second.resume()) == 2
        return original(state, runtime)

    original = nodes.decide
    monkeypatch.setattr(nodes, "decide", interrupted)
    third = opened(first.thread)
    third.turn("GDPR applies")
    assert "Another window" in refused[0]
    assert "Send the message again" in refused[0]
    monkeypatch.setattr(nodes, "decide", original)
    reply = second.turn("Five engineers")
    assert reply.turn == 3
    assert {"compliance", "team_engineers"} <= set(reply.workload.known)
    assert [row.reply is None for row in first.store.turns(first.thread)] == [False] * 3


def test_messages_that_wait_are_answered_in_order(opened: Any) -> None:
    first = opened()
    first.turn(OPENING)
    for message in ("GDPR applies", "Three engineers", "No, five engineers"):
        first.store.accept(first.thread, message)
    second = opened(first.thread)
    with second.store.held(first.thread):
        assert second.answer_waiting() == 3
        assert second.answer_waiting() == 0
    assert [reply["turn"] for _, reply in second.resume()] == [1, 2, 3, 4]
    assert second.workload().known["team_engineers"].point == 5


def test_a_delivery_that_comes_again_is_the_same_message(opened: Any) -> None:
    store = opened().store
    session = store.create({}, identity="thread")
    assert store.create({"other": 1}, identity="thread") == session
    first = store.accept(session, OPENING, key="event-1", sender="ada")
    again = store.accept(session, OPENING, key="event-1", sender="ada")
    other = store.accept(session, OPENING, key="event-2")
    assert (first.turn, first.duplicate) == (1, False)
    assert (again.turn, again.duplicate) == (1, True)
    assert (other.turn, other.duplicate) == (2, False)
    assert [(row.key, row.sender) for row in store.turns(session)] == [("event-1", "ada"), ("event-2", "")]
    assert store.settings(session) == {}
    assert store.waiting_sessions() == [session]


def test_a_session_of_somebody_else_looks_like_none(opened: Any) -> None:
    store = opened().store
    store.create({}, owner="key:a", identity="hers")
    store.accept("hers", OPENING)
    store.check_owner("hers", "key:a")
    with pytest.raises(SessionUnavailable) as foreign:
        store.check_owner("hers", "key:b")
    with pytest.raises(SessionUnavailable) as missing:
        store.check_owner("none", "key:b")
    assert str(foreign.value).replace("hers", "none") == str(missing.value)
    assert [row.id for row in store.list("key:a")] == ["hers"]
    assert store.list("key:b") == []


def test_a_file_of_a_newer_version_is_read_only(opened: Any, path: Path) -> None:
    first = opened()
    first.turn(OPENING)
    first.store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    second = opened(first.thread)
    assert [message for message, _ in second.resume()] == [OPENING]
    assert second.workload().known["budget_usd_month"].point == 5000
    for change in (lambda: second.turn("GDPR applies"), lambda: second.store.delete(first.thread), opened):
        with pytest.raises(SessionUnavailable, match=r"newer.*Update stackwright"):
            change()


def test_a_file_of_an_older_version_is_brought_up_to_date(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    for statement in MIGRATIONS[0]:
        connection.execute(statement)
    connection.execute("INSERT INTO sessions VALUES ('old', 't', 'interviewing', '', '{}', 1, 1)")
    connection.execute("INSERT INTO turns VALUES ('old', 1, 'hello', '{\"text\": \"hi\"}', 'x', 1)")
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    store = SqliteSessions(path)
    assert store.turns("old")[0].reply == {"text": "hi"}
    assert store.accept("old", "more").turn == 2
    store.close()


def test_delete_leaves_nothing_in_the_files(opened: Any, path: Path) -> None:
    kept, gone = opened(), opened()
    kept.turn("A chatbot for zebra breeders, 3 requests per second.")
    gone.turn("A chatbot for quokka trainers, 7 requests per second, about wombat feeding.")
    gone.turn("Numbats only, in the EU.")
    words = (b"quokka", b"wombat", b"umbats", gone.thread.encode())
    assert all(word in _bytes(path) for word in words)
    assert gone.store.delete(gone.thread)
    assert not any(word in _bytes(path) for word in words)
    assert b"zebra" in _bytes(path)
    assert not gone.store.delete(gone.thread)
    with pytest.raises(SessionUnavailable, match="There is no consultation"):
        gone.turn("hello again")
    assert not any(word in _bytes(path) for word in words[:3])


def _bytes(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.rglob("*") if file.is_file())


def test_no_secret_reaches_the_files(opened: Any, path: Path) -> None:
    consultation = opened()
    reply = consultation.turn(f"{OPENING} Our key is {SECRETS[0]}, {SECRETS[5]}.")
    assert any("removed before storing" in notice for notice in reply.notices)
    stored = _bytes(path)
    assert b"abcdefghijklmnop" not in stored
    assert b"hunter2" not in stored
    assert MASK.encode() in stored


def test_checkpoints_hold_plain_values_only(opened: Any) -> None:
    import ormsgpack

    consultation = opened()
    consultation.turn(OPENING)
    consultation.turn("just recommend")
    rows = consultation.store.connection.execute("SELECT type, checkpoint FROM checkpoints").fetchall()
    assert rows
    for kind, blob in rows:
        assert kind == "msgpack"
        values = ormsgpack.unpackb(blob, ext_hook=_no_extension)["channel_values"]
        json.dumps(values)
    assert os.environ["LANGGRAPH_STRICT_MSGPACK"] == "true"


def _no_extension(tag: int, data: bytes) -> Any:
    raise AssertionError(f"extension {tag} in a checkpoint")


def test_a_finished_turn_keeps_one_checkpoint(opened: Any) -> None:
    consultation = opened()
    for message in (OPENING, "GDPR applies", "I don't know", "just recommend"):
        consultation.turn(message)
    count = consultation.store.connection.execute("SELECT COUNT(*) FROM checkpoints").fetchone()[0]
    assert count == 1
    assert opened(consultation.thread).workload() == consultation.workload()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(SessionUnavailable) as caught:
        SqliteSessions(blocked / "consultations.sqlite")
    assert "can't be stored" in caught.value.message
    assert "STACKWRIGHT_DATA_DIR" in caught.value.hint


def test_a_file_that_is_no_database_is_said(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is not a database at all, but long enough to look like one" * 20)
    with pytest.raises(SessionUnavailable):
        SqliteSessions(path)


CHILD = """
import sys, time
from datetime import date
from pathlib import Path
from agent import nodes
original = getattr(nodes, sys.argv[3])
def hang(state, runtime):
    if state["turn"] == 2:
        print("in the middle", flush=True)
        time.sleep(60)
    return original(state, runtime)
setattr(nodes, sys.argv[3], hang)
from agent.consultation import open_consultation
consultation = open_consultation(as_of=date(2026, 11, 24), store=Path(sys.argv[1]), session=sys.argv[2])
consultation.turn("GDPR applies, EU only")
"""


@pytest.mark.parametrize("node", ["admit", "decide"])
def test_a_killed_process_is_taken_over_at_once(opened: Any, path: Path, node: str) -> None:
    first = opened()
    first.turn(OPENING)
    first.store.close()
    command = [sys.executable, "-c", textwrap.dedent(CHILD), str(path), first.thread, node]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "in the middle\n"
        child.kill()
    resumed = opened(first.thread)
    assert [row.reply is None for row in resumed.store.turns(first.thread)] == [False, True]
    rows = resumed.resume()
    assert [message for message, _ in rows] == [OPENING, "GDPR applies, EU only"]
    assert rows[1][1]["kind"] == "question"
    history = resumed.workload().history
    assert [item.field for item in history].count("compliance") == 1
    assert resumed.turn("Four engineers").turn == 3
    assert len(resumed.store.turns(first.thread)) == 3


def test_processes_take_turns_to_open_a_file(path: Path) -> None:
    """A new file's journal can't be chosen by two at once: one in some hundred would find it locked."""
    path.parent.mkdir()
    opening = threading.Thread(target=lambda: SqliteSessions(path).close())
    with _locked(path.parent / "locks" / "opening", wait=True):
        opening.start()
        opening.join(0.3)
        assert opening.is_alive()
        assert path.stat().st_size == 0
    opening.join(10)
    assert not opening.is_alive()
    assert path.stat().st_size > 0


def test_a_lock_on_a_file_that_was_deleted_is_none(path: Path) -> None:
    """Whoever waited for a session that was deleted meanwhile holds what others see, too."""
    path.parent.mkdir()
    file = path.parent / "locks" / "session"
    entered, leave = threading.Event(), threading.Event()

    def wait() -> None:
        with _locked(file, wait=True):
            entered.set()
            leave.wait(10)

    waiting = threading.Thread(target=wait)
    with _locked(file, wait=True):
        waiting.start()
        assert not entered.wait(0.3)
        file.unlink()
    assert entered.wait(10)
    with pytest.raises(SessionBusy), _locked(file, wait=False):
        raise AssertionError("held twice")
    leave.set()
    waiting.join()
