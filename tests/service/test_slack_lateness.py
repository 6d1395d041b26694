"""A reply that is found late is posted and says so; one that is too old is spoken of; neither ends in silence."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent.sessions import SessionStore
from service.backend import Backend
from service.office import Office
from service.slack import courier
from service.slack.postings import Destination, Postings, Progress

from .fake_slack import FakeSlack, Fault, until
from .slack_front import front, stored_replies

CHANNEL = "D1ONE"
SESSION = f"slack:-:T1TEAM:{CHANNEL}:1700000000.000100"
HOUR_S = 3600.0
LATE, LEFT_OUT, NONE_CAME = (
    "This answer comes late",
    "within a day, so it is left out",
    "No answer to your message",
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "SWEEP_S", 0.2)
    monkeypatch.setattr(courier, "FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(courier, "QUICK_S", 0.05)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack().running() as slack:
        yield slack


@pytest.fixture(scope="module")
def reply(office: Office, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return stored_replies(office, tmp_path_factory.mktemp("replies"))[0]


def stored(folder: Path, *turns: tuple[float, dict[str, Any] | None]) -> None:
    """Messages of these ages in hours, each with its reply or none yet, all of them still to be posted."""
    with Backend(folder=folder).opened() as store:
        store.create({}, f"slack:T1TEAM:{CHANNEL}", SESSION)
        for turn, (hours, reply) in enumerate(turns, 1):
            store.accept(SESSION, "hello", key=str(turn))
            if reply is not None:
                answer(store, turn, reply)
            Postings(store).note(SESSION, turn, Destination(sender="U2ADA"))
            with store.transaction() as rows:
                at = time.time() - hours * HOUR_S
                rows("UPDATE turns SET created = :at WHERE turn = :turn", at=at, turn=turn)


def answer(store: SessionStore, turn: int, reply: dict[str, Any]) -> None:
    store.finish(SESSION, turn, {**reply, "turn": turn}, "interviewing", "t", "")


@pytest.mark.parametrize(("hours", "late"), [(0.9, False), (2, True), (23, True)])
async def test_a_reply_that_is_found_late_says_so(
    slack: FakeSlack, tmp_path: Path, office: Office, reply: dict[str, Any], hours: float, late: bool
) -> None:
    stored(tmp_path, (hours, reply), (0.01, reply))
    async with front(slack, tmp_path, office) as desk:
        await until(lambda: not desk.postings.open_sessions())
    first, second = (message["text"] for message in slack.replies(CHANNEL))
    assert "Question 2" in first
    assert (LATE in first) is late
    assert LATE not in second


async def test_what_is_too_old_is_spoken_of(
    slack: FakeSlack, tmp_path: Path, office: Office, reply: dict[str, Any]
) -> None:
    stored(tmp_path, (48, reply), (47, None), (0.01, reply))
    async with front(slack, tmp_path, office) as desk:
        await until(lambda: not desk.postings.open_sessions())
    old, unanswered = slack.notes(CHANNEL)
    assert LEFT_OUT in old
    assert NONE_CAME in unanswered
    (young,) = slack.replies(CHANNEL)
    assert "Question 2" in young["text"]


async def test_the_word_is_tried_until_it_is_there(
    slack: FakeSlack, tmp_path: Path, office: Office, reply: dict[str, Any]
) -> None:
    slack.faults["chat.postMessage", ""].append(Fault("token_revoked", 3))
    stored(tmp_path, (48, reply))
    async with front(slack, tmp_path, office) as desk:
        await until(lambda: not desk.postings.open_sessions())
    assert slack.count("chat.postMessage") == 4
    (word,) = slack.notes(CHANNEL)
    assert LEFT_OUT in word


@pytest.mark.parametrize(("fault", "hours"), [("is_archived", 48), ("token_revoked", 24 * 8)])
async def test_the_word_is_not_tried_where_it_cannot_get_through(
    slack: FakeSlack, tmp_path: Path, office: Office, reply: dict[str, Any], fault: str, hours: float
) -> None:
    slack.faults["chat.postMessage", ""].append(Fault(fault, 99))
    stored(tmp_path, (hours, reply))
    async with front(slack, tmp_path, office) as desk:
        await until(lambda: not desk.postings.open_sessions())
    assert slack.count("chat.postMessage") == 1


async def test_a_reply_that_comes_after_hours_is_posted(
    slack: FakeSlack, tmp_path: Path, office: Office, reply: dict[str, Any]
) -> None:
    stored(tmp_path, (5, None))
    async with front(slack, tmp_path, office) as desk:
        await asyncio.sleep(0.5)
        assert desk.postings.open_sessions()
        answer(desk.reception.store, 1, reply)
        await until(lambda: not desk.postings.open_sessions())
    (posted,) = slack.replies(CHANNEL)
    assert LATE in posted["text"]


async def test_what_was_begun_in_time_is_finished_as_it_was_begun(
    slack: FakeSlack, tmp_path: Path, office: Office, reply: dict[str, Any]
) -> None:
    """Its text must stay the same, since the rest goes on at a place in it."""
    stored(tmp_path, (48, reply))
    begun = Progress(start=10, used=["1700000000.000200"])
    with Backend(folder=tmp_path).opened() as store, store.transaction() as rows:
        rows("UPDATE postings SET reference = :to", to=begun.model_dump_json())
    async with front(slack, tmp_path, office) as desk:
        await until(lambda: not desk.postings.open_sessions())
    (posted,) = slack.replies(CHANNEL)
    assert LATE not in posted["text"]
    assert "Question 2" in posted["text"]
