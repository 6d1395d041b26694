"""Whether the process lives, and whether it should be sent requests."""

import asyncio
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse

from .desk import Desk, desk_of
from .journal import note_failure

PATIENCE_S = 3.0
State = Literal["ok", "failed", "starting", "elsewhere", "none"]
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
    """With a database: `none` where none has reported lately. Else those of this process, their index loaded;
    `elsewhere` where others look into the file."""
    draining: bool


@router.get("/healthz")
async def alive() -> Alive:
    return Alive()


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
async def ready(request: Request) -> JSONResponse:
    desk = desk_of(request)
    database, reported = await _database(desk)
    knowledge: State = "ok" if desk.reception.office.knowledge.components else "failed"
    workers: State = "none" if reported == 0 else _workers(desk)
    able = database == knowledge == "ok" and workers in ("ok", "elsewhere") and not desk.draining
    state = Readiness(
        ready=able, database=database, knowledge=knowledge, workers=workers, draining=desk.draining
    )
    return JSONResponse(state.model_dump(), 200 if able else 503)


async def _database(desk: Desk) -> tuple[State, int | None]:
    """Whether the sessions can be read now and, with a queue, how many workers report to it."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return "ok", await asyncio.to_thread(_look, desk)
    except desk.store.outages:
        note_failure("database away")
    except TimeoutError:
        pass
    return "failed", None


def _look(desk: Desk) -> int | None:
    with desk.store.reading() as rows:
        rows("SELECT 1 FROM sessions LIMIT 1").fetchall()
        if not desk.backend.many_machines:
            return None
        from service.queue import live_workers

        return live_workers(rows)


def _workers(desk: Desk) -> State:
    if desk.crew is None or not desk.crew.size:
        return "elsewhere"
    if desk.crew.ready:
        return "ok"
    return "starting" if desk.crew.alive else "failed"
