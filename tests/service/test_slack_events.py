"""What is a message to us and what isn't: bots, edits, deletions, threads of others, workspaces that leave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from service.office import Office
from service.slack import desk as words
from service.slack.desk import Desk

from .fake_slack import BOT_ID, BOT_USER, TEAM, FakeSlack, until
from .slack_front import answering, front, shown, stored_replies
from .test_slack_buttons import messages, whispers

DM, CHANNEL, MENTION = "D1DIRECT", "C1CHANNEL", f"<@{BOT_USER}>"


@pytest.fixture(scope="module")
def replies(office: Office, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return stored_replies(office, tmp_path_factory.mktemp("replies"))


@asynccontextmanager
async def running(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> AsyncIterator[tuple[FakeSlack, Desk]]:
    async with (
        FakeSlack().running() as slack,
        front(slack, tmp_path, office) as desk,
        answering(desk.reception.store, replies),
    ):
        yield slack, desk


async def settled(desk: Desk) -> None:
    await asyncio.sleep(0.3)
    await until(lambda: not desk.postings.open_sessions())


@pytest.mark.parametrize(
    "mark",
    [
        {"bot_id": "B9OTHER"},
        {"bot_id": BOT_ID, "user": BOT_USER},
        {"user": BOT_USER},
        {"user": "USLACKBOT"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"subtype": "message_replied"},
        {"bot_profile": {"id": "B9"}},
        {"user": ""},
    ],
)
async def test_programs_and_announcements_are_not_answered(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]], mark: dict[str, Any]
) -> None:
    async with running(tmp_path, office, replies) as (slack, desk):
        event = {
            "type": "message",
            "user": "U2ADA",
            "text": f"{MENTION} 20 users",
            "channel": DM,
            "ts": "1700000000.1",
        }
        await slack.event({**event, **mark})
        await slack.event({**event, **mark, "type": "app_mention", "channel": CHANNEL})
        await settled(desk)
        assert messages(desk) == []
        assert slack.replies(DM) == slack.replies(CHANNEL) == []


async def test_in_channels_only_threads_where_it_was_called_are_read(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    async with running(tmp_path, office, replies) as (slack, desk):
        other = await slack.say("lunch?", CHANNEL)
        await slack.say("yes, at 12", CHANNEL, other)
        await settled(desk)
        assert messages(desk) == []
        # Called in the middle of a thread, it takes part from there on.
        await slack.say(f"{MENTION} RAG for 20 people", CHANNEL, other)
        await slack.say("in the EU", CHANNEL, other, user="U3BOB")
        await until(lambda: len(messages(desk)) == 2)
        await settled(desk)
        assert messages(desk) == [("U2ADA", "RAG for 20 people"), ("U3BOB", "in the EU")]


async def test_an_edit_is_said_not_to_be_read(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    async with running(tmp_path, office, replies) as (slack, desk):
        text = f"{MENTION} RAG for 20 people"
        ts = await slack.say(text, CHANNEL)
        before = {"type": "message", "user": "U2ADA", "text": text, "ts": ts}
        changed = {
            "type": "message",
            "subtype": "message_changed",
            "channel": CHANNEL,
            "ts": "1.1",
            "hidden": True,
        }
        for new in (before, {**before, "text": f"  {text.upper()}"}, {**before, "text": "x", "bot_id": "B1"}):
            await slack.event({**changed, "message": new, "previous_message": before})
        unknown = {**before, "ts": "1600000000.000001"}
        await slack.event({**changed, "message": {**unknown, "text": "new"}, "previous_message": unknown})
        await settled(desk)
        assert whispers(slack) == []
        edit = {
            **changed,
            "message": {**before, "text": f"{MENTION} RAG for 200 people"},
            "previous_message": before,
        }
        await slack.event(edit, deliveries=3, event_id="EvEdit")
        await until(lambda: whispers(slack) == [words.EDITED])
        await settled(desk)
        assert whispers(slack) == [words.EDITED]
        assert slack.whispers[0]["user"] == "U2ADA"
        assert len(messages(desk)) == 1


async def test_a_deleted_message_changes_nothing(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    async with running(tmp_path, office, replies) as (slack, desk):
        ts = await slack.say("RAG for 20 people", DM)
        await until(lambda: len(slack.replies(DM)) == 1)
        gone = {"type": "message", "user": "U2ADA", "text": "RAG for 20 people", "ts": ts}
        await slack.event(
            {
                "type": "message",
                "subtype": "message_deleted",
                "channel": DM,
                "deleted_ts": ts,
                "previous_message": gone,
            }
        )
        await settled(desk)
        assert len(messages(desk)) == len(slack.replies(DM)) == 1
        assert slack.notes(DM) == []


async def test_what_is_not_read_of_a_message_is_said(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    async with running(tmp_path, office, replies) as (slack, desk):
        await slack.say("20 users " * 3_000, "D1LONG")
        await slack.say("RAG for 20 people", "D2FILE", files=[{"id": "F1"}], subtype="file_share")
        await slack.say("", "D3EMPTY", files=[{"id": "F1"}], subtype="file_share")
        for channel in ("D1LONG", "D2FILE", "D3EMPTY"):
            await until(lambda channel=channel: len(slack.replies(channel)) == 1)  # type: ignore[misc]
        assert "the first 20,000 were read" in shown(slack, "D1LONG")
        assert "Attached files aren't read" in shown(slack, "D2FILE")
        assert "Attached files aren't read" in shown(slack, "D3EMPTY")
        assert all(len(text) <= 20_001 for _, text in messages(desk))


async def test_a_bare_mention_is_answered(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    async with running(tmp_path, office, replies) as (slack, _):
        await slack.say(MENTION, CHANNEL)
        await until(lambda: len(slack.replies(CHANNEL)) == 1)


async def test_a_thread_that_is_opened_is_greeted_once(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    async with running(tmp_path, office, replies) as (slack, desk):
        opened = {"user_id": "U2ADA", "channel_id": DM, "thread_ts": "1700000000.000100", "context": {}}
        event = {"type": "assistant_thread_started", "assistant_thread": opened}
        await slack.event(event, deliveries=2, event_id="EvOpened")
        await until(lambda: slack.notes(DM) == [words.GREETING])
        await slack.event({"type": "app_home_opened", "user": "U2ADA", "channel": DM, "tab": "messages"})
        await until(lambda: slack.count("assistant.threads.setSuggestedPrompts") == 2)
        await settled(desk)
        assert slack.notes(DM) == [words.GREETING]
        first, second = (call for name, call in slack.calls if name.endswith("setSuggestedPrompts"))
        assert first["thread_ts"] == "1700000000.000100"
        assert "thread_ts" not in second
        assert all(set(prompt) == {"title", "message"} for prompt in first["prompts"])
        assert messages(desk) == []


async def test_workspaces_are_apart_and_one_that_leaves_takes_its_data_along(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    async with running(tmp_path, office, replies) as (slack, desk):
        await slack.say("RAG for 20 people", DM)
        await slack.say(f"{MENTION} RAG for 20 people", CHANNEL)
        await until(lambda: len(messages(desk)) == 2)
        other = f"slack:-:{TEAM}X:{DM}:1.000001"
        await desk.reception.open(f"slack:{TEAM}X:{DM}", other)
        await desk.reception.accept(f"slack:{TEAM}X:{DM}", other, "ours")
        await settled(desk)
        await slack.event({"type": "tokens_revoked", "tokens": {"oauth": ["U2ADA"], "bot": []}})
        await settled(desk)
        assert len(messages(desk)) == 3
        await slack.event({"type": "app_uninstalled"})
        await until(lambda: messages(desk) == [("", "ours")])
        with desk.reception.store.reading() as rows:
            assert rows("SELECT COUNT(*) FROM postings").fetchone()[0] == 0


async def test_a_revoked_bot_token_takes_the_data_along(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    async with running(tmp_path, office, replies) as (slack, desk):
        await slack.say("RAG for 20 people", DM)
        await until(lambda: len(slack.replies(DM)) == 1)
        await slack.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}})
        await until(lambda: messages(desk) == [])
