"""The native API: consultations, their turns, events and decision records."""

import hashlib
import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, HTTPException, Path, Query, Request, Response
from sse_starlette import EventSourceResponse

from agent.admission import admitted
from agent.sessions import Accepted
from knowledge.errors import InputRefused, StateUnreadable

from .consultation_shapes import Consultation, Consultations, NewConsultation, NewTurn, Opened, Turn, Turns
from .desk import Desk, desk_of, owner_of
from .events import EVENT, follow, position
from .refusals import NATIVE, PROBLEM
from .streams import open_stream

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": words, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, words in {
        400: "The request can't be read",
        401: "No key that opens",
        403: "Not from here",
        404: "No such consultation or turn of yours",
        408: "The body came too slowly",
        413: "The body is too large",
        415: "The body isn't JSON",
        422: "The request isn't as described here",
        429: "Too many requests",
        503: "The database is away for a moment",
    }.items()
}
UNKNOWN: dict[int | str, dict[str, Any]] = {
    409: {**PROBLEMS[422], "description": "Nothing is known yet, or not any more"}
}
USED: dict[int | str, dict[str, Any]] = {
    409: {**PROBLEMS[422], "description": "The Idempotency-Key came before with another message"}
}
MEDIA = {"markdown": "text/markdown", "json": "application/json", "html": "text/html"}
STYLED = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}
"""A record in HTML brings its own style, and nothing else."""
WAIT = re.compile(r"(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])")

router = APIRouter(prefix=NATIVE, tags=["Consultations"], responses=PROBLEMS)
Identity = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:-]{1,128}$", description="of the consultation")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="of the turn, from 1")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,200}$",
        description="The same key is the same message, however often it is delivered",
    ),
]
Prefer = Annotated[
    str, Header(max_length=1000, description="`wait=30`: answer when the reply is there, at most 30 s later")
]


@router.post("", status_code=201, responses=USED)
async def open_consultation(
    request: Request, response: Response, body: NewConsultation, key: Key = None
) -> Opened:
    """A new consultation; with a key, the one that was opened by it."""
    desk, owner = desk_of(request), owner_of(request)
    session = await desk.reception.open(owner, _identity(owner, key) if key else "")
    turn = None
    if body.message is not None:
        turn = await _accepted(desk, owner, session, body.message, key or "")
    response.headers["Location"] = f"{NATIVE}/{session}"
    return Opened(consultation=Consultation.of(await desk.reception.session(owner, session)), turn=turn)


@router.get("")
async def list_consultations(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Consultations:
    """The caller's own, the newest first; those without a message are left out."""
    rows = await desk_of(request).reception.sessions(owner_of(request))
    return Consultations(consultations=tuple(map(Consultation.of, rows[offset : offset + limit])))


@router.get("/{identity}")
async def get_consultation(request: Request, identity: Identity) -> Consultation:
    return Consultation.of(await desk_of(request).reception.session(owner_of(request), identity))


@router.delete("/{identity}", status_code=204)
async def delete_consultation(request: Request, identity: Identity) -> None:
    """Remove it and all that belongs to it."""
    await desk_of(request).reception.delete(owner_of(request), identity)


@router.get("/{identity}/turns")
async def list_turns(
    request: Request, identity: Identity, after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> Turns:
    rows = await desk_of(request).reception.turns(owner_of(request), identity, after)
    return Turns(turns=tuple(Turn.of(identity, row) for row in rows))


@router.post(
    "/{identity}/turns",
    status_code=202,
    responses={200: {"model": Turn, "description": "The turn with its reply"}, **USED},
)
async def send_message(
    request: Request,
    response: Response,
    identity: Identity,
    body: NewTurn,
    key: Key = None,
    prefer: Prefer = "",
) -> Turn:
    """Store a message. It is answered in the order of its arrival; `Location` is where the reply will be."""
    desk, owner = desk_of(request), owner_of(request)
    turn = await _accepted(desk, owner, identity, body.message, key or "")
    response.headers["Location"] = f"{NATIVE}/{identity}/turns/{turn.turn}"
    wait = WAIT.search(prefer)
    if wait is not None and turn.reply is None:
        response.headers["Preference-Applied"] = f"wait={wait[1]}"
        await desk.reply(identity, turn.turn, min(float(wait[1]), desk.limits.reply_s))
        turn = await _stored(desk, owner, identity, turn.turn)
    if turn.reply is not None:
        response.status_code = 200
    return turn


@router.get("/{identity}/turns/{number}")
async def get_turn(request: Request, identity: Identity, number: Number) -> Turn:
    return await _stored(desk_of(request), owner_of(request), identity, number)


@router.get(
    "/{identity}/events",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {"schema": EVENT}}}},
)
async def get_events(
    request: Request,
    identity: Identity,
    follow_on: Annotated[
        bool, Query(alias="follow", description="false: end with what is stored now")
    ] = True,
    last_event_id: Annotated[str, Header(pattern=r"^([0-9]{1,9}\.[0-9]{1,9})?$")] = "",
) -> EventSourceResponse:
    """Events of all turns, or of those after `Last-Event-ID`: `turn.accepted`, then `turn.reply.notes`,
    `turn.reply.claim`, `turn.reply.citation` and `turn.reply.question` as far as there are any, and `turn.done`."""
    desk, owner, seen = desk_of(request), owner_of(request), position(last_event_id)
    await desk.reception.session(owner, identity)
    return open_stream(follow(desk, request.headers, owner, identity, seen, follow_on), desk)


@router.get(
    "/{identity}/record",
    response_class=Response,
    responses={
        200: {"content": {media: {"schema": {"type": "string"}} for media in MEDIA.values()}},
        **UNKNOWN,
    },
)
async def get_record(
    request: Request, identity: Identity, form: Literal["markdown", "json", "html"] = "markdown"
) -> Response:
    """The decision record on what is known now."""
    try:
        text = await desk_of(request).reception.record(owner_of(request), identity, form)
    except (InputRefused, StateUnreadable) as error:
        raise HTTPException(409, str(error)) from error
    return Response(text, media_type=MEDIA[form], headers=STYLED if form == "html" else None)


async def _accepted(desk: Desk, owner: str, session: str, message: str, key: str) -> Turn:
    """The turn of a message, stored now or, under the same key, before."""
    name = f"key:{key}" if key else ""
    accepted: Accepted = await desk.reception.accept(owner, session, message, name)
    turn = await _stored(desk, owner, session, accepted.turn)
    if accepted.duplicate and turn.message != admitted(message):
        raise HTTPException(409, "This Idempotency-Key came before with another message.")
    return turn


async def _stored(desk: Desk, owner: str, session: str, number: int) -> Turn:
    row = await desk.reception.turn(owner, session, number)
    if row is None:
        raise HTTPException(404, "There is no such turn.")
    return Turn.of(session, row)


def _identity(owner: str, key: str) -> str:
    """The name of the session that this owner opens by this key."""
    return f"key-{hashlib.sha256(f'{owner} {key}'.encode()).hexdigest()[:32]}"
