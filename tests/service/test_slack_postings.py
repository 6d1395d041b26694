"""The rows of what is to be posted, on both kinds of store: one taker at a time, in order, taken over when silent."""

import time
from collections.abc import Iterator

import pytest

from agent.sessions import SessionStore
from service.backend import Backend
from service.retention import delete
from service.slack.postings import DUE, POSTED, SILENCE_S, Destination, Postings

SESSION = "slack:-:T1TEAM:C1ABC:1700000000.000100"


@pytest.fixture
def store(backend: Backend) -> Iterator[SessionStore]:
    with backend.opened() as store:
        store.create({}, "slack:T1TEAM:C1ABC", SESSION)
        for turn in (1, 2):
            store.accept(SESSION, "hello", key=str(turn), sender=f"U{turn}")
            Postings(store).note(SESSION, turn, Destination(sender=f"U{turn}", bot="U1BOT"))
        yield store


def silenced(store: SessionStore) -> None:
    with store.transaction() as rows:
        rows("UPDATE postings SET changed = :past", past=time.time() - SILENCE_S - 1)


def test_one_process_at_a_time_in_order(store: SessionStore) -> None:
    mine, others = Postings(store), Postings(store)
    assert mine.open_sessions() == [SESSION]
    assert mine.take(SESSION, 2) is None
    posting = mine.take(SESSION, 1)
    assert posting is not None
    assert posting.destination == Destination(sender="U1", bot="U1BOT")
    assert others.take(SESSION, 1) is None
    posting.progress.open = "1.1"
    assert mine.keep(posting)
    assert not others.keep(posting)
    others.close(posting, POSTED)
    assert mine.alive(posting)
    mine.close(posting, POSTED)
    following = others.take(SESSION, 2)
    assert following is not None
    others.close(following, POSTED)
    assert mine.open_sessions() == []
    assert mine.next(SESSION) is None


def test_whoever_falls_silent_is_followed_by_another(store: SessionStore) -> None:
    dead, heir = Postings(store), Postings(store)
    posting = dead.take(SESSION, 1)
    assert posting is not None
    silenced(store)
    taken = heir.take(SESSION, 1)
    assert taken is not None
    assert taken.progress.unsure
    assert not dead.keep(posting)
    assert not dead.alive(posting)


def test_what_is_known_of_a_message_is_handed_on(store: SessionStore) -> None:
    dead, heir = Postings(store), Postings(store)
    posting = dead.take(SESSION, 1)
    assert posting is not None
    posting.progress.open, posting.progress.page = "1.1", 1
    posting.progress.used.append("1.1")
    dead.keep(posting)
    silenced(store)
    taken = heir.take(SESSION, 1)
    assert taken is not None
    assert (taken.progress.open, taken.progress.page, taken.progress.unsure) == ("1.1", 1, False)
    assert heir.used(SESSION) == {"1.1"}


def test_a_reply_given_back_is_taken_again(store: SessionStore) -> None:
    postings = Postings(store)
    posting = postings.take(SESSION, 1)
    assert posting is not None
    posting.progress.unsure = True
    postings.close(posting, DUE)
    again = Postings(store).take(SESSION, 1)
    assert again is not None
    assert again.progress.unsure


def test_noted_once(store: SessionStore) -> None:
    postings = Postings(store)
    postings.note(SESSION, 1, Destination(sender="U9"))
    posting = postings.next(SESSION)
    assert posting is not None
    assert posting.destination.sender == "U1"
    assert postings.senders(SESSION) == 2


def test_a_deleted_session_leaves_no_row(store: SessionStore) -> None:
    assert delete(store, SESSION)
    assert Postings(store).open_sessions() == []
