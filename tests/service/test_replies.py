"""Whoever waits for a reply gets it, also when the database was away in between."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.sessions import SessionStore
from service.backend import Backend
from service.replies import LONGEST_PAUSE_S, LOOK_S, Replies

REPLY = {"turn": 1, "kind": "question", "text": "Noted."}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SessionStore]:
    with Backend(folder=tmp_path).opened() as store:
        yield store


def begun(store: SessionStore) -> str:
    session = store.create({})
    store.accept(session, "hello")
    return session


async def test_an_outage_is_waited_out(store: SessionStore, monkeypatch: pytest.MonkeyPatch) -> None:
    session, looks, found = begun(store), iter(range(100)), store.replies

    def look(wanted: list[tuple[str, int]]) -> Any:
        if next(looks) < 3:
            raise store.outages[0]("the database is away")
        return found(wanted)

    monkeypatch.setattr(store, "replies", look)
    waiting = asyncio.create_task(Replies(store).wait(session, 1, 10))
    await asyncio.sleep(LOOK_S)
    store.finish(session, 1, REPLY, "interviewing", "t", "")
    assert await waiting == REPLY
    assert next(looks) > 3


async def test_a_reply_that_does_not_come_is_not_waited_for_for_ever(store: SessionStore) -> None:
    session, replies = begun(store), Replies(store)
    assert await replies.wait(session, 1, 0.1) is None
    store.finish(session, 1, REPLY, "interviewing", "t", "")
    assert await asyncio.gather(*(replies.wait(session, 1, 10) for _ in range(3))) == [REPLY] * 3


async def test_a_look_that_was_held_up_is_soon_followed_by_another(
    store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for a connection in vain waits long; that is no reason to pause as long."""
    session, looks, found, began = begun(store), iter(range(100)), store.replies, time.monotonic()
    held_up = 3 * LONGEST_PAUSE_S

    def look(wanted: list[tuple[str, int]]) -> Any:
        if next(looks) == 0:
            time.sleep(held_up)
            raise store.outages[0]("the database is away")
        return found(wanted)

    store.finish(session, 1, REPLY, "interviewing", "t", "")
    monkeypatch.setattr(store, "replies", look)
    assert await Replies(store).wait(session, 1, 20) == REPLY
    assert time.monotonic() - began < held_up + 2 * LONGEST_PAUSE_S
