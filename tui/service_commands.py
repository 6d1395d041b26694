"""The part of the command line that starts services for other programs."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]


def add_services(verbs: "Verbs", common: argparse.ArgumentParser) -> None:
    """`serve`, `slack`, `worker`, `keys` and `mcp`."""
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = shared.add_argument_group("services")
    group.add_argument(
        "--database", metavar="URL", help="PostgreSQL address (default: a file on this machine)"
    )
    group.add_argument("--threads", type=int, metavar="N", help="messages a worker answers at a time")
    group.add_argument(
        "--retention-days", type=float, metavar="N", help="delete what nobody writes to (default: keep)"
    )
    _serve(verbs, [common, shared])
    _slack(verbs, [common, shared])
    verbs.add_parser("worker", parents=[common, shared], help="answer messages that other processes take in")
    _keys(verbs, [common, shared])
    _mcp(verbs, [common, shared])


def _serve(verbs: "Verbs", parents: list[argparse.ArgumentParser]) -> None:
    serve = verbs.add_parser("serve", parents=parents, help="HTTP: OpenAI-compatible and native")
    serve.add_argument("--host", default="127.0.0.1", help="another address than this needs an API key")
    serve.add_argument("--port", type=int, default=8321)
    serve.add_argument(
        "--workers",
        type=int,
        default=argparse.SUPPRESS,
        metavar="N",
        help="processes that answer (0: none here)",
    )
    for name, words in (("per-minute", "a minute"), ("at-once", "at a time")):
        serve.add_argument(
            f"--requests-{name}",
            type=int,
            default=argparse.SUPPRESS,
            metavar="N",
            help=f"requests of one key {words}",
        )


def _slack(verbs: "Verbs", parents: list[argparse.ArgumentParser]) -> None:
    slack = verbs.add_parser(
        "slack",
        parents=parents,
        help="Slack: mentions and messages to the app",
        description="Reads SLACK_BOT_TOKEN, and SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP).",
    )
    slack.add_argument("--manifest", action="store_true", help="print the app manifest for Slack, and end")
    slack.add_argument("--url", metavar="URL", default="", help="with --manifest: where Slack reaches --http")
    slack.add_argument("--http", action="store_true", help="be called by Slack instead of connecting to it")
    slack.add_argument("--host", default="127.0.0.1", help="with --http: address to listen on")
    slack.add_argument("--port", type=int, default=3000, help="with --http")
    slack.add_argument(
        "--workers",
        type=int,
        default=argparse.SUPPRESS,
        metavar="N",
        help="processes that answer (0: none here)",
    )


def _keys(verbs: "Verbs", parents: list[argparse.ArgumentParser]) -> None:
    keys = verbs.add_parser("keys", help="API keys of the services")
    actions = keys.add_subparsers(dest="action", metavar="action", required=True)
    actions.add_parser("add", parents=parents, help="a new key, shown once").add_argument("name")
    actions.add_parser("list", parents=parents, help="names and dates, never the keys")
    actions.add_parser("revoke", parents=parents, help="a key that shall no longer open").add_argument("name")


def _mcp(verbs: "Verbs", parents: list[argparse.ArgumentParser]) -> None:
    mcp = verbs.add_parser("mcp", parents=parents, help="tools and advice for coding agents, over MCP")
    mcp.add_argument(
        "--http", action="store_true", help="streamable HTTP instead of standard input and output"
    )
    mcp.add_argument("--host", metavar="ADDRESS", help="with --http: where to listen (default: 127.0.0.1)")
    mcp.add_argument("--port", type=int, metavar="N", help="with --http (default: 8765; 0: any free one)")
    mcp.add_argument(
        "--allow-host",
        action="append",
        metavar="NAME",
        help="with --http: a further name that clients call it by",
    )
