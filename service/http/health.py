"""Whether the process lives, and whether it should be sent requests."""

import asyncio
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse

from .desk import Desk, desk_of
from .journal import note_failure

PATIENCE_S = 3.0
State = Literal["ok", "failed", "starting", "elsewhere"]
router = APIRouter(tags=["Health"])


class Alive(BaseModel):
    model_config = ConfigDict(frozen=True)

    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    model_config = ConfigDict(frozen=True)

    ready: bool
    database: State
    knowledge: State
    workers: State
    """Of this process, with their index loaded; `elsewhere` where others answer, through the file or the queue."""
    draining: bool


@router.get("/healthz")
async def alive() -> Alive:
    return Alive()


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
async def ready(request: Request) -> JSONResponse:
    desk = desk_of(request)
    database = await _database(desk)
    knowledge: State = "ok" if desk.reception.office.knowledge.components else "failed"
    workers = _workers(desk)
    able = database == knowledge == "ok" and workers in ("ok", "elsewhere") and not desk.draining
    state = Readiness(
        ready=able, database=database, knowledge=knowledge, workers=workers, draining=desk.draining
    )
    return JSONResponse(state.model_dump(), 200 if able else 503)


async def _database(desk: Desk) -> State:
    """Whether the sessions, and on PostgreSQL the queue, can be read now."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.to_thread(_look, desk)
    except desk.store.outages:
        note_failure("database away")
        return "failed"
    except TimeoutError:
        return "failed"
    return "ok"


def _look(desk: Desk) -> None:
    with desk.store.reading() as rows:
        rows("SELECT 1 FROM sessions LIMIT 1").fetchall()
        if desk.backend.many_machines:
            from service.queue import live_workers

            live_workers(rows)


def _workers(desk: Desk) -> State:
    if desk.crew is None or not desk.crew.size:
        return "elsewhere"
    if desk.crew.ready:
        return "ok"
    return "starting" if desk.crew.alive else "failed"
