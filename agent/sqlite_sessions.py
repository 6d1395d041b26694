"""Sessions of one machine: one SQLite file, private to its owner (mode 0600), checkpoints included.

A session is held by a lock of the operating system on a file beside it: whoever is killed lets go at once,
and nobody has to guess whether a process is still alive. A file of a newer version is opened read-only.
"""

import fcntl
import hashlib
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from knowledge.errors import SessionBusy, SessionUnavailable

from .sessions import Rows, SessionStore

BUSY_TIMEOUT_S = 15.0


MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE sessions (id TEXT PRIMARY KEY, title TEXT NOT NULL, phase TEXT NOT NULL,
            verdict TEXT NOT NULL DEFAULT '', settings TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL)""",
        """CREATE TABLE turns (session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE, turn INTEGER NOT NULL,
            message TEXT NOT NULL, reply TEXT, owner TEXT NOT NULL, created REAL NOT NULL,
            PRIMARY KEY (session, turn))""",
    ),
    ("ALTER TABLE turns ADD COLUMN claimed REAL NOT NULL DEFAULT 0",),
    (
        # Many waiting turns, delivery keys, senders, owners; who answers is told by a lock, no longer by a row.
        "ALTER TABLE sessions ADD COLUMN owner TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE turns DROP COLUMN owner",
        "ALTER TABLE turns DROP COLUMN claimed",
        "ALTER TABLE turns ADD COLUMN key TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE turns ADD COLUMN sender TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE turns ADD COLUMN answered REAL",
        "UPDATE turns SET key = turn",
        "CREATE UNIQUE INDEX turns_by_key ON turns (session, key)",
        "CREATE INDEX turns_waiting ON turns (created) WHERE reply IS NULL",
        "CREATE INDEX sessions_by_age ON sessions (updated)",
    ),
    (
        # Who may use the services, which chat histories are which session, what was posted where, and how it was liked.
        """CREATE TABLE api_keys (name TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, created REAL NOT NULL,
            revoked REAL)""",
        """CREATE TABLE histories (owner TEXT NOT NULL, digest TEXT NOT NULL,
            session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE, turn INTEGER NOT NULL,
            PRIMARY KEY (owner, digest))""",
        """CREATE TABLE postings (session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
            turn INTEGER NOT NULL, place TEXT NOT NULL, state TEXT NOT NULL, reference TEXT NOT NULL DEFAULT '',
            changed REAL NOT NULL, PRIMARY KEY (session, turn))""",
        """CREATE TABLE feedback (session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
            turn INTEGER NOT NULL, sender TEXT NOT NULL, verdict TEXT NOT NULL, changed REAL NOT NULL,
            PRIMARY KEY (session, turn, sender))""",
        "CREATE INDEX postings_open ON postings (changed) WHERE state <> 'posted'",
    ),
    ("ALTER TABLE turns ADD COLUMN resumed INTEGER NOT NULL DEFAULT 0",),
)
"""Statements that bring a file from one version to the next."""


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


class SqliteSessions(SessionStore):
    """Sessions in one file of this machine; any number of processes may use it."""

    outages = (sqlite3.OperationalError,)
    replies_query = (
        "SELECT t.session, t.turn, t.reply FROM json_each(:wanted) w JOIN turns t"
        " ON t.session = substr(w.value, 1, instr(w.value, '#') - 1)"
        " AND t.turn = CAST(substr(w.value, instr(w.value, '#') + 1) AS INTEGER) WHERE t.reply IS NOT NULL"
    )

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mutex = threading.RLock()
        self.connection = self._open()

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _private(self.path)
            connection = sqlite3.connect(
                self.path, timeout=BUSY_TIMEOUT_S, check_same_thread=False, factory=_Connection
            )
            connection.path = self.path
            # One at a time: a new file's journal can't be chosen by two at once, however long they would wait.
            with _locked(self.path.parent / "locks" / "opening", wait=True):
                self._prepare(connection)
        except (OSError, sqlite3.Error) as error:
            raise SessionUnavailable(
                f"Consultations can't be stored in {self.path.parent} ({error}).",
                "Set STACKWRIGHT_DATA_DIR to a folder that can be written to.",
            ) from error
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if self._newer(connection):
            return
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        _migrate(connection)

    def _newer(self, connection: sqlite3.Connection) -> bool:
        self.read_only = connection.execute("PRAGMA user_version").fetchone()[0] > len(MIGRATIONS)
        if self.read_only:
            connection.execute("PRAGMA query_only = ON")
        return self.read_only

    @contextmanager
    def transaction(self) -> Iterator[Rows]:
        if self.read_only:
            raise self.written_by_newer()
        with self._mutex, self.connection:
            self.connection.execute("BEGIN IMMEDIATE")
            yield self._rows

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        with self._mutex:
            try:
                yield self._rows
            except sqlite3.OperationalError as error:
                # What a newer version calls otherwise isn't found here.
                raise (self.written_by_newer() if self.read_only else error) from error

    def written_by_newer(self) -> SessionUnavailable:
        """Why it is read-only."""
        return SessionUnavailable(
            f"{self.path} was written by a newer stackwright and is read-only here.", "Update stackwright."
        )

    def _rows(self, statement: str, /, **values: object) -> sqlite3.Cursor:
        return self.connection.execute(statement, values)

    @contextmanager
    def held(self, session: str, wait: bool = False) -> Iterator[Self]:
        if self.read_only:
            yield self
            return
        with _locked(self._lock_file(session), wait):
            yield self

    def saver(self) -> Any:
        from langgraph.checkpoint.sqlite import SqliteSaver

        from .state import serializer

        return SqliteSaver(self.connection, serde=serializer())

    def forget_deleted(self) -> None:
        # Not beside another thread's transaction on this connection, which would make it fail.
        with self._mutex:
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def delete(self, session: str) -> bool:
        removed = super().delete(session)
        self._lock_file(session).unlink(missing_ok=True)
        return removed

    def expire(self, session: str, before: float) -> bool:
        removed = super().expire(session, before)
        if removed:
            self._lock_file(session).unlink(missing_ok=True)
        return removed

    def prune(self, session: str) -> None:
        if not self._has_table("checkpoints"):
            return
        with self.transaction() as rows:
            newest = rows(
                "SELECT MAX(checkpoint_id) FROM checkpoints WHERE thread_id = :id", id=session
            ).fetchone()[0]
            for table in ("checkpoints", "writes"):
                rows(
                    f"DELETE FROM {table} WHERE thread_id = :id AND checkpoint_id < :newest",  # noqa: S608
                    id=session,
                    newest=newest,
                )

    def _forget_checkpoints(self, rows: Rows, session: str) -> None:
        for table in ("checkpoints", "writes"):
            if self._has_table(table):
                rows(f"DELETE FROM {table} WHERE thread_id = :id", id=session)  # noqa: S608

    def _has_table(self, name: str) -> bool:
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return self.connection.execute(query, (name,)).fetchone() is not None

    def _lock_file(self, session: str) -> Path:
        digest = hashlib.sha256(session.encode()).hexdigest()[:32]
        return self.path.parent / "locks" / digest

    def close(self) -> None:
        # Not under another thread's statement.
        with self._mutex:
            self.connection.close()


def _migrate(connection: sqlite3.Connection) -> None:
    """All steps or none; of two processes that open an old file, one waits for the other and finds it done."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {max(version, len(MIGRATIONS))}")


def _private(path: Path) -> None:
    """The file belongs to its owner alone from its first byte on.

    A file that exists is not opened: closing it again would let go of every lock that SQLite holds on it in this
    process (POSIX), and another process would take itself for the last one and remove the journal under ours.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0o600))
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        path.chmod(0o600)


@contextmanager
def _locked(file: Path, wait: bool) -> Iterator[None]:
    """A lock of the operating system, let go of when its holder ends, however it ends."""
    file.parent.mkdir(exist_ok=True, mode=0o700)
    while True:
        descriptor = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            _take(descriptor, wait)
            # Whoever held it may have deleted the session and this file with it: the lock is on nothing then.
            if _is_still(file, descriptor):
                yield
                return
        finally:
            os.close(descriptor)


def _is_still(file: Path, descriptor: int) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(file.stat(), os.fstat(descriptor))
    return False


def _take(descriptor: int, wait: bool) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError as error:
        raise SessionBusy(
            "Another window is answering a message of this consultation.",
            "Send the message again in a moment.",
        ) from error
