"""Server-sent events: opened so that a process that is told to stop finishes what it has begun to say."""

from collections.abc import AsyncIterator, Mapping

from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import AppStatus

from .desk import Desk

# By default a stream is cut at the first signal. Those here end by themselves, soon, once the desk is draining.
AppStatus.enable_automatic_graceful_drain = False
SEND_S = 30.0
"""A reader that takes nothing for so long is let go."""


def open_stream(
    events: AsyncIterator[ServerSentEvent], desk: Desk, headers: Mapping[str, str] | None = None
) -> EventSourceResponse:
    """The events as a response, with a sign of life while there are none."""
    return EventSourceResponse(
        events,
        headers=headers,
        sep="\n",
        ping=desk.limits.keep_alive_s,
        ping_message_factory=lambda: ServerSentEvent(comment="keep-alive", sep="\n"),
        send_timeout=SEND_S,
    )
