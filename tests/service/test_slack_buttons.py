"""Buttons: an answer counts once, whoever presses what and how often, and only where the button stands."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from service.feedback import feedback
from service.office import Office
from service.slack.clicks import STALE, THANKS, TYPE
from service.slack.desk import Desk

from .fake_slack import FakeSlack, until
from .slack_front import answering, front, stored_replies

CHANNEL, TEXT = "C1CHANNEL", "<@U1BOT> RAG over 50,000 documents"


@pytest.fixture(scope="module")
def replies(office: Office, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return stored_replies(office, tmp_path_factory.mktemp("replies"))


@asynccontextmanager
async def asked(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> AsyncIterator[tuple[FakeSlack, Desk, dict[str, Any]]]:
    """A question with buttons stands in the channel."""
    async with (
        FakeSlack().running() as slack,
        front(slack, tmp_path, office) as desk,
        answering(desk.reception.store, replies),
    ):
        await slack.say(TEXT, CHANNEL)
        await until(lambda: len(slack.replies(CHANNEL)) == 1)
        yield slack, desk, slack.replies(CHANNEL)[0]


def messages(desk: Desk) -> list[tuple[str, str]]:
    """(who, what) of all stored turns."""
    store = desk.reception.store
    with store.reading() as rows:
        sessions = [row[0] for row in rows("SELECT id FROM sessions ORDER BY created").fetchall()]
    return [(row.sender, row.message) for session in sessions for row in store.turns(session)]


def whispers(slack: FakeSlack) -> list[str]:
    return [item["text"] for item in slack.whispers]


async def test_two_presses_at_once_are_one_answer(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    async with asked(tmp_path, office, replies) as (slack, desk, question):
        before = copy.deepcopy(question)
        await asyncio.gather(
            slack.click(before, "choice:0"),
            slack.click(before, "choice:1", user="U3BOB"),
            slack.click(before, "choice:0"),
        )
        await until(lambda: whispers(slack) == [STALE, STALE])
        assert len(messages(desk)) == 2
        first, second = (choice["label"] for choice in replies[0]["question"]["choices"][:2])
        assert messages(desk)[1] in (("U2ADA", first), ("U3BOB", second))
        await until(lambda: "chose" in json.dumps(question["blocks"]))


async def test_a_question_that_was_answered_in_words_is_over(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    async with asked(tmp_path, office, replies) as (slack, desk, question):
        await slack.say("a few seconds", CHANNEL, question["thread_ts"])
        await until(lambda: len(slack.replies(CHANNEL)) > 1)
        await slack.click(question, "choice:0")
        await until(lambda: whispers(slack) == [STALE])
        assert len(messages(desk)) == 2


async def test_a_question_that_stands_again_can_be_answered_by_its_older_buttons(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    again = copy.deepcopy(replies[0])
    again["question"]["repeated"] = True
    async with asked(tmp_path, office, [replies[0], again, replies[1]]) as (slack, desk, question):
        await slack.say("why do you ask?", CHANNEL, question["thread_ts"])
        await until(lambda: len(slack.replies(CHANNEL)) == 2)
        await slack.click(question, "choice:2")
        await until(lambda: len(messages(desk)) == 3)
        await slack.click(slack.replies(CHANNEL)[1], "choice:1")
        await until(lambda: whispers(slack) == [STALE])
        assert messages(desk)[2][1] == replies[0]["question"]["choices"][2]["label"]


@pytest.mark.parametrize(
    ("action", "words"), [("dont_know", "I don't know"), ("recommend", "Just recommend")]
)
async def test_ways_around_an_answer(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]], action: str, words: str
) -> None:
    async with asked(tmp_path, office, replies) as (slack, desk, question):
        await slack.click(question, action)
        await until(lambda: len(messages(desk)) == 2)
        assert messages(desk)[1] == ("U2ADA", words)


async def test_something_else_is_to_be_written(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    async with asked(tmp_path, office, replies) as (slack, desk, question):
        await slack.click(question, "other")
        await until(lambda: whispers(slack) == [TYPE])
        assert len(messages(desk)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"session": "slack:-:T1TEAM:C2OTHER:1.000001"},
        {"session": "20261124-abcdef"},
        {"turn": 99},
        {"pick": "99"},
        {"pick": "-1"},
        {"session": "slack:-:T9TEAM:C1CHANNEL:1.000001"},
    ],
)
async def test_a_button_counts_only_where_it_stands(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]], change: dict[str, Any]
) -> None:
    async with asked(tmp_path, office, replies) as (slack, desk, question):
        await desk.reception.open("slack:T1TEAM:C2OTHER", "slack:-:T1TEAM:C2OTHER:1.000001")
        forged = copy.deepcopy(question)
        button = forged["blocks"][-1]["elements"][0]
        button["value"] = json.dumps({**json.loads(button["value"]), **change})
        await slack.click(forged, "choice:0")
        await asyncio.sleep(0.2)
        assert len(messages(desk)) == 1


async def test_the_last_feedback_counts(
    tmp_path: Path, office: Office, replies: list[dict[str, Any]]
) -> None:
    async with asked(tmp_path, office, [replies[1]]) as (slack, desk, _):
        await until(lambda: not desk.postings.open_sessions())
        rated = slack.replies(CHANNEL)[-1]
        for user, verdict in (
            ("U2ADA", "positive_button"),
            ("U3BOB", "positive_button"),
            ("U2ADA", "negative_button"),
        ):
            await slack.click(rated, "feedback", user, verdict)
        await until(lambda: whispers(slack) == [THANKS] * 3)
        found = feedback(desk.reception.store)
        assert [(each.sender, each.turn, each.verdict) for each in found] == [
            ("U2ADA", 1, "bad"),
            ("U3BOB", 1, "good"),
        ]
