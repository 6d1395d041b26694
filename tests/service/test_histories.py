"""A chat's history finds its consultation: it goes on, comes again, parts, and never mixes with another."""

import threading
from collections.abc import Iterator

import pytest

from agent.sessions import SessionStore
from service.backend import Backend
from service.histories import Place, digests, place
from service.office import Office


@pytest.fixture
def store(backend: Backend) -> Iterator[SessionStore]:
    with backend.opened() as store:
        yield store


def told(store: SessionStore, session: str) -> list[str]:
    return [row.message for row in store.turns(session)]


def test_a_history_with_one_more_message_goes_on(store: SessionStore) -> None:
    first = place(store, "ada", ["one"], {})
    second = place(store, "ada", ["one", "two"], {})
    assert second == Place(first.session, 2)
    assert told(store, first.session) == ["one", "two"]


def test_the_same_history_is_the_same_turn(store: SessionStore) -> None:
    place(store, "ada", ["one"], {})
    second = place(store, "ada", ["one", "two"], {})
    assert place(store, "ada", ["one", "two"], {}) == second
    assert place(store, "ada", ["one"], {}) == Place(second.session, 1)
    assert told(store, second.session) == ["one", "two"]


def test_an_edited_history_is_told_anew(store: SessionStore) -> None:
    place(store, "ada", ["one"], {})
    old = place(store, "ada", ["one", "two"], {})
    place(store, "ada", ["one", "two", "three"], {})
    new = place(store, "ada", ["one", "2"], {})
    assert new.session != old.session
    assert told(store, new.session) == ["one", "2"]
    assert place(store, "ada", ["one", "2", "three"], {}) == Place(new.session, 3)
    assert place(store, "ada", ["one", "two", "three", "four"], {}) == Place(old.session, 4)
    assert told(store, old.session) == ["one", "two", "three", "four"]


def test_chats_that_begin_alike_do_not_mix(store: SessionStore) -> None:
    chats = {name: ["hello", "RAG", f"for {name}"] for name in ("lawyers", "nurses", "pilots")}
    for length in (1, 2, 3):
        found = {name: place(store, "ada", chat[:length], {}) for name, chat in chats.items()}
    assert len({each.session for each in found.values()}) == len(chats)
    for name, chat in chats.items():
        assert told(store, found[name].session) == chat


def test_another_owner_has_another_consultation(store: SessionStore) -> None:
    ada, eve = place(store, "ada", ["one"], {}), place(store, "eve", ["one"], {})
    assert ada.session != eve.session
    assert place(store, "eve", ["one", "two"], {}).session == eve.session
    assert told(store, ada.session) == ["one"]


def test_a_session_that_went_on_otherwise_is_left_alone(store: SessionStore) -> None:
    first = place(store, "ada", ["one"], {})
    store.accept(first.session, "said elsewhere")
    second = place(store, "ada", ["one", "two"], {})
    assert second.session != first.session
    assert told(store, second.session) == ["one", "two"]


def test_a_deleted_session_is_told_anew(store: SessionStore) -> None:
    first = place(store, "ada", ["one"], {})
    store.delete(first.session)
    second = place(store, "ada", ["one", "two"], {})
    assert told(store, second.session) == ["one", "two"]


def test_what_a_crash_cut_off_is_completed(store: SessionStore) -> None:
    whole = place(store, "ada", ["one", "two", "three"], {})
    with store.transaction() as rows:
        rows("DELETE FROM turns WHERE session = :id AND turn > 1", id=whole.session)
    assert place(store, "ada", ["one", "two", "three"], {}) == whole
    assert told(store, whole.session) == ["one", "two", "three"]


def test_requests_at_once_agree(backend: Backend) -> None:
    """Many senders of two histories, each several times: two sessions, no message twice."""
    with backend.opened() as store:
        place(store, "ada", ["one"], {})
    found: list[tuple[str, Place]] = []

    def send(last: str) -> None:
        with backend.opened() as own:
            for history in (["one", last], ["one", last, "end"]):
                found.append((last, place(own, "ada", history, {})))

    senders = [threading.Thread(target=send, args=(last,)) for last in ("two", "2") * 4]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(found) == 16
    sessions = {last: {each.session for name, each in found if name == last} for last in ("two", "2")}
    assert all(len(each) == 1 for each in sessions.values())
    with backend.opened() as store:
        for last, (session,) in sessions.items():
            assert told(store, session) == ["one", last, "end"]


def test_digests_depend_on_the_owner_and_on_where_messages_end() -> None:
    assert digests("ada", ["one"]) != digests("eve", ["one"])
    assert digests("ada", ["one\ntwo"]) != digests("ada", ["one", "two"])[1:]


def test_the_number_of_a_choice_is_the_choice(store: SessionStore, office: Office) -> None:
    first = place(store, "ada", ["RAG over 900 documents"], {})
    office.answer(store, first.session)
    (asked,) = store.turns(first.session)
    assert asked.reply is not None
    labels = [choice["label"] for choice in asked.reply["question"]["choices"]]
    assert len(labels) > 1
    history = ["RAG over 900 documents", "2."]
    second = place(store, "ada", history, {})
    assert told(store, second.session) == ["RAG over 900 documents", labels[1]]
    assert place(store, "ada", history, {}) == second
    edited = place(store, "ada", ["RAG over 900 documents", "1", "2"], {})
    assert told(store, edited.session) == ["RAG over 900 documents", labels[0], "2"]
    assert told(store, place(store, "ada", ["2"], {}).session) == ["2"]
    beyond = place(store, "ada", ["RAG over 900 documents", "9"], {})
    assert told(store, beyond.session)[-1] == "9"
