"""MCP over streamable HTTP: loopback unless a key protects it, and no web page can reach it by another name.

A page in a browser may send requests to this machine, also under a name of its own that it lets point here
(DNS rebinding): so the Host must be one that the server was told, and the Origin, if there is one, the server's
own.
"""

import socket
import sys
from collections.abc import Callable
from typing import NamedTuple

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp

from knowledge.errors import ConfigError

from .admitted_requests import AdmittedRequests
from .advisor import Advisor
from .bearer import BearerKey
from .mcp_server import build_server
from .patience import patient
from .stoppable import StoppableServer

PATH = "/mcp"
MOST_BYTES = 1_000_000
"""Of a request's body; a workload is a few kilobytes."""
BODY_S = 10.0
"""A body must have arrived after so long."""
MOST_AT_ONCE = 64
"""Requests that run; more are told to come back."""
GRACE_S = 10
"""Told to stop, the requests that run have so long to be finished."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - recognised, so that it can be refused without names


class Address(NamedTuple):
    """Where to listen, and who may call how."""

    host: str
    port: int
    names: tuple[str, ...] = ()
    """Further host names by which clients call."""


def serve_http(advisor: Advisor, address: Address, opens: Callable[[str], bool] | None) -> None:
    """Listen until stopped; `opens` tells which keys open, None that none is needed."""
    check(address)
    with _bound(address) as listening:
        port = listening.getsockname()[1]
        app = build_app(advisor, address._replace(port=port), opens)
        print(
            f"stackwright: MCP on http://{_bracketed(address.host)}:{port}{PATH}", file=sys.stderr, flush=True
        )
        config = uvicorn.Config(
            app,
            http=patient(),
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
        StoppableServer(config).run(sockets=[listening])


def check(address: Address) -> None:
    """ConfigError for an address that says nothing of the names by which clients call."""
    if address.host in EVERYWHERE and not address.names:
        raise ConfigError(
            f"{address.host or 'An empty host'} listens on every address of this machine.",
            "Say by which name clients call it: --allow-host NAME.",
        )


def build_app(advisor: Advisor, address: Address, opens: Callable[[str], bool] | None) -> ASGIApp:
    """The ASGI application behind its checks."""
    app: ASGIApp = build_server(advisor).streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=MOST_BYTES,
        transport_security=TransportSecuritySettings(
            allowed_hosts=allowed_hosts(address),
            allowed_origins=[
                f"{scheme}://{host}" for scheme in ("http", "https") for host in allowed_hosts(address)
            ],
        ),
    )
    app = AdmittedRequests(app, MOST_AT_ONCE, MOST_BYTES, BODY_S)
    return app if opens is None else BearerKey(app, opens)


def allowed_hosts(address: Address) -> list[str]:
    """Values of the Host header that are answered: the names with the port, and as a proxy passes them on."""
    own = () if address.host in EVERYWHERE else (address.host,)
    bound = dict.fromkeys((*LOOPBACK, *own))
    with_port = [f"{_bracketed(name)}:{address.port}" for name in (*bound, *address.names)]
    return [*with_port, *(_bracketed(name) for name in address.names)]


def _bracketed(host: str) -> str:
    """
    >>> _bracketed("::1"), _bracketed("advisor.example.org:8443")
    ('[::1]', 'advisor.example.org:8443')
    """
    return f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host


def _bound(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server((address.host, address.port), family=family)
    except (OSError, OverflowError) as error:
        raise ConfigError(
            f"{_bracketed(address.host)}:{address.port} can't be listened on: {error}.",
            "Another program may use the port; choose one with --port.",
        ) from error
