"""Consultations on disk: one SQLite file, every message stored before it is answered.

A turn is a row that is `pending` until its reply is stored, so that a crash loses nothing and nothing
is answered twice: a reopened session finishes its pending turn first. The same file holds the graph's
checkpoints. Migrations are numbered functions; a file of a newer version is opened read-only.
"""

import json
import os
import socket
import sqlite3
import stat
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from knowledge.errors import SessionUnavailable

BUSY_TIMEOUT_S = 15.0
STALE_AFTER_S = 120.0
"""A pending turn whose process has been silent for so long is taken over."""


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
    """One stored turn; `reply` is None while it is pending."""

    turn: int
    message: str
    reply: dict[str, Any] | None
    created: float


def _first_tables(connection: sqlite3.Connection) -> None:
    connection.executescript(
        """
        CREATE TABLE sessions (id TEXT PRIMARY KEY, title TEXT NOT NULL, phase TEXT NOT NULL,
            verdict TEXT NOT NULL DEFAULT '', settings TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL);
        CREATE TABLE turns (session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE, turn INTEGER NOT NULL,
            message TEXT NOT NULL, reply TEXT, owner TEXT NOT NULL, created REAL NOT NULL,
            PRIMARY KEY (session, turn));
        """
    )


def _claims(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE turns ADD COLUMN claimed REAL NOT NULL DEFAULT 0")


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_first_tables, _claims)


class _Connection(sqlite3.Connection):
    """A connection that calls a damaged file by its name, whenever the damage shows."""

    path = Path()

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        try:
            return super().execute(*arguments)
        except sqlite3.DatabaseError as error:
            raise (damaged(self.path, error) if is_damage(error) else error) from error


def is_damage(error: Exception) -> bool:
    """SQLite reports a lost or foreign file by the bare class; subclasses are about locks, folders and statements."""
    return type(error) is sqlite3.DatabaseError


def damaged(path: object, error: sqlite3.Error) -> SessionUnavailable:
    """The session file holds something else, or parts of it are lost."""
    return SessionUnavailable(
        f"The session file {path} is damaged or is no session file ({error}).",
        "Move it away, or put a copy of it back: a new one is made at the next start.",
    )


class SessionStore:
    """Sessions and turns in one SQLite file, private to its owner (mode 0600)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.read_only = False
        self._owner = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        self.connection = self._open()

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._keep_private()
            connection = sqlite3.connect(
                self.path, timeout=BUSY_TIMEOUT_S, check_same_thread=False, factory=_Connection
            )
            connection.path = self.path
            self._prepare(connection)
        except (OSError, sqlite3.Error) as error:
            raise SessionUnavailable(
                f"Consultations can't be stored in {self.path.parent} ({error}).",
                "Set STACKWRIGHT_DATA_DIR to a folder that can be written to.",
            ) from error
        return connection

    def _keep_private(self) -> None:
        """The file belongs to its owner alone from its first byte on."""
        os.close(os.open(self.path, os.O_CREAT | os.O_RDONLY, 0o600))
        if stat.S_IMODE(self.path.stat().st_mode) & 0o077:
            self.path.chmod(0o600)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            self.read_only = True
            connection.execute("PRAGMA query_only = ON")
            return
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        for number, migrate in enumerate(MIGRATIONS[version:], version + 1):
            migrate(connection)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.commit()

    def create(self, settings: dict[str, Any]) -> str:
        """A new session; its id sorts by time."""
        self._writable()
        identity = f"{time.strftime('%Y%m%d')}-{uuid.uuid4().hex[:6]}"
        now = time.time()
        with self.connection:
            self.connection.execute(
                "INSERT INTO sessions VALUES (?, '', 'interviewing', '', ?, ?, ?)",
                (identity, json.dumps(settings), now, now),
            )
        return identity

    def begin(self, session: str, message: str) -> int:
        """Store a message as the session's next turn; SessionUnavailable while another one is being answered."""
        self._writable()
        try:
            with self.connection:
                self.connection.execute("BEGIN IMMEDIATE")
                self.settings(session)
                last = self._last(session)
                if last is not None and last.reply is None:
                    self._refuse()
                turn = 1 if last is None else last.turn + 1
                now = time.time()
                self.connection.execute(
                    "INSERT INTO turns (session, turn, message, owner, created, claimed) VALUES (?, ?, ?, ?, ?, ?)",
                    (session, turn, message, self._owner, now, now),
                )
        except sqlite3.OperationalError as error:
            raise SessionUnavailable(
                f"The session store is busy ({error}).", "Send the message again."
            ) from error
        return turn

    def take_over(self, session: str) -> "TurnRow | None":
        """The turn that was cut off, now ours to answer; None if there is none.

        SessionUnavailable while a living process answers it.
        """
        self._writable()
        with self.connection:
            self.connection.execute("BEGIN IMMEDIATE")
            last = self._last(session)
            if last is None or last.reply is not None:
                return None
            owner, claimed = self.connection.execute(
                "SELECT owner, claimed FROM turns WHERE session = ? AND turn = ?", (session, last.turn)
            ).fetchone()
            if owner != self._owner and _alive(owner) and time.time() - claimed < STALE_AFTER_S:
                self._refuse()
            self.connection.execute(
                "UPDATE turns SET owner = ?, claimed = ? WHERE session = ? AND turn = ?",
                (self._owner, time.time(), session, last.turn),
            )
        return last

    def _last(self, session: str) -> "TurnRow | None":
        row = self.connection.execute(
            "SELECT turn, message, reply, created FROM turns WHERE session = ? ORDER BY turn DESC LIMIT 1",
            (session,),
        ).fetchone()
        return None if row is None else _turn(row)

    def _refuse(self) -> None:
        raise SessionUnavailable(
            "Another window is answering a message of this consultation.",
            "Send the message again in a moment.",
        )

    def finish(
        self, session: str, turn: int, reply: dict[str, Any], phase: str, title: str, verdict: str
    ) -> None:
        """Store the reply of a turn and what the session list shows; a turn keeps its first reply."""
        with self.connection:
            self.connection.execute(
                "UPDATE turns SET reply = ? WHERE session = ? AND turn = ? AND reply IS NULL AND owner = ?",
                (json.dumps(reply, ensure_ascii=False), session, turn, self._owner),
            )
            self.connection.execute(
                "UPDATE sessions SET phase = ?, title = CASE title WHEN '' THEN ? ELSE title END,"
                " verdict = CASE ? WHEN '' THEN verdict ELSE ? END, updated = ? WHERE id = ?",
                (phase, title, verdict, verdict, time.time(), session),
            )

    def discard(self, session: str, turn: int) -> None:
        """Forget a turn that could not be answered, so that its message can be sent again."""
        with self.connection:
            self.connection.execute(
                "DELETE FROM turns WHERE session = ? AND turn = ? AND reply IS NULL", (session, turn)
            )

    def turns(self, session: str) -> list[TurnRow]:
        rows = self.connection.execute(
            "SELECT turn, message, reply, created FROM turns WHERE session = ? ORDER BY turn", (session,)
        )
        return [_turn(row) for row in rows]

    def settings(self, session: str) -> dict[str, Any]:
        """What the session was opened with; SessionUnavailable for an id that doesn't exist."""
        row = self.connection.execute("SELECT settings FROM sessions WHERE id = ?", (session,)).fetchone()
        if row is None:
            raise SessionUnavailable(
                f"There is no consultation {session!r}.", "List them with 'sessions list'."
            )
        found: dict[str, Any] = json.loads(row[0])
        return found

    def list(self) -> list[SessionRow]:
        """Sessions with at least one turn, newest first."""
        rows = self.connection.execute(
            "SELECT s.id, s.title, s.phase, s.verdict, s.created, s.updated, COUNT(t.turn) FROM sessions s"
            " JOIN turns t ON t.session = s.id GROUP BY s.id ORDER BY s.updated DESC"
        )
        return [SessionRow(*row) for row in rows]

    def delete(self, session: str) -> bool:
        """Remove a session, its turns and its checkpoints; False if there was none."""
        self._writable()
        with self.connection:
            for table in ("checkpoints", "writes"):
                if self._has_table(table):
                    self.connection.execute(f"DELETE FROM {table} WHERE thread_id = ?", (session,))  # noqa: S608
            self.connection.execute("DELETE FROM turns WHERE session = ?", (session,))
            removed = self.connection.execute("DELETE FROM sessions WHERE id = ?", (session,)).rowcount
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return removed > 0

    def prune(self, session: str) -> None:
        """Keep the last checkpoint alone: a finished turn needs no earlier ones."""
        if not self._has_table("checkpoints"):
            return
        with self.connection:
            newest = self.connection.execute(
                "SELECT MAX(checkpoint_id) FROM checkpoints WHERE thread_id = ?", (session,)
            ).fetchone()[0]
            for table in ("checkpoints", "writes"):
                self.connection.execute(
                    f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_id < ?",  # noqa: S608
                    (session, newest),
                )

    def _has_table(self, name: str) -> bool:
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return self.connection.execute(query, (name,)).fetchone() is not None

    def _writable(self) -> None:
        if self.read_only:
            raise SessionUnavailable(
                f"{self.path} was written by a newer stackwright and is read-only here.",
                "Update stackwright.",
            )

    def close(self) -> None:
        self.connection.close()


def _turn(row: tuple[Any, ...]) -> TurnRow:
    return TurnRow(row[0], row[1], json.loads(row[2]) if row[2] else None, row[3])


def _alive(owner: str) -> bool:
    """Whether the process that began a turn may still be running; another machine's is taken to be."""
    host, _, rest = owner.partition("/")
    pid = rest.partition("/")[0]
    if host != socket.gethostname() or not pid.isdigit():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
