"""The session store of this machine, and which session to go on with."""

from contextlib import AbstractContextManager, closing

from agent.sessions import SessionStore
from agent.sqlite_sessions import SqliteSessions
from knowledge.errors import SessionUnavailable

from .settings import Settings

FILE = "consultations.sqlite"


def open_store(settings: Settings) -> SqliteSessions:
    """The store in the data folder; SessionUnavailable where it can't be written."""
    return SqliteSessions(settings.data_path() / FILE)


def opened_sessions(settings: Settings) -> AbstractContextManager[SessionStore]:
    """Where the consultations are: the database that the settings name, or the file of this machine."""
    if not settings.database:
        return closing(open_store(settings))
    from .services import backend_of

    return backend_of(settings).opened()


def session_to_resume(store: SessionStore, wanted: str | None) -> str | None:
    """The session that `--resume [ID]` means; None for a new one."""
    if wanted is None:
        return None
    sessions = store.list()
    if not wanted:
        if not sessions:
            raise SessionUnavailable("There is no consultation to resume yet.")
        return sessions[0].id
    matching = [session.id for session in sessions if session.id.startswith(wanted)]
    if len(matching) != 1:
        known = ", ".join(session.id for session in sessions[:3]) or "none"
        raise SessionUnavailable(
            f"{len(matching)} consultations match {wanted!r}.", f"The newest are {known}."
        )
    return matching[0]
