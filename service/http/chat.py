"""The OpenAI-compatible endpoint: a consultation behind the requests that any chat window or SDK sends."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from sse_starlette import ServerSentEvent
from starlette.responses import Response

from service.histories import Place, place
from service.reception import check_length

from .answer_text import answer_text, pieces
from .chat_shapes import (
    MODEL,
    UNREAD,
    AnswerChoice,
    AnswerMessage,
    ChatRequest,
    Completion,
    Extension,
    Model,
    Models,
    usage,
)
from .desk import Desk, desk_of, owner_of
from .refusals import OpenAIErrors, openai_error, refusal
from .streams import event, open_stream

LATE = "The answer takes longer than is waited for here; send the same messages again to get it."
ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": OpenAIErrors, "description": words}
    for status, words in {
        400: "The request can't be read",
        401: "No key that opens",
        403: "Not from here",
        404: "No such model",
        408: "The body came too slowly",
        413: "The body is too large",
        415: "The body isn't JSON",
        429: "Too many requests",
        503: "The database is away for a moment",
        504: "The answer takes longer",
    }.items()
}
CHUNK = {
    "type": "object",
    "properties": {"data": {"type": "string", "description": "a `chat.completion.chunk`, at last `[DONE]`"}},
}
"""One event of a streamed answer, for the description of the interface."""
router = APIRouter(prefix="/v1", tags=["OpenAI-compatible"], responses=ERRORS)
STARTED = int(time.time())


@router.get("/models")
async def list_models() -> Models:
    """The one model there is."""
    return Models(data=(Model(created=STARTED),))


@router.get("/models/{model}")
async def get_model(model: str) -> Model:
    _check_model(model)
    return Model(created=STARTED)


@router.post(
    "/chat/completions",
    response_model=Completion,
    responses={200: {"content": {"text/event-stream": {"schema": CHUNK}}}},
)
async def complete(request: Request, body: ChatRequest) -> Response:
    """Answer the last message of a chat whose whole history is sent along."""
    _check_model(body.model)
    desk, history = desk_of(request), await asyncio.to_thread(_history, body)
    settings = {"profile": desk.reception.office.profile.name}
    found = await asyncio.to_thread(place, desk.store, owner_of(request), history, settings)
    answer = _Answer(desk, body, found)
    if body.stream:
        return open_stream(answer.chunks(), desk)
    return await answer.whole()


def _check_model(model: str) -> None:
    if model != MODEL:
        raise HTTPException(404, f"There is no such model here; it is called {MODEL!r}.")


def _history(body: ChatRequest) -> list[str]:
    """What the user said, or an empty message, which asks for the first question."""
    if body.of_user:
        check_length(body.of_user[-1].text)
    return body.history() or [""]


class _Answer:
    """The answer to one request, whole or in chunks."""

    def __init__(self, desk: Desk, body: ChatRequest, found: Place) -> None:
        self._desk, self._body, self._place = desk, body, found
        self._common = {
            "id": f"chatcmpl-{found.session}-{found.turn}",
            "created": int(time.time()),
            "model": MODEL,
            "system_fingerprint": f"kn_{desk.reception.office.knowledge.hash[:12]}",
        }

    async def whole(self) -> Response:
        reply = await self._reply()
        if reply is None:
            return refusal("/v1/chat/completions", 504, LATE, {"Retry-After": "1"})
        text = self._text(reply)
        completion = Completion(
            **self._common,
            choices=(AnswerChoice(message=AnswerMessage(content=text)),),
            usage=usage(self._body, text),
            stackwright=self._extension(reply),
        )
        return Response(completion.model_dump_json(), media_type="application/json")

    async def chunks(self) -> AsyncIterator[ServerSentEvent]:
        """The role at once, the text when it is there, the reason why it ends, what it cost, the end."""
        yield self._chunk({"role": "assistant", "content": "", "refusal": None})
        reply = await self._reply()
        if reply is None:
            yield event(openai_error(504, LATE).model_dump_json())
            return
        text = self._text(reply)
        for piece in pieces(text):
            yield self._chunk({"content": piece})
        yield self._chunk({}, "stop", {"stackwright": self._extension(reply).model_dump(mode="json")})
        if self._wants_usage:
            cost = usage(self._body, text).model_dump()
            yield self._event({"choices": [], "usage": cost})
        yield event("[DONE]")

    def _chunk(
        self, delta: dict[str, Any], finish: str | None = None, more: dict[str, Any] | None = None
    ) -> ServerSentEvent:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return self._event(
            {"choices": [choice], **({"usage": None} if self._wants_usage else {}), **(more or {})}
        )

    def _event(self, values: dict[str, Any]) -> ServerSentEvent:
        return event(
            json.dumps({**self._common, "object": "chat.completion.chunk", **values}, ensure_ascii=False)
        )

    @property
    def _wants_usage(self) -> bool:
        options = self._body.stream_options
        return bool(options and options.include_usage)

    async def _reply(self) -> dict[str, Any] | None:
        return await self._desk.reply(*self._place, self._desk.limits.reply_s)

    def _text(self, reply: dict[str, Any]) -> str:
        unread = self._body.of_user[-1].unread if self._body.of_user else ()
        kinds = dict.fromkeys(UNREAD[kind] for kind in unread)
        remark = f"I read text alone; not read: {', '.join(kinds)}." if kinds else ""
        return answer_text(reply, remark)

    def _extension(self, reply: dict[str, Any]) -> Extension:
        return Extension(
            session=self._place.session,
            turn=self._place.turn,
            kind=reply["kind"],
            done=reply.get("done", False),
            question=reply.get("question"),
            citations=tuple(reply.get("citations", ())),
        )
