"""What the routes share: the reception, the limits, what is measured, and whether this process is about to end."""

import time
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request

from agent.sessions import SessionStore
from service.backend import Backend
from service.crew import Crew
from service.reception import Reception

from .callers import Callers
from .limits import Limits
from .telemetry import Telemetry


@dataclass
class Desk:
    """One process's front end."""

    reception: Reception
    callers: Callers
    backend: Backend
    crew: Crew | None = None
    limits: Limits = field(default_factory=Limits)
    telemetry: Telemetry = field(default_factory=Telemetry)
    draining: bool = False
    """It was told to stop: what runs is finished, and others are to take what comes."""

    @property
    def store(self) -> SessionStore:
        return self.reception.store

    async def reply(self, session: str, turn: int, timeout_s: float) -> dict[str, Any] | None:
        """The reply of a turn, measured; None where none came in time."""
        began = time.monotonic()
        reply = await self.reception.reply(session, turn, timeout_s)
        self.telemetry.replied(time.monotonic() - began, reply["kind"] if reply else "none")
        return reply


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def owner_of(request: Request) -> str:
    """The caller, whom the gate has let in."""
    owner: str = request.state.owner
    return owner
