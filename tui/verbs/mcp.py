"""The MCP server, on standard input and output or over HTTP; standard output is the protocol's alone."""

import sys
from argparse import Namespace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from knowledge.errors import ConfigError, InputRefused
from tui.settings import Settings

if TYPE_CHECKING:
    from service.advisor import Advisor

NEEDED = ("mcp", "uvicorn")
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8765


def run(arguments: Namespace, settings: Settings) -> int:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"The MCP server needs the extra `server` ({', '.join(missing)} is not installed).",
            "Install it: pip install 'stackwright[server]'",
        )
    if not arguments.http and (arguments.host or arguments.port is not None or arguments.allow_host):
        raise InputRefused("--host, --port and --allow-host belong to HTTP.", "Add --http.")
    from service.advisor import Advisor
    from service.log import log_places_only
    from service.telemetry import telemetry
    from tui.services import office_of

    log_places_only()
    # What a profile's bans mean needs the whole catalogue, which an agent that starts this shouldn't wait for.
    for remark in settings.knowledge_remarks() if settings.profile is None else settings.remarks():
        print(f"stackwright: {remark}", file=sys.stderr)
    advisor = Advisor(office_of(settings))
    with telemetry():
        return _http(arguments, settings, advisor) if arguments.http else _stdio(advisor)


def _stdio(advisor: "Advisor") -> int:
    from service.mcp_server import serve_stdio

    if sys.stdin.isatty():
        print(
            "stackwright: an MCP client is meant to start this and speak to it; Ctrl+C ends it.",
            file=sys.stderr,
        )
    serve_stdio(advisor)
    return 0


def _http(arguments: Namespace, settings: Settings, advisor: "Advisor") -> int:
    from service.keys import owner_of
    from service.loopback import is_loopback, key_is_needed
    from service.mcp_http import Address, serve_http
    from tui.services import backend_of

    address = Address(
        host=DEFAULT_HOST if arguments.host is None else arguments.host,
        port=DEFAULT_PORT if arguments.port is None else arguments.port,
        names=tuple(arguments.allow_host or ()),
    )
    if is_loopback(address.host):
        serve_http(advisor, address, None)
        return 0
    with backend_of(settings).opened() as store:
        key_is_needed(address.host, store)
        serve_http(advisor, address, lambda key: owner_of(store, key) is not None)
    return 0
