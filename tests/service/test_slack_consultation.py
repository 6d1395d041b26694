"""Whole consultations in Slack, by Slack's own SDK and Bolt, over sockets and over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from service.office import Office
from service.slack import courier

from .fake_slack import BOT_USER, FakeSlack, until
from .slack_front import front, is_advised, listed, working

DM, CHANNEL = "D1DIRECT", "C1CHANNEL"
MENTION = f"<@{BOT_USER}>"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack().running() as slack:
        yield slack


@pytest.fixture
def desk_folder(tmp_path: Path, office: Office) -> Iterator[Path]:
    with working(tmp_path, office):
        yield tmp_path


@pytest.mark.parametrize("http", [False, True], ids=["socket", "http"])
async def test_a_consultation_from_mention_to_record(
    slack: FakeSlack, desk_folder: Path, office: Office, http: bool
) -> None:
    async with front(slack, desk_folder, office, http):
        thread = await slack.say(f"{MENTION} RAG over 50,000 documents on AWS for 200 lawyers", CHANNEL)
        await until(lambda: len(slack.replies(CHANNEL, thread)) == 1)
        first = slack.replies(CHANNEL, thread)[0]
        assert "Question 1" in first["text"]
        await slack.say("GDPR applies, 40 questions an hour", CHANNEL, thread, user="U3BOB")
        await until(lambda: len(slack.replies(CHANNEL, thread)) == 2)
        second = slack.replies(CHANNEL, thread)[1]
        assert "For <@U3BOB>:" in second["text"]
        assert "compliance = gdpr" in second["text"]
        await slack.click(second, "choice:0")
        await until(lambda: len(slack.replies(CHANNEL, thread)) == 3)
        await until(lambda: "chose" in json.dumps(second["blocks"]))
        assert "choice:0" not in json.dumps(second["blocks"])
        await slack.click(slack.replies(CHANNEL, thread)[2], "recommend", user="U3BOB")
        await until(lambda: is_advised(slack, CHANNEL, thread))
        advice, *sources = slack.replies(CHANNEL, thread)[3:]
        assert [page["text"] for page in sources] == listed(len(sources))
        assert "Infrastructure costs" in advice["text"]
        assert "](https://" in advice["text"]
        assert slack.count("chat.startStream") >= 1
        assert slack.count("chat.appendStream") > 3
        await slack.click(sources[-1], "record")
        await until(lambda: len(slack.files) == 2)
        assert [item["filename"] for item in slack.files] == ["record.md", "record.json"]
        assert json.loads(slack.files[1]["content"])["schema"] == "stackwright-decision/1"
    assert all(status == 200 for status in slack.statuses)


async def test_a_direct_message_is_answered_in_its_thread(
    slack: FakeSlack, desk_folder: Path, office: Office
) -> None:
    async with front(slack, desk_folder, office):
        thread = await slack.say("Chat assistant for 2,000 customers a day", DM)
        await until(lambda: len(slack.replies(DM, thread)) == 1)
        await slack.say("just recommend", DM, thread)
        await until(lambda: any("I recommend" in reply["text"] for reply in slack.replies(DM, thread)))
        assert "For <@" not in slack.replies(DM, thread)[1]["text"]


async def test_what_comes_several_times_is_one_message(
    slack: FakeSlack, desk_folder: Path, office: Office
) -> None:
    async with front(slack, desk_folder, office):
        event = {
            "type": "message", "user": "U2ADA", "text": "Classify 2 million tickets a month", "ts": "1700000000.000100",
            "channel": DM, "channel_type": "im",
        }  # fmt: skip
        await asyncio.gather(*(slack.event(event, deliveries=3, event_id="Ev1") for _ in range(3)))
        await until(lambda: len(slack.replies(DM)) == 1)
        await asyncio.sleep(1.0)
        assert len(slack.replies(DM)) == 1


async def test_a_socket_that_is_renewed_loses_nothing(
    slack: FakeSlack, desk_folder: Path, office: Office
) -> None:
    async with front(slack, desk_folder, office):
        await slack.disconnect()
        thread = await slack.say("Classify 2 million tickets a month", DM)
        await until(lambda: len(slack.replies(DM, thread)) == 1, 40)


async def test_slack_shows_what_is_being_done(
    slack: FakeSlack, tmp_path: Path, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "PATIENCE_S", 0.3)
    async with front(slack, tmp_path, office):
        thread = await slack.say("Classify 2 million tickets a month", DM)
        await until(lambda: courier.SLOW in slack.notes(DM))
        assert slack.count("assistant.threads.setStatus") == 1
        with working(tmp_path, office):
            await until(lambda: len(slack.replies(DM, thread)) == 1)
        assert slack.notes(DM) == [courier.SLOW]
