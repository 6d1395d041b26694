"""A short torture run, and proof that its checker sees each kind of loss."""

from collections.abc import Iterator

import pytest

from agent.sessions import SessionStore
from service.backend import Backend
from service.office import Office

from .torture.history import check
from .torture.kills import Plan, torture
from .torture.scripts import key, script, session_name


@pytest.mark.slow
def test_nothing_is_lost_when_processes_are_killed(
    backend: Backend, office: Office, tmp_path: object
) -> None:
    backend = Backend(url=backend.url, folder=tmp_path)  # type: ignore[arg-type]
    outcome = torture(backend, office, Plan(sessions=6, kills=4), print)
    assert outcome.verdict.clean, f"{outcome.verdict}\n{outcome.said[-3000:]}"
    assert outcome.verdict.turns == sum(len(script(number)) for number in range(6))
    assert outcome.kills == 4


@pytest.fixture
def store(office: Office, tmp_path: object) -> Iterator[SessionStore]:
    """Session 2 as it must be."""
    with Backend(folder=tmp_path).opened() as store:  # type: ignore[arg-type]
        store.create({}, "torture", session_name(2))
        for place, message in enumerate(script(2)):
            store.accept(session_name(2), message, key(2, place))
        office.answer(store, session_name(2))
        yield store


SPOILED = {
    "lost": "DELETE FROM turns WHERE turn = 3",
    "duplicated": "INSERT INTO turns (session, turn, message, reply, created, key, sender, answered)"
    " SELECT session, 9, message, reply, created, 'again', sender, answered FROM turns WHERE turn = 1",
    "reordered": "UPDATE turns SET turn = CASE turn WHEN 2 THEN 103 WHEN 3 THEN 2 ELSE turn END WHERE turn IN (2, 3)",
    "half_answered": "UPDATE turns SET reply = json_set(reply, '$.text', 'Noted.') WHERE turn = 4",
}


def test_the_checker_passes_what_is_right(store: SessionStore, office: Office) -> None:
    assert check(store, office, [2]).clean
    assert not check(store, office, []).clean
    assert len(check(store, office, [2, 3]).lost) == len(script(3))


@pytest.mark.parametrize("kind", SPOILED)
def test_the_checker_sees_what_is_wrong(store: SessionStore, office: Office, kind: str) -> None:
    with store.transaction() as rows:
        rows(SPOILED[kind])
    verdict = check(store, office, [2])
    assert getattr(verdict, kind), str(verdict)
    assert not verdict.clean


def test_an_unanswered_message_is_lost(store: SessionStore, office: Office) -> None:
    with store.transaction() as rows:
        rows("UPDATE turns SET reply = NULL WHERE turn = 6")
    assert check(store, office, [2]).lost == [key(2, 5)]
