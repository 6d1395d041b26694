"""What is to be posted and what has been: one row for each turn, written before and after each step.

A row is `due` until somebody takes it, `posting …` while its taker works on it and says so every few seconds,
then `posted` or `given up`. A taker that dies falls silent, and another one goes on from its last note.
"""

import time
import uuid
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from agent.sessions import Rows, SessionStore

DUE, POSTED, GIVEN_UP, POSTING = "due", "posted", "given up", "posting"
SILENCE_S = 10.0
"""Whoever hasn't been heard of for so long is taken for dead."""
CLOSED = {"posted": POSTED, "given": GIVEN_UP}


class Destination(BaseModel):
    """Where a reply goes and for whom it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sender: str = ""
    """Who wrote the message."""
    bot: str = ""
    """Who we are there."""
    remark: str = ""
    """What has to be said of the message itself, e.g. that it was cut."""


class Progress(BaseModel):
    """How far the posting of a reply has got."""

    model_config = ConfigDict(extra="forbid")

    page: int = 0
    """Pages that are done."""
    start: int = 0
    """Characters of the present page that stand in messages that are finished."""
    open: str = ""
    """The message that holds the rest of the present page, finished or not."""
    unsure: bool = False
    """A message was about to be posted; whether it was isn't known."""
    since: float = 0.0
    """When that was."""
    used: list[str] = []
    """All messages that hold parts of this reply."""
    told: bool = False
    """It was said that the answer takes longer."""
    late: bool = False
    """The posting says that it comes late; settled before its first message, since it is part of the text."""

    @property
    def begun(self) -> bool:
        """Whether a part of it is in the thread, or may be."""
        return bool(self.used or self.unsure)


class Posting(NamedTuple):
    """One row."""

    session: str
    turn: int
    destination: Destination
    progress: Progress
    state: str
    created: float
    """When the message was stored."""


class Postings:
    """The rows of one process, which signs what it takes with a name of its own."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self._mine = f"{POSTING} {uuid.uuid4().hex}"

    def note(self, session: str, turn: int, destination: Destination) -> None:
        """That the reply of a turn is to be posted; once a turn."""
        with self._store.transaction() as rows:
            rows(
                "INSERT INTO postings (session, turn, place, state, reference, changed)"
                " VALUES (:id, :turn, :place, :due, '', :now) ON CONFLICT (session, turn) DO NOTHING",
                id=session,
                turn=turn,
                place=destination.model_dump_json(),
                due=DUE,
                now=time.time(),
            )

    def open_sessions(self) -> list[str]:
        """Sessions with a reply that is to be posted."""
        with self._store.reading() as rows:
            found = rows(
                "SELECT DISTINCT session FROM postings WHERE state <> :posted AND state <> :given", **CLOSED
            )
            return [row[0] for row in found.fetchall() if row[0].startswith("slack:")]

    def next(self, session: str) -> Posting | None:
        """The earliest reply of a session that is still to be posted."""
        with self._store.reading() as rows:
            return _first(rows, session)

    def take(self, session: str, turn: int) -> Posting | None:
        """The row for this process alone; None where another one has it, or an earlier reply comes first."""
        now = time.time()
        with self._store.transaction() as rows:
            posting = _first(rows, session)
            if posting is None or posting.turn != turn:
                return None
            taken = rows(
                "UPDATE postings SET state = :mine, changed = :now WHERE session = :id AND turn = :turn"
                " AND state = :state AND (state = :due OR state = :mine OR changed < :silent)",
                mine=self._mine,
                now=now,
                id=session,
                turn=turn,
                state=posting.state,
                due=DUE,
                silent=now - SILENCE_S,
            ).rowcount
        return posting if taken else None

    def alive(self, posting: Posting) -> bool:
        """Say that this process is still at it; False where it isn't its any more."""
        return self._set("changed = :now", posting)

    def keep(self, posting: Posting) -> bool:
        """Note how far it has got; False where the row isn't this process's any more."""
        return self._set("changed = :now, reference = :to", posting, posting.progress.model_dump_json())

    def close(self, posting: Posting, state: str) -> None:
        """`posted`, `given up`, or `due` again; with how far it has got."""
        with self._store.transaction() as rows:
            rows(
                "UPDATE postings SET state = :state, reference = :to, changed = :now"
                " WHERE session = :id AND turn = :turn AND state = :mine",
                state=state,
                to=posting.progress.model_dump_json(),
                now=time.time(),
                id=posting.session,
                turn=posting.turn,
                mine=self._mine,
            )

    def used(self, session: str) -> set[str]:
        """All messages that hold a part of a reply of this session."""
        with self._store.reading() as rows:
            found = rows("SELECT reference FROM postings WHERE session = :id", id=session).fetchall()
        return {ts for (text,) in found for ts in _progress(text).used}

    def senders(self, session: str) -> int:
        """How many people have written in a session."""
        with self._store.reading() as rows:
            return int(
                rows(
                    "SELECT COUNT(DISTINCT sender) FROM turns WHERE session = :id AND sender <> ''",
                    id=session,
                ).fetchone()[0]
            )

    def _set(self, what: str, posting: Posting, to: str = "") -> bool:
        with self._store.transaction() as rows:
            changed = rows(
                f"UPDATE postings SET {what} WHERE session = :id AND turn = :turn AND state = :mine",  # noqa: S608
                now=time.time(),
                to=to,
                id=posting.session,
                turn=posting.turn,
                mine=self._mine,
            ).rowcount
        return changed > 0


def _first(rows: Rows, session: str) -> Posting | None:
    row = rows(
        "SELECT p.session, p.turn, p.place, p.reference, p.state, t.created FROM postings p"
        " JOIN turns t ON t.session = p.session AND t.turn = p.turn"
        " WHERE p.session = :id AND p.state <> :posted AND p.state <> :given ORDER BY p.turn LIMIT 1",
        id=session,
        **CLOSED,
    ).fetchone()
    if row is None:
        return None
    place, reference = Destination.model_validate_json(row[2]), _progress(row[3])
    if row[4].startswith(POSTING):
        # Its taker may have posted without having had the time to note it.
        reference.unsure = reference.unsure or not reference.open
    return Posting(row[0], row[1], place, reference, row[4], row[5])


def _progress(text: str) -> Progress:
    return Progress.model_validate_json(text) if text else Progress()
