"""Whatever is wrong with one session, whoever wrote hears of it, once; and an outage is no such thing."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

import pytest

from agent import nodes, state
from agent.sessions import SessionStore
from agent.state import SCHEMA_VERSION
from knowledge.errors import StateNewer
from service.backend import Backend
from service.file_worker import FileWorker
from service.office import Office
from service.retention import Retention

OPENING, MORE = "RAG over 50,000 documents on AWS, budget 5,000 USD a month", "GDPR applies"
NEWER = SCHEMA_VERSION + 1


@pytest.fixture
def store(backend: Backend) -> Iterator[SessionStore]:
    with backend.opened() as store:
        yield store


@pytest.fixture
def session(store: SessionStore, office: Office) -> str:
    """One that was answered once."""
    session = store.create({}, "ada")
    store.accept(session, OPENING)
    assert office.answer(store, session) == 1
    return session


def damage(store: SessionStore) -> None:
    """Overwrite what the checkpoints hold with a byte that msgpack never uses."""
    with store.transaction() as rows:
        if type(store).__name__ == "SqliteSessions":
            rows("UPDATE checkpoints SET checkpoint = x'c1c1c1c1'")
        else:
            rows(r"UPDATE checkpoint_blobs SET blob = '\xc1c1c1c1' WHERE type = 'msgpack'")


def write_state(office: Office, store: SessionStore, session: str, **values: object) -> None:
    consultation = office.open(store, session)
    consultation.graph.update_state(consultation._config(), values, as_node="verify")


def stored_state(office: Office, store: SessionStore, session: str) -> dict[str, Any]:
    consultation = office.open(store, session)
    values: dict[str, Any] = consultation.graph.get_state(consultation._config()).values
    return values


def last_reply(store: SessionStore, session: str) -> dict[str, Any]:
    reply = store.turns(session)[-1].reply
    assert reply is not None
    return reply


def test_a_state_that_cannot_be_read_is_said_and_begins_anew(
    store: SessionStore, office: Office, session: str, caplog: pytest.LogCaptureFixture
) -> None:
    damage(store)
    store.accept(session, MORE)
    assert office.answer(store, session) == 1
    assert last_reply(store, session)["kind"] == "error"
    assert "begins anew" in last_reply(store, session)["text"]
    assert "can't be read" in caplog.text
    assert "50,000" not in caplog.text
    store.accept(session, "A chatbot for 200 lawyers")
    assert office.answer(store, session) == 1
    assert last_reply(store, session)["kind"] == "question"
    assert "budget_usd_month" not in office.open(store, session).workload().known


def test_a_state_that_is_lost_while_a_message_is_set_aside_is_said(
    store: SessionStore, office: Office, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(*_: object) -> NoReturn:
        damage(store)
        raise RuntimeError("broken")

    monkeypatch.setattr(nodes, "decide", spoil)
    store.accept(session, MORE)
    assert office.answer(store, session) == 1
    assert "begins anew" in last_reply(store, session)["text"]


def test_a_session_that_cannot_be_opened_is_said(store: SessionStore, office: Office, session: str) -> None:
    with store.transaction() as rows:
        rows("UPDATE sessions SET settings = 'secret words'")
    for message in (MORE, "Three engineers"):
        store.accept(session, message)
    assert office.answer(store, session) == 2
    assert [row.reply["kind"] for row in store.turns(session)[1:] if row.reply] == ["error", "error"]
    assert "set aside" in last_reply(store, session)["text"]


def test_a_reply_that_cannot_be_read_holds_up_no_message(
    store: SessionStore, office: Office, session: str
) -> None:
    with store.transaction() as rows:
        rows("UPDATE turns SET reply = 'no json'")
    store.accept(session, MORE)
    assert office.answer(store, session) == 1
    second = store.turn(session, 2)
    assert second is not None
    assert second.reply is not None
    assert second.reply["kind"] == "question"


def test_an_outage_sets_nothing_aside(
    store: SessionStore, office: Office, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise store.outages[0]("the server is gone")

    store.accept(session, MORE)
    with monkeypatch.context() as patch:
        patch.setattr(nodes, "decide", fail)
        with pytest.raises(store.outages):
            office.answer(store, session)
    assert len(store.waiting(session)) == 1
    assert office.answer(store, session) == 1
    assert last_reply(store, session)["kind"] == "question"
    assert office.open(store, session).workload().known["compliance"].value is not None


def test_an_outage_while_the_state_is_read_is_no_damage(
    store: SessionStore, office: Office, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise store.outages[0]("the server is gone")

    consultation = office.open(store, session)
    with monkeypatch.context() as patch:
        patch.setattr(type(consultation.graph), "get_state", fail)
        with pytest.raises(store.outages):
            consultation.workload()
    assert consultation.workload().known["budget_usd_month"].point == 5000


def test_the_state_of_a_newer_version_is_left_as_it_is(
    store: SessionStore, office: Office, session: str
) -> None:
    write_state(office, store, session, schema_version=NEWER)
    before = stored_state(office, store, session)
    store.accept(session, MORE)
    assert office.answer(store, session) == 1
    assert last_reply(store, session)["kind"] == "error"
    assert "newer stackwright" in last_reply(store, session)["text"]
    assert "Update" in last_reply(store, session)["text"]
    assert stored_state(office, store, session) == before
    assert before["schema_version"] == NEWER
    with pytest.raises(StateNewer):
        office.open(store, session).workload()
    with pytest.raises(StateNewer):
        office.open(store, session).turn("Three engineers")
    assert len(office.open(store, session).resume()) == 2
    assert stored_state(office, store, session) == before


def _named_otherwise(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "asked_slots": [*values["asked_slots"], "from_version_1"]}


def test_the_state_of_an_older_version_is_brought_up_to_date(
    store: SessionStore, office: Office, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "SCHEMA_VERSION", NEWER)
    monkeypatch.setattr(state, "MIGRATIONS", (*state.MIGRATIONS, _named_otherwise))
    assert office.open(store, session)._state()["asked_slots"][-1] == "from_version_1"
    store.accept(session, MORE)
    assert office.answer(store, session) == 1
    kept = stored_state(office, store, session)
    assert kept["schema_version"] == NEWER
    assert kept["asked_slots"].count("from_version_1") == 1
    assert office.open(store, session).workload().known["budget_usd_month"].point == 5000


def test_what_an_older_version_left_in_the_middle_is_begun_again(
    store: SessionStore, office: Office, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    store.accept(session, MORE)
    with monkeypatch.context() as patch:
        patch.setattr(nodes, "decide", die)
        with pytest.raises(KeyboardInterrupt):
            office.answer(store, session)
    monkeypatch.setattr(state, "SCHEMA_VERSION", NEWER)
    monkeypatch.setattr("agent.consultation.SCHEMA_VERSION", NEWER)
    monkeypatch.setattr(state, "MIGRATIONS", (*state.MIGRATIONS, _named_otherwise))
    assert office.answer(store, session) == 1
    kept = office.open(store, session)
    assert last_reply(store, session)["kind"] == "question"
    assert kept._state()["asked_slots"].count("from_version_1") == 1
    assert [item.field for item in kept.workload().history].count("compliance") == 1


@pytest.mark.parametrize("name", ["workload", "turn"])
def test_the_terminal_says_that_a_state_is_lost(office: Office, tmp_path: Path, name: str) -> None:
    with Backend(folder=tmp_path).opened() as store:
        consultation = office.open(store)
        consultation.turn(OPENING)
        damage(store)
        again = office.open(store, consultation.thread)
        assert [message for message, _ in again.resume()] == [OPENING]
        call: Callable[..., object] = getattr(again, name)
        with pytest.raises(Exception, match="begins anew"):
            call(*([MORE] if name == "turn" else []))
        if name == "turn":
            assert again.turn(MORE).kind == "question"


def test_a_session_that_goes_on_failing_is_tried_ever_more_rarely(
    tmp_path: Path, office: Office, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, stop = Backend(folder=tmp_path), threading.Event()
    tried: list[float] = []

    def fail(self: Office, store: SessionStore, session: str, wait: bool = True) -> NoReturn:
        tried.append(time.monotonic())
        raise RuntimeError("broken")

    monkeypatch.setattr(Office, "answer", fail)
    with backend.opened() as store, caplog.at_level(logging.ERROR):
        store.accept(store.create({}, "ada"), OPENING)
        worker = threading.Thread(target=FileWorker(backend, office, Retention()).run, args=(stop,))
        worker.start()
        time.sleep(3)
        stop.set()
        worker.join()
    gaps = [later - earlier for earlier, later in pairwise(tried)]
    assert 2 <= len(tried) <= 5
    assert gaps == sorted(gaps)
    assert caplog.text.count("RuntimeError at") == len(tried)
