"""Answers that say no: problem objects (RFC 9457), or errors as OpenAI's servers shape them where its clients ask."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

PROBLEM = "application/problem+json"
NATIVE = "/v1/consultations"
NOT_FOUND = "There is no such consultation."
"""Of one that is missing and one that is another's, word for word."""
BROKEN = "This went wrong here."
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class Fault(Shape):
    """What is wrong with one part of a request."""

    where: str
    """The part, e.g. `body.message`."""
    what: str


class Problem(Shape):
    """Why a request was refused."""

    title: str
    status: int
    detail: str
    faults: tuple[Fault, ...] = ()


class OpenAIError(Shape):
    """One error of OpenAI's servers."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class OpenAIErrors(Shape):
    """A refusal as OpenAI's clients read it."""

    error: OpenAIError


def refusal(
    path: str,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    faults: Sequence[Fault] = (),
    code: str = "",
) -> Response:
    """The refusal in the shape that clients of this path read."""
    if not path.startswith("/v1/") or path.startswith(NATIVE):
        problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, faults=tuple(faults))
        return _answer(problem, status, PROBLEM, headers)
    named = "; ".join(f"{fault.where}: {fault.what}" for fault in faults)
    error = openai_error(status, f"{detail} {named}".strip(), faults[0].where if faults else None, code)
    return _answer(error, status, "application/json", headers)


def openai_error(status: int, message: str, param: str | None = None, code: str = "") -> OpenAIErrors:
    """An error of this status as OpenAI's clients read it."""
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    return OpenAIErrors(error=OpenAIError(message=message, type=kind, param=param, code=code or None))


def _answer(shape: Shape, status: int, media_type: str, headers: Mapping[str, str] | None) -> Response:
    # In ASCII: what is wrong may hold half a character, which UTF-8 has no bytes for.
    return Response(json.dumps(shape.model_dump()), status, headers=headers, media_type=media_type)
