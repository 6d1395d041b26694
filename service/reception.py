"""The desk that every front end uses: takes messages in, and gives out replies once a worker has answered.

It answers nothing itself. A message is stored before its receipt is given; a reply is looked up, so that any
front end of any machine can give it out, and again after a lost connection.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from agent.admission import admitted
from agent.language.message import MAX_CHARACTERS
from agent.sessions import Accepted, SessionRow, SessionStore, TurnRow
from knowledge.errors import InputRefused

from .office import Office
from .replies import Replies
from .retention import delete

Result = TypeVar("Result")


@dataclass
class Reception:
    """Consultations for one front end. An `owner` sees its own sessions; those of others look like none."""

    store: SessionStore
    office: Office
    replies: Replies = field(init=False)

    def __post_init__(self) -> None:
        self.replies = Replies(self.store)

    async def open(self, owner: str, identity: str = "") -> str:
        """A new session, or with an `identity` the owner's session of that name."""
        settings = {"profile": self.office.profile.name}
        session = await _beside(self.store.create, settings, owner, identity)
        if identity:
            await _beside(self.store.check_owner, session, owner)
        return session

    async def accept(self, owner: str, session: str, text: str, key: str = "", sender: str = "") -> Accepted:
        """Store a message; its receipt. A key that came before gives the receipt of then."""
        message = admitted(checked(text))
        await _beside(self.store.check_owner, session, owner)
        return await _beside(self.store.accept, session, message, key, sender)

    async def reply(self, session: str, turn: int, timeout_s: float) -> dict[str, Any] | None:
        """The stored reply of a turn as soon as there is one; None where none came in time."""
        return await self.replies.wait(session, turn, timeout_s)

    async def turns(self, owner: str, session: str, after: int = 0) -> Sequence[TurnRow]:
        await _beside(self.store.check_owner, session, owner)
        return await _beside(self.store.turns, session, after)

    async def turn(self, owner: str, session: str, turn: int) -> TurnRow | None:
        """One stored turn, or None where the session has no turn of this number."""
        await _beside(self.store.check_owner, session, owner)
        return await _beside(self.store.turn, session, turn)

    async def session(self, owner: str, session: str) -> SessionRow:
        await _beside(self.store.check_owner, session, owner)
        return await _beside(self.store.describe, session)

    async def sessions(self, owner: str) -> Sequence[SessionRow]:
        return await _beside(self.store.list, owner)

    async def delete(self, owner: str, session: str) -> None:
        """Remove a session and all that belongs to it, once nobody is answering in it."""
        await _beside(self.store.check_owner, session, owner)
        await _beside(delete, self.store, session)

    async def record(self, owner: str, session: str, form: str) -> str:
        """The decision record, `markdown`, `html` or `json`; InputRefused where nothing is known yet."""
        await _beside(self.store.check_owner, session, owner)
        return await _beside(self._record, session, form)

    def _record(self, session: str, form: str) -> str:
        from agent.decision_text import decision_text

        return decision_text(self.office.open(self.store, session), form)


def checked(text: str) -> str:
    """InputRefused for what is no message."""
    if not text.strip():
        raise InputRefused("The message is empty.", "Describe the workload in plain words.")
    check_length(text)
    return text


def check_length(text: str) -> None:
    """InputRefused for more than is read of a message."""
    if len(text) > MAX_CHARACTERS:
        raise InputRefused(
            f"The message has {len(text):,} characters; {MAX_CHARACTERS:,} are read.",
            "Send the part that matters.",
        )


async def _beside(function: Callable[..., Result], *arguments: object) -> Result:
    """Run what waits for a disk or a database beside the event loop."""
    return await asyncio.to_thread(function, *arguments)
