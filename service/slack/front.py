"""The front end as a process: connected to Slack over a socket, or called by it over HTTP, until it is told to stop."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from typing import Any

from knowledge.errors import ConfigError
from service.reception import Reception

from .app import build_app
from .calls import Locked, Refused, Trouble, call, open_client
from .desk import Desk
from .guard import App, Guard
from .identity import Identity
from .paths import EVENTS
from .tokens import Tokens

DRAIN_S = 20.0
"""Replies that are being posted have so long to get there; the rest is posted after the next start."""
IDLE_S = 30
PING_S = 10.0

log = logging.getLogger(__name__)


def run_front(reception: Reception, tokens: Tokens, listening: socket.socket | None = None) -> None:
    """Serve until SIGTERM or SIGINT; over HTTP where there is a socket to listen on."""
    asyncio.run(_run(reception, tokens, listening))


async def _run(reception: Reception, tokens: Tokens, listening: socket.socket | None) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with serving(reception, tokens) as (desk, identity):
        if listening is None:
            await _over_socket(desk, identity, tokens, stop)
        else:
            await _over_http(web_app(desk, identity, tokens), listening, stop)


@asynccontextmanager
async def serving(reception: Reception, tokens: Tokens) -> AsyncIterator[tuple[Desk, Identity]]:
    """A desk whose replies are posted, until the end of the block."""
    client, identity = open_client(tokens.bot, tokens.api), Identity()
    known = await identity.ask(client)
    desk = Desk(reception, client)
    work = [asyncio.create_task(desk.courier.sweep())]
    if not known:
        work.append(asyncio.create_task(identity.keep_asking(client)))
    try:
        yield desk, identity
    finally:
        for task in work:
            task.cancel()
        await desk.stop(DRAIN_S)
        for task in work:
            with suppress(asyncio.CancelledError, ConfigError):
                await task


async def _over_socket(desk: Desk, identity: Identity, tokens: Tokens, stop: asyncio.Event) -> None:
    async with connected(desk, identity, tokens):
        _say("connected to Slack; Ctrl+C ends it.")
        await stop.wait()


@asynccontextmanager
async def connected(desk: Desk, identity: Identity, tokens: Tokens) -> AsyncIterator[Any]:
    """A connection in Socket Mode; it is renewed whenever it is lost. ConfigError where the token doesn't open."""
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

    client = open_client(tokens.bot, tokens.api)
    try:
        await call(client.apps_connections_open, app_token=tokens.app)
    except (Locked, Refused) as refused:
        raise ConfigError(
            f"Slack doesn't take the app-level token ({refused.reason}).",
            "It needs the scope connections:write, and Socket Mode switched on in the app's settings.",
        ) from refused
    except Trouble as trouble:
        log.warning("Slack can't be reached; it is tried again: %s", trouble)
    handler = AsyncSocketModeHandler(
        build_app(desk, identity),
        tokens.app,
        logging.getLogger("slack_sdk.socket"),
        client,
        ping_interval=PING_S,
    )
    connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]
    try:
        yield handler
    finally:
        connecting.cancel()
        with suppress(asyncio.CancelledError):
            await connecting
        await handler.close_async()  # type: ignore[no-untyped-call]


def web_app(desk: Desk, identity: Identity, tokens: Tokens) -> App:
    """The ASGI application: the guard, and Bolt behind it."""
    from slack_bolt.adapter.asgi.aiohttp import AsyncSlackRequestHandler

    bolt: Any = AsyncSlackRequestHandler(build_app(desk, identity, tokens.secret), path=EVENTS)
    return Guard(bolt, tokens.secret)


async def _over_http(app: App, listening: socket.socket, stop: asyncio.Event) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Any:
            """Signals are this process's own business."""
            with nullcontext():
                yield

    config = uvicorn.Config(
        app,
        # Its limits on lines and headers hold; the faster parser has none.
        http="h11", ws="none", lifespan="off", log_config=None, access_log=False, server_header=False,
        proxy_headers=False, timeout_keep_alive=IDLE_S, timeout_graceful_shutdown=int(DRAIN_S),
    )  # fmt: skip
    server = Server(config)
    running = asyncio.create_task(server.serve([listening]))
    host, port = listening.getsockname()[:2]
    _say(f"waits for Slack on http://{host}:{port}{EVENTS}; Ctrl+C ends it.")
    ended = asyncio.create_task(stop.wait())
    await asyncio.wait({running, ended}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    ended.cancel()
    await running


def _say(words: str) -> None:
    print(f"stackwright: {words}", file=sys.stderr, flush=True)
