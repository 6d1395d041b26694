"""The ASGI application: routes, and what becomes of every error."""

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from knowledge.errors import InputRefused, SessionUnavailable

from . import chat, consultations, events, health
from .desk import Desk
from .gate import Gate
from .observer import Observer
from .refusals import BROKEN, NATIVE, NOT_FOUND, Fault, Problem, refusal

DESCRIPTION = (
    "An advisor that interviews you about an AI workload and recommends a cited infrastructure stack."
)
UNOBSERVED: TelemetryConfig = {
    "tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False
}  # fmt: skip
"""The framework's own traces hold paths and errors, in which users' words may be; the observer's don't."""
ROUTERS = (chat.router, consultations.router, health.router)


def create_app(desk: Desk) -> ASGIApp:
    """The application, behind its gate."""
    api = FastAPI(
        title="stackwright", description=DESCRIPTION, docs_url=None, redoc_url=None, telemetry=UNOBSERVED
    )
    api.state.desk = desk
    for router in ROUTERS:
        api.include_router(router)
    for kind, handler in _handlers(desk).items():
        api.add_exception_handler(kind, handler)
    api.openapi = lambda: _described(api, desk.callers.key_needed)  # type: ignore[method-assign]
    return Observer(Gate(api, desk.callers, desk.limits), desk.telemetry)


def _handlers(desk: Desk) -> dict[type[Exception], Any]:
    return {
        RequestValidationError: _invalid,
        HTTPException: _http,
        InputRefused: _refused,
        SessionUnavailable: _missing,
        **dict.fromkeys(desk.store.outages, _away),
        Exception: _broken,
    }


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    """What is wrong and where, without what was sent."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "POST" and not (kind == "application/json" or kind.endswith("+json")):
        return refusal(request.url.path, 415, "Send JSON, as 'Content-Type: application/json'.")
    faults = [
        Fault(where=".".join(map(str, item["loc"]))[:200], what=str(item["msg"]))
        for item in error.errors()[:20]
    ]
    native = request.url.path.startswith(NATIVE)
    return refusal(request.url.path, 422 if native else 400, "The request isn't as described.", faults=faults)


async def _http(request: Request, error: HTTPException) -> Response:
    code = "model_not_found" if error.status_code == 404 else ""
    headers = {"Allow": _allowed(request.url.path)} if error.status_code == 405 else error.headers
    return refusal(request.url.path, error.status_code, str(error.detail), headers, code=code)


def _allowed(path: str) -> str:
    """The methods of all routes of this path; the router names those of one."""
    routes = (route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute))
    methods = {name for route in routes if route.path_regex.match(path) for name in route.methods or ()}
    return ", ".join(sorted(methods))


async def _refused(request: Request, error: InputRefused) -> Response:
    native = request.url.path.startswith(NATIVE)
    return refusal(request.url.path, 422 if native else 400, str(error))


async def _missing(request: Request, error: SessionUnavailable) -> Response:
    return refusal(request.url.path, 404, NOT_FOUND)


async def _away(request: Request, error: Exception) -> Response:
    return refusal(request.url.path, 503, "The database is away for a moment.", {"Retry-After": "2"})


async def _broken(request: Request, error: Exception) -> Response:
    """The observer hears of it as well, and notes where it arose."""
    return refusal(request.url.path, 500, BROKEN)


def _described(api: FastAPI, key_needed: bool) -> dict[str, Any]:
    """The OpenAPI description, with the shapes that no route names, and what a caller must send."""
    if api.openapi_schema is None:
        described = get_openapi(
            title=api.title, version=api.version, description=api.description, routes=api.routes
        )
        components = described.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        shapes: tuple[type[BaseModel], ...] = (Problem, *events.KINDS.values())
        for shape in shapes:
            schema = shape.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(schema.pop("$defs", {}))
            schemas[shape.__name__] = schema
        _without_defaults(described)
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        described["security"] = [{"key": []}] if key_needed else [{"key": []}, {}]
        for path in ("/healthz", "/readyz"):
            described["paths"][path]["get"]["security"] = []
        api.openapi_schema = described
    return api.openapi_schema


def _without_defaults(described: dict[str, Any]) -> None:
    """Take out the framework's own shape of a validation error, which is never sent."""
    for name in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(name, None)
    for path in described["paths"].values():
        for operation in path.values():
            if "application/json" in operation["responses"].get("422", {}).get("content", {}):
                del operation["responses"]["422"]
