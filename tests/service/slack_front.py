"""A front end in this process, connected to the fake Slack, with a worker beside it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn

from agent.sessions import SessionStore
from service.backend import Backend
from service.office import Office
from service.reception import Reception
from service.retention import Retention
from service.slack.desk import Desk
from service.slack.front import connected, serving, web_app
from service.slack.tokens import Tokens
from service.worker import FileWorker

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


def open_postings(store: SessionStore) -> int:
    with store.reading() as rows:
        found = rows("SELECT COUNT(*) FROM postings WHERE state <> 'posted'").fetchone()
    return int(found[0])
