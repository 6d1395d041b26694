"""A front end in this process, connected to the fake Slack, with a worker beside it."""

import asyncio
import copy
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn

from agent.sessions import SessionStore
from service.backend import Backend
from service.file_worker import FileWorker
from service.office import Office
from service.reception import Reception
from service.retention import Retention
from service.slack.desk import Desk
from service.slack.front import connected, serving, web_app
from service.slack.tokens import Tokens

from .fake_slack import APP_TOKEN, BOT_TOKEN, SECRET, FakeSlack, until


@contextmanager
def working(folder: Path, office: Office) -> Iterator[None]:
    """A worker on the file in `folder`."""
    stop = threading.Event()
    worker = FileWorker(Backend(folder=folder), office, Retention())
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@asynccontextmanager
async def front(slack: FakeSlack, folder: Path, office: Office, http: bool = False) -> AsyncIterator[Desk]:
    """The front end, connected in Socket Mode or waiting for calls over HTTP."""
    tokens = Tokens(BOT_TOKEN, APP_TOKEN, SECRET, slack.api)
    with Backend(folder=folder).opened() as store:
        async with serving(Reception(store, office), tokens) as (desk, identity):
            if not http:
                async with connected(desk, identity, tokens):
                    await slack.connected()
                    yield desk
                return
            config = uvicorn.Config(
                web_app(desk, identity, tokens), port=0, log_level="error", lifespan="off"
            )
            async with _web(uvicorn.Server(config)) as port:
                slack.events_url = f"http://127.0.0.1:{port}/slack/events"
                yield desk


@asynccontextmanager
async def _web(server: uvicorn.Server) -> AsyncIterator[int]:
    running = asyncio.create_task(server._serve())
    await until(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


def stored_replies(office: Office, folder: Path) -> list[dict[str, Any]]:
    """A short reply, which asks a question with choices, and a long one, as a worker gave them."""
    with Backend(folder=folder).opened() as store:
        session = store.create({})
        for message in ("RAG over 50,000 documents for 200 lawyers", "GDPR applies", "just recommend"):
            store.accept(session, message)
        office.answer(store, session)
        return [row.reply for row in store.turns(session) if row.reply][1:]


@asynccontextmanager
async def answering(store: SessionStore, replies: list[dict[str, Any]]) -> AsyncIterator[None]:
    """Answers the first message of each session with the first reply, and so on; the last one is for all others."""

    async def answer() -> None:
        while True:
            await asyncio.sleep(0.1)
            for session in store.waiting_sessions():
                for row in store.waiting(session):
                    reply = copy.deepcopy(replies[min(row.turn, len(replies)) - 1])
                    store.finish(session, row.turn, {**reply, "turn": row.turn}, "interviewing", "t", "")

    task = asyncio.create_task(answer())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def shown(slack: FakeSlack, channel: str) -> str:
    """All that the app has said in a channel, notes apart."""
    return "\n".join(message["text"] for message in slack.replies(channel))


def is_advised(slack: FakeSlack, channel: str, thread: str = "") -> bool:
    """Whether the last message in a channel or thread offers the decision record, as the end of advice does."""
    replies = slack.replies(channel, thread)
    return bool(replies) and '"record-' in json.dumps(replies[-1]["blocks"])


def listed(count: int) -> list[str]:
    """The texts over `count` messages of sources."""
    return ["**Sources**", *["**Sources**, continued"] * (count - 1)]
