"""`stackwright slack`: the advisor in Slack, over Socket Mode or HTTP, with workers beside it."""

import logging
import os
import socket
from argparse import Namespace
from contextlib import AbstractContextManager, nullcontext

from knowledge.errors import ConfigError
from tui.services import backend_of, crew_of, missing, office_of
from tui.settings import Settings


def run(arguments: Namespace, settings: Settings) -> int:
    if arguments.manifest:
        from service.slack.manifest import manifest_for, manifest_text

        print(manifest_for(arguments.url) if arguments.url else manifest_text(), end="")
        return 0
    try:
        from service.slack.front import run_front
        from service.slack.tokens import Tokens
    except ImportError as error:
        raise missing("slack", error) from error
    from service.backend import refuse_newer
    from service.log import log_places_only
    from service.reception import Reception
    from service.telemetry import telemetry

    tokens = Tokens.read(os.environ, arguments.http)
    # What libraries warn of may hold parts of messages, which don't belong into a log.
    log_places_only()
    # It warns of every event that nobody listens to.
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
    # It tells its progress as a warning of its own logger.
    logging.getLogger("bm25s").setLevel(logging.ERROR)
    with telemetry(), backend_of(settings).opened() as store:
        refuse_newer(store)
        with _listening(arguments) as listening, crew_of(settings):
            run_front(Reception(store, office_of(settings)), tokens, listening)
    return 0


def _listening(arguments: Namespace) -> AbstractContextManager[socket.socket | None]:
    if not arguments.http:
        return nullcontext()
    try:
        family = socket.getaddrinfo(arguments.host, arguments.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((arguments.host, arguments.port), family=family, backlog=512)
    except (OSError, OverflowError) as error:
        raise ConfigError(
            f"{arguments.host} port {arguments.port} can't be served ({error}).", "Choose another --port."
        ) from error
