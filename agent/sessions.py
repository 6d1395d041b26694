"""Consultations that are kept: every message is stored before it is answered, and answered once, in order.

A turn is a row without a reply until it is answered. Any number may wait; whoever holds the session
(`held`) answers them in order, so a crash loses nothing: the next holder goes on with the row that has no
reply. A message that is delivered again under the same key is recognised. Where rows are kept is the
business of a subclass: a file here, PostgreSQL for many workers.
"""

import json
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, NoReturn, Protocol, Self

from knowledge.errors import SessionUnavailable


class SessionRow(NamedTuple):
    """What the list of sessions shows."""

    id: str
    title: str
    phase: str
    verdict: str
    created: float
    updated: float
    turns: int


class TurnRow(NamedTuple):
    """One stored turn; `reply` is None while it waits for its answer."""

    turn: int
    message: str
    reply: dict[str, Any] | None
    created: float
    sender: str = ""
    """Who wrote it, where several people share a session."""
    key: str = ""
    """What the sender's system calls this delivery; the same key is the same message."""


class Accepted(NamedTuple):
    """A message that is stored."""

    turn: int
    duplicate: bool
    """It had been delivered before; nothing was stored anew."""


class Cursor(Protocol):
    """What is used of a database cursor."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


class Rows(Protocol):
    """Runs one statement with `:name` parameters."""

    def __call__(self, statement: str, /, **values: object) -> Cursor: ...


TURN = "SELECT turn, message, reply, created, sender, key FROM turns"


class SessionStore(ABC):
    """Sessions and turns in a database; every method is one transaction."""

    read_only = False
    outages: tuple[type[Exception], ...] = ()
    """Errors of the database itself: what was being done can be tried again later."""
    replies_query: str
    """Replies of the turns that `:wanted` lists as a JSON array of "session#turn"."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Rows]:
        """A writing transaction: all of it or nothing."""

    @abstractmethod
    def held(self, session: str, wait: bool = False) -> AbstractContextManager[Self]:
        """The session for this caller alone; SessionUnavailable while another one holds it, unless `wait`.

        Whoever dies lets go at once. Work on what is yielded.
        """

    @abstractmethod
    def saver(self) -> Any:
        """The graph's checkpointer on the same database."""

    @abstractmethod
    def prune(self, session: str) -> None:
        """Keep the last checkpoint alone: a finished turn needs no earlier ones."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the database."""

    @abstractmethod
    def _forget_checkpoints(self, rows: Rows, session: str) -> None: ...

    def create(self, settings: dict[str, Any], owner: str = "", identity: str = "") -> str:
        """A new session; without an `identity` it gets one that sorts by time. One that exists stays."""
        identity = identity or f"{time.strftime('%Y%m%d')}-{uuid.uuid4().hex[:6]}"
        now = time.time()
        with self.transaction() as rows:
            rows(
                "INSERT INTO sessions (id, title, phase, verdict, settings, created, updated, owner)"
                " VALUES (:id, '', 'interviewing', '', :settings, :now, :now, :owner) ON CONFLICT (id) DO NOTHING",
                id=identity,
                settings=json.dumps(settings),
                now=now,
                owner=owner,
            )
        return identity

    def accept(self, session: str, message: str, key: str = "", sender: str = "") -> Accepted:
        """Store a message as the session's next turn, once for each key."""
        with self.transaction() as rows:
            return self._accept(rows, session, message, key, sender)

    def _accept(self, rows: Rows, session: str, message: str, key: str, sender: str) -> Accepted:
        now, key = time.time(), key or uuid.uuid4().hex
        # The update comes first: it locks the session's row, so that turns are numbered one after another.
        if not rows("UPDATE sessions SET updated = :now WHERE id = :id", now=now, id=session).rowcount:
            self._missing(session)
        known = rows(
            "SELECT turn FROM turns WHERE session = :id AND key = :key", id=session, key=key
        ).fetchone()
        if known is not None:
            return Accepted(known[0], duplicate=True)
        last = rows("SELECT COALESCE(MAX(turn), 0) FROM turns WHERE session = :id", id=session).fetchone()[0]
        rows(
            "INSERT INTO turns (session, turn, message, key, sender, created)"
            " VALUES (:id, :turn, :message, :key, :sender, :now)",
            id=session,
            turn=last + 1,
            message=message,
            key=key,
            sender=sender,
            now=now,
        )
        return Accepted(last + 1, duplicate=False)

    def finish(
        self, session: str, turn: int, reply: dict[str, Any], phase: str, title: str, verdict: str
    ) -> None:
        """Store the reply of a turn and what the session list shows; a turn keeps its first reply."""
        now = time.time()
        with self.transaction() as rows:
            rows(
                "UPDATE turns SET reply = :reply, answered = :now"
                " WHERE session = :id AND turn = :turn AND reply IS NULL",
                reply=json.dumps(reply, ensure_ascii=False),
                now=now,
                id=session,
                turn=turn,
            )
            rows(
                "UPDATE sessions SET phase = :phase, updated = :now,"
                " title = CASE title WHEN '' THEN :title ELSE title END,"
                " verdict = CASE WHEN :verdict = '' THEN verdict ELSE :verdict END WHERE id = :id",
                phase=phase,
                now=now,
                title=title,
                verdict=verdict,
                id=session,
            )

    def resumed(self, session: str, turn: int) -> int:
        """Note that a turn which was cut off is begun again; how often that has happened by now."""
        with self.transaction() as rows:
            rows(
                "UPDATE turns SET resumed = resumed + 1 WHERE session = :id AND turn = :turn",
                id=session,
                turn=turn,
            )
            count = rows(
                "SELECT resumed FROM turns WHERE session = :id AND turn = :turn", id=session, turn=turn
            )
            return int(count.fetchone()[0])

    def discard(self, session: str, turn: int) -> None:
        """Forget a turn that could not be answered, so that its message can be sent again."""
        with self.transaction() as rows:
            rows(
                "DELETE FROM turns WHERE session = :id AND turn = :turn AND reply IS NULL",
                id=session,
                turn=turn,
            )

    def turns(self, session: str, after: int = 0) -> list[TurnRow]:
        """All turns, or those after turn number `after`."""
        return self._read(
            f"{TURN} WHERE session = :id AND turn > :after ORDER BY turn", id=session, after=after
        )

    def turn(self, session: str, turn: int) -> TurnRow | None:
        return next(
            iter(self._read(f"{TURN} WHERE session = :id AND turn = :turn", id=session, turn=turn)), None
        )

    def opening(self, session: str) -> str:
        """The first message, whatever became of the replies."""
        with self.reading() as rows:
            row = rows("SELECT message FROM turns WHERE session = :id ORDER BY turn LIMIT 1", id=session)
            found = row.fetchone()
        return str(found[0]) if found else ""

    def replies(self, wanted: Iterable[tuple[str, int]]) -> list[tuple[str, int, dict[str, Any]]]:
        """(session, turn, reply) of those of the wanted turns that have a reply."""
        pairs = json.dumps([f"{session}#{turn}" for session, turn in wanted])
        with self.reading() as rows:
            found = rows(self.replies_query, wanted=pairs).fetchall()
        return [(session, turn, json.loads(reply)) for session, turn, reply in found]

    def waiting(self, session: str) -> list[TurnRow]:
        """The turns without a reply, in order."""
        return self._read(f"{TURN} WHERE session = :id AND reply IS NULL ORDER BY turn", id=session)

    def waiting_sessions(self, limit: int = 100) -> list[str]:
        """Sessions with a turn that waits, the longest waiting first."""
        with self.reading() as rows:
            found = rows(
                "SELECT session FROM turns WHERE reply IS NULL GROUP BY session ORDER BY MIN(created) LIMIT :limit",
                limit=limit,
            )
            return [row[0] for row in found.fetchall()]

    def settings(self, session: str) -> dict[str, Any]:
        """What the session was opened with; SessionUnavailable for an id that doesn't exist."""
        with self.reading() as rows:
            row = rows("SELECT settings FROM sessions WHERE id = :id", id=session).fetchone()
        if row is None:
            self._missing(session)
        found: dict[str, Any] = json.loads(row[0])
        return found

    def describe(self, session: str) -> SessionRow:
        """What the session list shows of one session; SessionUnavailable for an id that doesn't exist."""
        with self.reading() as rows:
            row = rows(
                "SELECT s.id, s.title, s.phase, s.verdict, s.created, s.updated,"
                " (SELECT COUNT(*) FROM turns t WHERE t.session = s.id) FROM sessions s WHERE s.id = :id",
                id=session,
            ).fetchone()
        if row is None:
            self._missing(session)
        return SessionRow(*row)

    def check_owner(self, session: str, owner: str) -> None:
        """SessionUnavailable, as for an id that doesn't exist, where the session belongs to somebody else."""
        with self.reading() as rows:
            row = rows("SELECT owner FROM sessions WHERE id = :id", id=session).fetchone()
        if row is None or row[0] != owner:
            self._missing(session)

    def delete(self, session: str) -> bool:
        """Remove a session, its turns and its checkpoints; False if there was none."""
        with self.transaction() as rows:
            removed = self._remove(rows, session)
        self.forget_deleted()
        return removed

    def expire(self, session: str, before: float) -> bool:
        """Remove a session that nobody has written to since `before`; False where somebody has, or there is none.

        What is deleted is forgotten by `forget_deleted`, once for many.
        """
        with self.transaction() as rows:
            # As in `accept`, the session's row is locked first: a message is either seen here or refused there.
            untouched = rows(
                "UPDATE sessions SET updated = updated WHERE id = :id AND updated < :before",
                id=session,
                before=before,
            )
            return untouched.rowcount > 0 and self._remove(rows, session)

    @abstractmethod
    def forget_deleted(self) -> None:
        """Take what was deleted out of journals as well."""

    def _remove(self, rows: Rows, session: str) -> bool:
        self._forget_checkpoints(rows, session)
        rows("DELETE FROM turns WHERE session = :id", id=session)
        return rows("DELETE FROM sessions WHERE id = :id", id=session).rowcount > 0

    def outdated(self, before: float) -> Iterable[str]:
        """Sessions that nobody has written to since `before` (seconds since 1970)."""
        with self.reading() as rows:
            found = rows("SELECT id FROM sessions WHERE updated < :before", before=before)
            return [row[0] for row in found.fetchall()]

    def reading(self) -> AbstractContextManager[Rows]:
        """A transaction that only reads."""
        return self.transaction()

    def _read(self, statement: str, **values: object) -> list[TurnRow]:
        with self.reading() as rows:
            return [_turn(row) for row in rows(statement, **values).fetchall()]

    def _missing(self, session: str) -> NoReturn:
        raise SessionUnavailable(f"There is no consultation {session!r}.", "List them with 'sessions list'.")

    def list(self, owner: str | None = None) -> list[SessionRow]:
        """Sessions with at least one turn, newest first; of one owner, or all."""
        with self.reading() as rows:
            found = rows(
                "SELECT s.id, s.title, s.phase, s.verdict, s.created, s.updated, COUNT(t.turn) FROM sessions s"
                " JOIN turns t ON t.session = s.id WHERE :all = 1 OR s.owner = :owner"
                " GROUP BY s.id ORDER BY s.updated DESC",
                all=int(owner is None),
                owner=owner or "",
            )
            return [SessionRow(*row) for row in found.fetchall()]


def _turn(row: tuple[Any, ...]) -> TurnRow:
    turn, message, reply, created, sender, key = row
    return TurnRow(turn, message, json.loads(reply) if reply else None, created, sender, key)
