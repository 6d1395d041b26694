"""Server-sent events: opened so that a process that is told to stop finishes what it has begun to say."""

from collections.abc import AsyncIterator, Mapping

from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import AppStatus

from .desk import Desk

# By default a stream is cut at the first signal. Those here end by themselves, soon, once the desk is draining.
AppStatus.enable_automatic_graceful_drain = False
END = "\n"
SEND_S = 30.0
"""A reader that takes nothing for so long is let go."""


def event(data: str | None = None, **fields: str | int) -> ServerSentEvent:
    """One event; lines end as OpenAI's servers end them."""
    return ServerSentEvent(data, sep=END, **fields)  # type: ignore[arg-type]


def open_stream(
    events: AsyncIterator[ServerSentEvent], desk: Desk, headers: Mapping[str, str] | None = None
) -> EventSourceResponse:
    """The events as a response, with a sign of life while there are none."""
    return EventSourceResponse(
        events,
        headers=headers,
        sep=END,
        ping=desk.limits.keep_alive_s,
        ping_message_factory=lambda: event(comment="keep-alive"),
        send_timeout=SEND_S,
    )
