"""Each fault at each call to Slack: the answer comes, whole and once, or an honest word; nothing is lost."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from knowledge.errors import ConfigError
from service.backend import Backend
from service.office import Office
from service.reception import Reception
from service.slack import calls, courier, poster, stream
from service.slack.desk import Desk
from service.slack.front import connected, serving
from service.slack.tokens import Tokens

from .fake_slack import APP_TOKEN, BOT_TOKEN, SECRET, FakeSlack, Fault, until
from .slack_front import answering, front, shown, stored_replies

FAULTS = (
    "429", "500", "503", "reset", "slow", "invalid_json", "message_not_in_streaming_state", "invalid_auth",
    "token_revoked", "internal_error", "invalid_blocks", "unknown_method", "missing_scope",
)  # fmt: skip
AFTER = ("500", "reset", "slow", "invalid_json")
"""Faults that can strike when the work is done."""
METHODS = (
    "assistant.threads.setStatus", "chat.startStream", "chat.appendStream", "chat.stopStream", "chat.postMessage",
    "chat.update", "conversations.replies",
)  # fmt: skip
FIRST, LAST = "Question 2", "END OF THE ANSWER"
PATIENCE_S = 120.0
AT_ONCE = 40
"""All at once, calls wait longer for this process than `TIMEOUT_S`: faults that no cell asked for."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "TIMEOUT_S", 1)
    monkeypatch.setattr(courier, "SWEEP_S", 0.2)
    monkeypatch.setattr(courier, "FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(courier, "LONGEST_PAUSE_S", 0.5)
    monkeypatch.setattr(courier, "QUICK_S", 0.05)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(slow_s=1.5).running() as slack:
        yield slack


@pytest.fixture(scope="module")
def replies(office: Office, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    found = stored_replies(office, tmp_path_factory.mktemp("replies"))
    found[1]["text"] += f"\n\n{LAST}"
    return found


async def consult(slack: FakeSlack, channel: str) -> None:
    """Two messages; both are answered, once, whole, in order."""
    thread = await slack.say("RAG over 50,000 documents", channel)
    await until(lambda: FIRST in shown(slack, channel), PATIENCE_S)
    await slack.say("just recommend", channel, thread)
    await until(lambda: LAST in shown(slack, channel), PATIENCE_S)


def verdict(slack: FakeSlack, channel: str) -> str:
    """What is wrong in a channel; nothing if all is well."""
    text = shown(slack, channel)
    messages = slack.replies(channel)
    wrong = [
        f"{words!r} {text.count(words)} times"
        for words in (FIRST, LAST, "I recommend managed model API", "Cut documents at their own structure")
        if text.count(words) != 1
    ]
    wrong += [f"left unfinished: {message['ts']}" for message in messages if message.get("streaming")]
    if not wrong and text.index(FIRST) > text.index("I recommend"):
        wrong.append("out of order")
    return f"{channel}: {'; '.join(wrong)}" if wrong else ""


CELLS = [
    (method, fault, times, done)
    for method in METHODS
    for fault in FAULTS
    for times, done in ((1, False), (4, False), (1, True))
    if not done or fault in AFTER
]


@pytest.mark.slow
async def test_each_fault_at_each_call(
    slack: FakeSlack, tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    channels = {f"D{number}CELL": cell for number, cell in enumerate(CELLS)}
    for channel, (method, kind, times, done) in channels.items():
        slack.faults[method, channel].append(Fault(kind, times, done))
        if method in ("chat.update", "conversations.replies"):
            # They are only called where something else has failed before.
            first = "chat.appendStream" if method == "chat.update" else "chat.startStream"
            slack.faults[first, channel].append(Fault("reset", 1, done=True))
    room = asyncio.Semaphore(AT_ONCE)

    async def consult_in_turn(channel: str) -> None:
        async with room:
            await consult(slack, channel)

    async with front(slack, tmp_path, office) as desk, answering(desk.reception.store, replies):
        found = await asyncio.gather(*map(consult_in_turn, channels), return_exceptions=True)
        await until(lambda: not desk.postings.open_sessions(), PATIENCE_S)
    failed = [
        f"{channels[channel]}: {error!r} {verdict(slack, channel)}"
        for channel, error in zip(channels, found, strict=True)
        if error is not None or verdict(slack, channel)
    ]
    assert failed == [], "\n".join(failed)
    struck = {name for name, _ in slack.calls}
    assert set(METHODS) <= struck


@pytest.mark.parametrize("kind", ["429", "500", "reset", "slow", "invalid_json", "cant_delete_message"])
async def test_a_message_that_is_not_deleted_at_once_is_not_repeated_beside_itself(
    slack: FakeSlack, tmp_path: Path, office: Office, replies: list[dict[str, Any]], kind: str
) -> None:
    """Only where Slack refuses for good to delete what can't be edited, both stand."""
    slack.faults["chat.appendStream", ""].append(Fault("reset", 1, done=True))
    slack.faults["chat.update", ""].append(Fault("unknown_method", 4))
    slack.faults["chat.delete", ""].append(Fault(kind, 1))
    async with front(slack, tmp_path, office) as desk, answering(desk.reception.store, replies):
        await consult(slack, "D1ONE")
        await until(lambda: not desk.postings.open_sessions())
    assert slack.count("chat.delete") >= 1
    assert (verdict(slack, "D1ONE") == "") == (kind != "cant_delete_message")


@pytest.mark.parametrize("kind", ["429", "500", "reset", "slow", "invalid_json"])
async def test_who_we_are_is_asked_again(
    slack: FakeSlack, tmp_path: Path, office: Office, replies: list[dict[str, Any]], kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("service.slack.identity.AGAIN_S", 0.1)
    slack.faults["auth.test", ""].append(Fault(kind, 4))
    slack.faults["apps.connections.open", ""].append(Fault(kind, 1))
    async with front(slack, tmp_path, office) as desk, answering(desk.reception.store, replies):
        await consult(slack, "D1ONE")
    assert verdict(slack, "D1ONE") == ""


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_a_token_that_does_not_open_is_said_at_the_start(
    slack: FakeSlack, tmp_path: Path, office: Office, method: str
) -> None:
    slack.faults[method, ""].append(Fault("invalid_auth", 9))
    with pytest.raises(ConfigError, match="Slack doesn't take the"):
        async with front(slack, tmp_path, office):
            raise AssertionError("started")


@pytest.mark.parametrize("site", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"])
async def test_a_record_that_can_not_be_uploaded_is_said(
    slack: FakeSlack, tmp_path: Path, office: Office, replies: list[dict[str, Any]], site: str
) -> None:
    from service.slack.clicks import NO_RECORD

    kinds = ["500", "reset", "slow"] + ([] if site == "upload" else ["invalid_json", "invalid_auth"])
    async with front(slack, tmp_path, office) as desk, answering(desk.reception.store, replies):
        # What the record is made of comes from the graph, which didn't run here.
        async def record(owner: str, session: str, form: str) -> str:
            return f"record as {form}"

        desk.reception.record = record  # type: ignore[method-assign]
        await consult(slack, "D1ONE")
        await until(lambda: not desk.postings.open_sessions())
        button = next(m for m in slack.replies("D1ONE") if "record" in json.dumps(m["blocks"]))
        for kind in kinds:
            said = len(slack.notes("D1ONE"))
            slack.faults[site, ""] = [Fault(kind, 1)]
            await slack.click(button, "record")
            await until(lambda said=said: len(slack.notes("D1ONE")) > said)  # type: ignore[misc]
        assert set(slack.notes("D1ONE")) == {NO_RECORD}
        slack.faults[site, ""] = [Fault("429", 1)] if site != "upload" else []
        await slack.click(button, "record")
        await until(lambda: len(slack.files) == 2)


async def test_a_stream_is_rolled_over_before_slack_ends_it(
    slack: FakeSlack, tmp_path: Path, office: Office, replies: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    clock = itertools.count(0, 60.0)
    monkeypatch.setattr(stream, "monotonic", lambda: next(clock))
    async with front(slack, tmp_path, office) as desk, answering(desk.reception.store, replies):
        await consult(slack, "D1ONE")
        await until(lambda: not desk.postings.open_sessions())
    assert slack.count("chat.startStream") > 1
    assert verdict(slack, "D1ONE") == ""


async def test_a_stream_that_slack_has_ended_goes_on_in_a_new_message(
    slack: FakeSlack, tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    slack.faults["chat.appendStream", ""].append(Fault("message_not_in_streaming_state", 1))
    async with front(slack, tmp_path, office) as desk, answering(desk.reception.store, replies):
        await consult(slack, "D1ONE")
        await until(lambda: not desk.postings.open_sessions())
    assert slack.count("chat.startStream") == 2
    assert verdict(slack, "D1ONE") == ""


async def test_where_no_blocks_are_taken_the_answer_comes_as_text(
    slack: FakeSlack, tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    slack.refused_kinds |= {"markdown", "actions", "context_actions"}
    async with front(slack, tmp_path, office) as desk, answering(desk.reception.store, replies):
        await consult(slack, "D1ONE")
        await until(lambda: not desk.postings.open_sessions())
    assert shown(slack, "D1ONE").count(LAST) == 1


async def test_what_slack_refuses_in_every_form_is_said(
    slack: FakeSlack, tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    slack.faults["chat.postMessage", ""].append(Fault("msg_too_long", 2))
    async with front(slack, tmp_path, office) as desk, answering(desk.reception.store, replies):
        await slack.say("RAG over 50,000 documents", "D1ONE")
        await until(lambda: poster.HONEST in shown(slack, "D1ONE"))


async def test_a_channel_that_is_gone_is_given_up(
    slack: FakeSlack, tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    slack.faults["chat.postMessage", ""].append(Fault("is_archived", 99))
    async with front(slack, tmp_path, office) as desk, answering(desk.reception.store, replies):
        await slack.say("RAG over 50,000 documents", "D1ONE")
        await until(lambda: slack.count("chat.postMessage") == 1)
        await until(lambda: not desk.postings.open_sessions())
        await asyncio.sleep(0.5)
    assert slack.count("chat.postMessage") == 1


async def test_a_revoked_token_loses_nothing_until_there_is_another_one(
    slack: FakeSlack, tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    for method in METHODS:
        slack.faults[method, ""].append(Fault("token_revoked", 10_000))
    async with front(slack, tmp_path, office) as desk, answering(desk.reception.store, replies):
        await slack.say("RAG over 50,000 documents", "D1ONE")
        await until(lambda: slack.count("chat.postMessage") >= 2)
    assert slack.replies("D1ONE") == []
    slack.faults.clear()
    async with front(slack, tmp_path, office):
        await until(lambda: len(slack.replies("D1ONE")) == 1)


async def test_a_database_that_is_away_has_slack_send_again(
    slack: FakeSlack, tmp_path: Path, office: Office, replies: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    broken = [True]
    accept = Desk.accept

    async def accepting(self: Desk, *arguments: Any, **more: Any) -> bool:
        if broken:
            broken.pop()
            raise self.reception.store.outages[0]("database is locked")
        return await accept(self, *arguments, **more)

    monkeypatch.setattr(Desk, "accept", accepting)
    for http in (True, False):
        broken[:] = [True]
        channel = "D1HTTP" if http else "D1SOCKET"
        slack.events_url = ""
        async with front(slack, tmp_path, office, http) as desk, answering(desk.reception.store, replies):
            await slack.say("RAG over 50,000 documents", channel)
            await until(lambda channel=channel: FIRST in shown(slack, channel))  # type: ignore[misc]
    assert slack.statuses == [503, 200]


async def test_serving_needs_no_socket(slack: FakeSlack, tmp_path: Path, office: Office) -> None:
    """The parts of a front end can be used one by one."""
    tokens = Tokens(BOT_TOKEN, APP_TOKEN, SECRET, slack.api)
    with Backend(folder=tmp_path).opened() as store:
        async with serving(Reception(store, office), tokens) as (desk, identity):
            assert identity.user
            async with connected(desk, identity, tokens):
                await slack.connected()
