"""Sessions on PostgreSQL, for many workers on many machines.

A session is held by an advisory lock of one connection, and all that its holder writes, checkpoints
included, goes through that connection: a holder whose connection is lost has let go, and can't write any
more. A stored message and the job that has it answered are one transaction.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, LiteralString, Self

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from agent.sessions import Accepted, Rows, SessionStore
from agent.state import serializer
from knowledge.errors import ConfigError, DatabaseAway, SessionBusy

from .named_parameters import positional

CONNECT_S = 10.0
RECONNECT_S = 5.0
"""After a lost connection the pause between tries doubles for so long; whoever needs one then starts again at once."""
WAIT_S = 10.0
"""Whoever needs a connection waits so long, then it is an outage."""
ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}
"""A server that is gone without a word is missed within a minute; libpq alone would wait for hours."""
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE sessions (id TEXT PRIMARY KEY, title TEXT NOT NULL, phase TEXT NOT NULL,
            verdict TEXT NOT NULL DEFAULT '', settings TEXT NOT NULL, created DOUBLE PRECISION NOT NULL,
            updated DOUBLE PRECISION NOT NULL, owner TEXT NOT NULL DEFAULT '')""",
        """CREATE TABLE turns (session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
            turn INTEGER NOT NULL, message TEXT NOT NULL, reply TEXT, created DOUBLE PRECISION NOT NULL,
            key TEXT NOT NULL, sender TEXT NOT NULL DEFAULT '', answered DOUBLE PRECISION,
            PRIMARY KEY (session, turn), UNIQUE (session, key))""",
        "CREATE INDEX turns_waiting ON turns (created) WHERE reply IS NULL",
        "CREATE INDEX sessions_by_age ON sessions (updated)",
        "CREATE INDEX sessions_by_owner ON sessions (owner)",
        # Who may use the services, which chat histories are which session, what was posted where, and how it was liked.
        """CREATE TABLE api_keys (name TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, created DOUBLE PRECISION NOT NULL,
            revoked DOUBLE PRECISION)""",
        """CREATE TABLE histories (owner TEXT NOT NULL, digest TEXT NOT NULL,
            session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE, turn INTEGER NOT NULL,
            PRIMARY KEY (owner, digest))""",
        """CREATE TABLE postings (session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
            turn INTEGER NOT NULL, place TEXT NOT NULL, state TEXT NOT NULL, reference TEXT NOT NULL DEFAULT '',
            changed DOUBLE PRECISION NOT NULL, PRIMARY KEY (session, turn))""",
        """CREATE TABLE feedback (session TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
            turn INTEGER NOT NULL, sender TEXT NOT NULL, verdict TEXT NOT NULL, changed DOUBLE PRECISION NOT NULL,
            PRIMARY KEY (session, turn, sender))""",
        "CREATE INDEX postings_open ON postings (changed) WHERE state <> 'posted'",
    ),
    ("ALTER TABLE turns ADD COLUMN resumed INTEGER NOT NULL DEFAULT 0",),
)
"""Statements that bring a database from one version to the next."""
TURN_S = 0.1
"""Between two questions whether the lock is free."""
MIGRATING = 7_318_004
"""Key of the advisory lock under which one process at a time brings the tables up to date."""
Announce = Callable[[psycopg.Connection[Any], str], None]
"""Told, inside the transaction, of a session with a message to answer."""


class PostgresSessions(SessionStore):
    """Sessions in a PostgreSQL database that this program has for itself."""

    outages = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)
    replies_query = (
        "SELECT t.session, t.turn, t.reply FROM jsonb_array_elements_text(CAST(:wanted AS jsonb)) w JOIN turns t"
        " ON t.session = split_part(w, '#', 1) AND t.turn = CAST(split_part(w, '#', 2) AS integer)"
        " WHERE t.reply IS NOT NULL"
    )

    def __init__(
        self,
        pool: ConnectionPool[psycopg.Connection[Any]],
        announce: Announce | None = None,
        connection: psycopg.Connection[Any] | None = None,
    ) -> None:
        self._pool, self._announce, self._connection = pool, announce, connection

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        if self._connection is not None:
            yield self._connection
            return
        with self._pool.connection() as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Rows]:
        with self._connected() as connection, connection.transaction():
            yield _rows(connection)

    def accept(self, session: str, message: str, key: str = "", sender: str = "") -> Accepted:
        with self._connected() as connection, connection.transaction():
            accepted = self._accept(_rows(connection), session, message, key, sender)
            if self._announce is not None and not accepted.duplicate:
                self._announce(connection, session)
            return accepted

    def announce_again(self, find: Callable[[Rows], Iterable[str]]) -> int:
        """Announce the sessions that `find` finds; how many."""
        if self._announce is None:
            return 0
        with self._connected() as connection, connection.transaction():
            found = list(find(_rows(connection)))
            for session in found:
                self._announce(connection, session)
        return len(found)

    @contextmanager
    def held(self, session: str, wait: bool = False) -> Iterator[Self]:
        with self._pool.connection() as connection:
            _lock(connection, session, wait)
            try:
                yield type(self)(self._pool, self._announce, connection)
            finally:
                # Of a lost connection the server has taken the lock back already.
                with suppress(psycopg.Error):
                    connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (session,))

    def saver(self) -> Any:
        from langgraph.checkpoint.postgres import PostgresSaver

        return PostgresSaver(self._connection or self._pool, serde=serializer())

    def prune(self, session: str) -> None:
        self.saver().prune([session], strategy="keep_latest")

    def _forget_checkpoints(self, rows: Rows, session: str) -> None:
        for table in ("checkpoints", "checkpoint_blobs", "checkpoint_writes"):
            rows(f"DELETE FROM {table} WHERE thread_id = :id", id=session)  # noqa: S608

    def forget_deleted(self) -> None:
        """A server's journals are its own business."""

    def close(self) -> None:
        """The pool belongs to whoever opened it."""

    def prepare(self, more: Callable[[psycopg.Connection[Any]], None]) -> None:
        """Bring the tables up to date, and do `more`; of several processes one does it and the others wait."""
        with self._pool.connection() as connection:
            _take_turn(connection)
            try:
                _migrate(connection)
                self.saver().setup()
                more(connection)
            finally:
                connection.execute("SELECT pg_advisory_unlock(%s)", (MIGRATING,))


def _take_turn(connection: psycopg.Connection[Any]) -> None:
    """Ask for the lock again and again: a statement that waited for it would have a snapshot, for the end of which
    the indexes that its holder builds concurrently wait, and nobody would ever come free."""
    while not _value(connection, "SELECT pg_try_advisory_lock(%s)", MIGRATING):
        time.sleep(TURN_S)


def _value(connection: psycopg.Connection[Any], query: LiteralString, *values: Any) -> Any:
    row = connection.execute(query, values).fetchone()
    return row and row[0]


def open_pool(url: str, size: int = 10) -> ConnectionPool[psycopg.Connection[Any]]:
    """Connections to the database, checked before use; DatabaseAway where it can't be reached."""
    pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
        url,
        min_size=1,
        max_size=size,
        kwargs={"autocommit": True, "prepare_threshold": None, **ALIVE},
        check=ConnectionPool.check_connection,
        timeout=WAIT_S,
        reconnect_timeout=RECONNECT_S,
        max_lifetime=3600,
        open=False,
    )
    try:
        pool.open(wait=True, timeout=CONNECT_S)
    except PoolTimeout as error:
        pool.close()
        raise DatabaseAway(
            f"The database can't be reached within {CONNECT_S:.0f} s.",
            "Check the address in STACKWRIGHT_DATABASE_URL and that the server runs.",
        ) from error
    return pool


def _lock(connection: psycopg.Connection[Any], session: str, wait: bool) -> None:
    if wait:
        connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (session,))
        return
    query = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
    row = connection.execute(query, (session,)).fetchone()
    if row is None or not row[0]:
        raise SessionBusy(
            "Another worker is answering a message of this consultation.",
            "Send the message again in a moment.",
        )


def _migrate(connection: psycopg.Connection[Any]) -> None:
    with connection.transaction():
        connection.execute("CREATE TABLE IF NOT EXISTS stackwright_schema (version INTEGER NOT NULL)")
        row = connection.execute("SELECT MAX(version) FROM stackwright_schema").fetchone()
        version = row[0] if row and row[0] is not None else 0
        if version > len(MIGRATIONS):
            raise ConfigError("The database was written by a newer stackwright.", "Update stackwright.")
        for number, statements in enumerate(MIGRATIONS[version:], version + 1):
            for statement in statements:
                connection.execute(statement.encode())
            connection.execute("INSERT INTO stackwright_schema VALUES (%s)", (number,))


def _rows(connection: psycopg.Connection[Any]) -> Rows:
    def run(statement: str, /, **values: object) -> psycopg.Cursor[Any]:
        return connection.execute(positional(statement).encode(), values)

    return run
