"""The front end killed at the worst moments, as a process of its own, and started again: each reply comes once."""

import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from service.backend import Backend
from service.office import Office
from service.slack.postings import Destination, Postings

from .fake_slack import APP_TOKEN, BOT_TOKEN, SECRET, FakeSlack, Fault, until
from .slack_front import is_advised, listed, working

pytestmark = pytest.mark.slow
AS_OF = "2026-11-24"
MOST_KILLS = 12
"""Then one lives: on a slow machine none would otherwise live long enough to post anything."""
MESSAGES = ("RAG over 50,000 documents for 200 lawyers", "GDPR applies", "Three engineers", "just recommend")


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(slow_s=60.0).running() as slack:
        yield slack


@contextmanager
def process(slack: FakeSlack, folder: Path, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`stackwright slack` without workers of its own; killed at the end, if it still runs."""
    command = [sys.executable, "-m", "tui.main", "slack", "--workers", "0", "--as-of", AS_OF, *words]
    environment = {
        **os.environ, "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": slack.api, "STACKWRIGHT_DATA_DIR": str(folder), "STACKWRIGHT_CONFIG": str(folder / "none"),
    }  # fmt: skip
    running = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def once(slack: FakeSlack, channel: str) -> bool:
    """One reply, and none of its text twice."""
    replies = slack.replies(channel)
    return len(replies) == 1 and replies[0]["text"].count("Question 1") == 1


def replied(slack: FakeSlack, channel: str, count: int) -> Callable[[], bool]:
    """Whether there are so many replies by now."""
    return lambda: len(slack.replies(channel)) >= count


async def test_killed_between_accepting_and_posting(slack: FakeSlack, tmp_path: Path, office: Office) -> None:
    with process(slack, tmp_path) as front:
        await slack.connected()
        await slack.say(MESSAGES[0], "D1ONE")
        front.send_signal(signal.SIGKILL)
        front.wait()
    await until(lambda: not slack.is_connected)
    with working(tmp_path, office), process(slack, tmp_path):
        await until(lambda: bool(slack.replies("D1ONE")), 60)
        await asyncio.sleep(1.0)
    assert once(slack, "D1ONE")


@pytest.mark.parametrize("kind", ["slow", "reset"])
async def test_killed_when_slack_has_posted_but_not_answered(
    slack: FakeSlack, tmp_path: Path, office: Office, kind: str
) -> None:
    slack.faults["chat.postMessage", ""].append(Fault(kind, 1, done=True))
    with working(tmp_path, office):
        with process(slack, tmp_path) as front:
            await slack.connected()
            await slack.say(MESSAGES[0], "D1ONE")
            await until(lambda: slack.count("chat.postMessage") == 1, 60)
            front.send_signal(signal.SIGKILL)
            front.wait()
        with process(slack, tmp_path):
            await until(lambda: slack.count("chat.update") == 1, 60)
            await asyncio.sleep(1.0)
    assert once(slack, "D1ONE")
    assert slack.count("chat.postMessage") == 1


async def test_killed_in_the_middle_of_a_stream(slack: FakeSlack, tmp_path: Path, office: Office) -> None:
    with working(tmp_path, office):
        with process(slack, tmp_path) as front:
            await slack.connected()
            thread = await slack.say(MESSAGES[0], "D1ONE")
            await until(lambda: once(slack, "D1ONE"), 60)
            slack.faults["chat.appendStream", ""].append(Fault("slow", 1, done=True))
            await slack.say("just recommend", "D1ONE", thread)
            await until(lambda: slack.count("chat.appendStream") == 1, 60)
            front.send_signal(signal.SIGKILL)
            front.wait()
        with process(slack, tmp_path):
            await until(lambda: is_advised(slack, "D1ONE"), 60)
    _, advice, *sources = slack.replies("D1ONE")
    assert not advice["streaming"]
    assert advice["text"].count("I recommend") == 1
    assert "Assumed, tell me" in advice["text"]
    assert [page["text"] for page in sources] == listed(len(sources))


async def test_killed_at_random_no_message_is_lost_or_answered_twice(
    slack: FakeSlack, tmp_path: Path, office: Office
) -> None:
    """People go on writing while the front end dies again and again."""
    channels = [f"D{number}ONE" for number in range(4)]
    randomly = random.Random(3)
    ended = asyncio.Event()
    kills = 0

    async def talk(channel: str) -> None:
        thread = ""
        for number, message in enumerate(MESSAGES):
            sent = await slack.say(message, channel, thread)
            thread = thread or sent
            await until(lambda number=number: len(slack.replies(channel)) > number, 300)  # type: ignore[misc]
            await asyncio.sleep(randomly.uniform(0.5, 2.0))

    async def kill() -> None:
        nonlocal kills
        while not ended.is_set() and kills < MOST_KILLS:
            with process(slack, tmp_path) as front:
                await slack.connected(60)
                await asyncio.sleep(randomly.uniform(0.0, 2.5))
                front.send_signal(signal.SIGKILL)
                await asyncio.to_thread(front.wait)
                kills += 1
            await until(lambda: not slack.is_connected)
        with process(slack, tmp_path):
            await ended.wait()

    with working(tmp_path, office):
        killer = asyncio.create_task(kill())
        await asyncio.gather(*(talk(channel) for channel in channels))
        ended.set()
        await killer
        with process(slack, tmp_path):
            await until(lambda: all(is_advised(slack, c) for c in channels), 60)
    assert kills >= 3
    for channel in channels:
        texts = [reply["text"] for reply in slack.replies(channel)]
        sources = texts[len(MESSAGES) :]
        assert sources == listed(len(sources)), texts
        assert [sum(f"Question {number}:" in text for text in texts) for number in (1, 2, 3)] == [1, 1, 1]
        assert sum("I recommend" in text for text in texts) == 1


async def test_over_http_only_slack_is_let_in(slack: FakeSlack, tmp_path: Path, office: Office) -> None:
    with working(tmp_path, office), process(slack, tmp_path, "--http", "--port", "0") as front:
        assert front.stderr is not None
        said = (await asyncio.to_thread(front.stderr.readline)).decode()
        slack.events_url = re.findall(r"http://\S+events", said)[0]
        async with aiohttp.ClientSession() as session:
            async with session.post(slack.events_url, json={"type": "event_callback"}) as answer:
                assert answer.status == 401
            async with session.get(slack.events_url.replace("/slack/events", "/healthz")) as answer:
                assert answer.status == 200
        await slack.say(MESSAGES[0], "D1ONE")
        await until(lambda: once(slack, "D1ONE"), 60)
        assert slack.statuses == [200]
        front.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(front.wait, 30) == 0


async def test_told_to_stop_it_ends_by_itself(slack: FakeSlack, tmp_path: Path) -> None:
    with process(slack, tmp_path) as front:
        await slack.connected()
        front.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(front.wait, 20) == 0


async def test_nothing_that_people_wrote_is_logged(slack: FakeSlack, tmp_path: Path, office: Office) -> None:
    """Failures of Slack and of the database whose errors quote a message: the log names places alone."""
    secret = "Cobalt-Heron-77"
    session = "slack:-:T1TEAM:D9OLD:1700000000.000100"
    with Backend(folder=tmp_path).opened() as store:
        store.create({}, "slack:T1TEAM:D9OLD", session)
        Postings(store).note(session, store.accept(session, secret).turn, Destination())
        with store.transaction() as rows:
            rows("UPDATE postings SET place = :wrong", wrong=json.dumps({secret: 1}))
    slack.faults["chat.postMessage", ""] += [Fault(kind, 1) for kind in ("invalid_json", secret, "500")]
    with working(tmp_path, office), process(slack, tmp_path) as front:
        await slack.connected()
        await slack.say(f"{secret}: {MESSAGES[0]}", "D1ONE")
        await until(lambda: bool(slack.replies("D1ONE")), 60)
        await slack.event({"type": "message", "channel": "D1ONE", "text": secret, "ts": secret})
        front.send_signal(signal.SIGTERM)
        _, said = await asyncio.to_thread(front.communicate, timeout=30)
    log = said.decode()
    assert "a reply could not be posted; it is tried again ValidationError" in log
    assert "a reply is posted later: chat.postMessage" in log
    assert secret not in log
    assert "Traceback" not in log
