"""Stored consultations: list, show, delete, export; what people thought of them."""

import json
import sys
from argparse import Namespace
from datetime import datetime

from agent.sessions import SessionRow, SessionStore
from agent.sqlite_sessions import SqliteSessions
from knowledge.errors import SessionUnavailable
from tui.settings import Settings
from tui.storage import opened_sessions, session_to_resume

from . import feedback

NOTHING = 3


def run(arguments: Namespace, settings: Settings) -> int:
    if arguments.action == "feedback":
        return feedback.show(settings, arguments.json)
    with opened_sessions(settings) as store:
        return _on(store, arguments, settings)


def _on(store: SessionStore, arguments: Namespace, settings: Settings) -> int:
    if isinstance(store, SqliteSessions) and store.read_only:
        print(f"stackwright: {store.written_by_newer()}", file=sys.stderr)
    if arguments.action == "list":
        return _list(store, arguments.json)
    session = session_to_resume(store, arguments.id)
    if not session:
        raise SessionUnavailable("Name a consultation.", "List them with 'stackwright sessions list'.")
    if arguments.action == "show":
        return _show(store, session)
    if arguments.action == "delete":
        from service.retention import delete

        delete(store, session)
        print(f"stackwright: deleted {session}", file=sys.stderr)
        return 0
    return _export(store, session, arguments.format, settings)


def _list(store: SessionStore, as_json: bool) -> int:
    rows = store.list()
    if as_json:
        print(json.dumps([row._asdict() for row in rows], ensure_ascii=False))
        return 0
    if not rows:
        if not store.read_only:
            print("stackwright: no consultations are stored.", file=sys.stderr)
        return NOTHING
    for row in rows:
        print(_line(row))
    return 0


def _line(row: SessionRow) -> str:
    when = datetime.fromtimestamp(row.updated).strftime("%Y-%m-%d %H:%M")
    state = row.verdict or row.phase
    return f"{row.id}  {when}  {row.turns} turn{'s' * (row.turns != 1)}  {row.title}  [{state}]"


def _show(store: SessionStore, session: str) -> int:
    for row in store.turns(session):
        print(f"You: {row.message}\n")
        answer = (
            row.reply["text"] if row.reply is not None else "(not answered yet; resume to get the answer)"
        )
        print(f"Advisor: {answer}\n")
    return 0


def _export(store: SessionStore, session: str, form: str, settings: Settings) -> int:
    """The decision record on what is known, with the sentences of the last recommendation."""
    from agent.consultation import open_consultation
    from agent.decision_text import decision_text
    from agent.reply import Reply

    consultation = open_consultation(
        settings.open_knowledge(), settings.open_profile(), settings.date(), store=store, session=session
    )
    stored = [row.reply for row in store.turns(session) if row.reply is not None and row.reply.get("done")]
    claims = Reply.model_validate(stored[-1]).claims if stored else ()
    print(decision_text(consultation, form, claims), end="")
    return 0
