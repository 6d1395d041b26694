"""Where a process keeps its consultations and how others learn that there is something to answer.

`sqlite:` one machine: workers look into the file. `postgresql://`: many machines: workers are told by the queue.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.sessions import SessionStore
from agent.sqlite_sessions import SqliteSessions
from knowledge.errors import ConfigError, DatabaseAway

if TYPE_CHECKING:
    import psycopg

    from .postgres_sessions import PostgresSessions

POSTGRES = ("postgresql://", "postgres://")
FILE = "consultations.sqlite"


@dataclass(frozen=True)
class Backend:
    """The address of the session store."""

    url: str = ""
    """A PostgreSQL address; empty: a file in `folder`."""
    folder: Path = Path()
    connections: int = 10
    """At most so many connections of this process to PostgreSQL."""

    @property
    def many_machines(self) -> bool:
        return self.url.startswith(POSTGRES)

    @contextmanager
    def opened(self) -> Iterator[SessionStore]:
        """The store, its tables up to date."""
        if not self.url:
            store = SqliteSessions(self.folder / FILE)
            try:
                yield store
            finally:
                store.close()
        elif self.many_machines:
            with _postgres(self.url, self.connections) as postgres:
                yield postgres
        else:
            raise ConfigError(
                f"{self.url.split('://')[0]!r} is no database that sessions can be kept in.",
                "Give an address that starts with postgresql://, or none for a file.",
            )


def refuse_newer(store: SessionStore) -> None:
    """ConfigError where a newer version wrote the sessions, so that nothing can be answered."""
    if store.read_only:
        raise ConfigError("The sessions were written by a newer stackwright.", "Update stackwright.")


@contextmanager
def _postgres(url: str, connections: int) -> Iterator[SessionStore]:
    try:
        from . import postgres_sessions, queue
    except ImportError as error:
        raise ConfigError(
            f"Sessions on PostgreSQL need the package {error.name}.", "Install stackwright[postgres]."
        ) from error
    pool = postgres_sessions.open_pool(url, connections)
    try:
        app = queue.open_queue(url)
        store = postgres_sessions.PostgresSessions(pool, queue.announcer(app))
        _prepare(store, lambda connection: queue.prepare(connection, app))
        yield store
    finally:
        pool.close()


def _prepare(store: "PostgresSessions", more: "Callable[[psycopg.Connection[Any]], None]") -> None:
    try:
        store.prepare(more)
    except store.outages as error:
        raise DatabaseAway("The database went away while it was being opened.", "Try again.") from error
