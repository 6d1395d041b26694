"""A consultation as a stream of typed events, made from its stored turns.

An event's id is `turn.n`, the n-th event of that turn. What is stored never changes, so any process of any
machine gives the same events the same ids, and a reader that went away goes on exactly where it was.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sse_starlette import ServerSentEvent
from starlette.datastructures import Headers

from agent.sessions import TurnRow
from knowledge.errors import SessionUnavailable

from .callers import CallerUnknown
from .consultation_shapes import Clash, Given, Noted, Question, Refusal, Source, Statement, Turn
from .desk import Desk
from .streams import event

LOOK_S, IDLE_LOOK_S = 0.25, 2.0
"""A consultation in which nothing waits is looked into for new messages so often, ever less often."""
WAIT_S = 2.0
"""While a reply is waited for, so often the caller's key and the end of the stream are looked at."""
RETRY_MS = 1000


class Accepted(Given):
    """`turn.accepted`: a message is stored."""

    consultation: str
    turn: int
    message: str
    created: datetime


class Notes(Given):
    """`turn.reply.notes`: what was taken over from the message, and what was not."""

    turn: int
    updates: tuple[Noted, ...]
    conflicts: tuple[Clash, ...]
    rejected: tuple[Refusal, ...]
    unused: tuple[str, ...]
    notices: tuple[str, ...]


class Told(Given):
    """`turn.reply.claim`: one sentence of the answer."""

    turn: int
    claim: Statement


class Cited(Given):
    """`turn.reply.citation`: what [number] in the text refers to."""

    turn: int
    number: int
    source: Source


class Posed(Given):
    """`turn.reply.question`: the question that is open now."""

    turn: int
    question: Question


class Done(Given):
    """`turn.done`: the whole reply as text; no more events of this turn come."""

    turn: int
    kind: str
    text: str
    done: bool


KINDS: dict[str, type[Given]] = {
    "turn.accepted": Accepted,
    "turn.reply.notes": Notes,
    "turn.reply.claim": Told,
    "turn.reply.citation": Cited,
    "turn.reply.question": Posed,
    "turn.done": Done,
}
EVENT = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "`turn.n`; send it as `Last-Event-ID` to go on after it"},
        "event": {"enum": list(KINDS)},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {
                "oneOf": [{"$ref": f"#/components/schemas/{kind.__name__}"} for kind in KINDS.values()]
            },
        },
    },
}
"""One event, for the description of the interface."""
_NAMES = {shape: name for name, shape in KINDS.items()}


class Position(NamedTuple):
    """The event that a reader has seen last."""

    turn: int = 0
    event: int = -1


def position(last_event_id: str) -> Position:
    """Where a reader goes on who has seen the event of this id, or none."""
    if not last_event_id:
        return Position()
    turn, _, event = last_event_id.partition(".")
    return Position(int(turn), int(event))


async def follow(
    desk: Desk, headers: Headers, owner: str, session: str, seen: Position, wait: bool
) -> AsyncIterator[ServerSentEvent]:
    """Events after `seen`, and, with `wait`, those to come, until the reader may read no longer or time is up."""
    ends, pause = time.monotonic() + desk.limits.stream_s, LOOK_S
    yield event(retry=RETRY_MS)
    while True:
        try:
            if await desk.callers.owner(headers) != owner:
                return
            rows = await desk.reception.turns(owner, session, max(0, seen.turn - 1))
        except (CallerUnknown, SessionUnavailable):
            return
        before, waiting = seen, None
        for row in rows:
            for number, told in enumerate(turn_events(session, row)):
                if (row.turn, number) > seen:
                    seen = Position(row.turn, number)
                    yield _sent(seen, told)
            if row.reply is None:
                waiting = row.turn
                break
        if not wait or desk.draining or time.monotonic() > ends:
            return
        if waiting is not None:
            await desk.reception.reply(session, waiting, WAIT_S)
        else:
            pause = LOOK_S if seen != before else min(pause * 1.5, IDLE_LOOK_S)
            await asyncio.sleep(pause)


def turn_events(session: str, row: TurnRow) -> Iterator[Given]:
    """The events of one stored turn, in their order."""
    turn = Turn.of(session, row)
    common: dict[str, Any] = {"turn": row.turn}
    yield Accepted(consultation=session, message=row.message, created=turn.created, **common)
    if turn.reply is None:
        return
    reply = turn.reply
    notes = Notes(
        updates=reply.updates,
        conflicts=reply.conflicts,
        rejected=reply.rejected,
        unused=reply.unused,
        notices=reply.notices,
        **common,
    )
    yield notes
    for claim in reply.claims:
        yield Told(claim=claim, **common)
    for number, source in enumerate(reply.citations, 1):
        yield Cited(number=number, source=source, **common)
    if reply.question is not None:
        yield Posed(question=reply.question, **common)
    yield Done(kind=reply.kind, text=reply.text, done=reply.done, **common)


def _sent(seen: Position, told: Given) -> ServerSentEvent:
    return event(told.model_dump_json(), event=_NAMES[type(told)], id=f"{seen.turn}.{seen.event}")
