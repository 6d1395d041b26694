"""A front end as a process: a socket, an HTTP server on it, and an end that drops nobody.

Told to stop, it first says that it isn't ready, so that a balancer sends it nothing more; then it takes no
more connections, finishes the requests that run, and ends.
"""

import asyncio
import ipaddress
import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import uvicorn

from knowledge.errors import ConfigError
from service.stoppable import StoppableServer

from .app import create_app
from .desk import Desk
from .journal import note

LAME_S = 2.0
"""So long after SIGTERM requests are still taken, while readiness is refused."""
DRAIN_S = 60.0
"""Requests that run have so long to be finished."""
IDLE_S = 30.0
"""A connection without a request is closed after so long."""
THREADS = 32
"""Calls to the database that may wait at a time."""


def open_socket(host: str, port: int) -> socket.socket:
    """A listening socket; ConfigError where there can't be one."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=512)
    except (OSError, OverflowError) as error:
        raise ConfigError(
            f"{host} port {port} can't be served ({error}).", "Choose another --port."
        ) from error


def serve(desk: Desk, listening: socket.socket) -> None:
    """Answer requests until told to stop."""
    config = uvicorn.Config(
        create_app(desk),
        # Its limits on lines and headers hold; the faster parser has none.
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=int(IDLE_S),
        timeout_graceful_shutdown=int(DRAIN_S),
    )
    asyncio.run(_serving(Server(config, desk), listening))


async def _serving(server: "Server", listening: socket.socket) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "store"))
    host, port = listening.getsockname()[:2]
    url = f"http://{f'[{host}]' if ipaddress.ip_address(host).version == 6 else host}:{port}"
    note("listening", url=url)
    if sys.stderr.isatty():
        print(f"stackwright: {url}/v1, model 'stackwright'; Ctrl+C ends it.", file=sys.stderr)
    await server.serve([listening])
    note("stopped")


class Server(StoppableServer):
    """Uvicorn's, with an end in two steps."""

    def __init__(self, config: uvicorn.Config, desk: Desk) -> None:
        super().__init__(config)
        self._desk = desk
        self._closes = float("inf")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """At once for whoever sits at the terminal, and for a second signal."""
        if self._desk.draining or sig == signal.SIGINT:
            self.force_exit = self.should_exit
            self.should_exit = True
        self._desk.draining = True
        self._closes = min(self._closes, time.monotonic() + LAME_S)

    async def on_tick(self, counter: int) -> bool:
        self.should_exit = self.should_exit or time.monotonic() >= self._closes
        return await super().on_tick(counter)
