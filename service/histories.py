"""Which consultation a chat history belongs to, for clients that send the whole of it each time.

A history is known by a chain of digests over its owner and the user's messages. A known history with one
more message goes on in its session, provided that nothing else has gone on there; a history that was sent
before is the same turn again; any other one, e.g. an edited one, is told anew to a session of its own. So two
chats that begin alike share their beginning and part where they differ.
"""

import hashlib
import json
import uuid
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from agent.choices import chosen, is_number
from agent.sessions import Rows, SessionStore

LAST_OF_SESSION = (
    "SELECT (SELECT COALESCE(MAX(turn), 0) FROM histories WHERE session = :id),"
    " (SELECT COALESCE(MAX(turn), 0) FROM turns WHERE session = :id)"
)


class Place(NamedTuple):
    """Where a history's last message is stored."""

    session: str
    turn: int


def place(store: SessionStore, owner: str, messages: Sequence[str], settings: dict[str, Any]) -> Place:
    """Store what is new of a history of messages (at least one) and tell where its last message is."""
    chain = digests(owner, messages)
    with store.transaction() as rows:
        session = _known(rows, owner, chain[-1]) or _continued(rows, owner, chain)
    return _delivered(store, owner, session or _begun(store, owner, chain, settings), chain, messages)


def digests(owner: str, messages: Sequence[str]) -> list[str]:
    """A digest for each beginning of the history, each over the one before and the next message."""
    start = hashlib.sha256(owner.encode()).hexdigest()
    chain = accumulate(messages, _next_digest, initial=start)
    return list(chain)[1:]


def _next_digest(before: str, message: str) -> str:
    return hashlib.sha256(f"{before}\n{message}".encode()).hexdigest()


def _known(rows: Rows, owner: str, digest: str) -> str:
    row = rows(
        "SELECT session FROM histories WHERE owner = :owner AND digest = :digest", owner=owner, digest=digest
    ).fetchone()
    return row[0] if row is not None else ""


def _continued(rows: Rows, owner: str, chain: Sequence[str]) -> str:
    """The session of the history without its last message, now with it; empty where it went on otherwise."""
    session = _known(rows, owner, chain[-2]) if len(chain) > 1 else ""
    # The update locks the session's row: of two messages that come at once, one goes on and one parts.
    if not session or not rows("UPDATE sessions SET updated = updated WHERE id = :id", id=session).rowcount:
        return ""
    told, stored = rows(LAST_OF_SESSION, id=session).fetchone()
    if told != len(chain) - 1 or stored > told:
        return ""
    return session if _add(rows, owner, chain[-1], session, len(chain)) else ""


def _begun(store: SessionStore, owner: str, chain: Sequence[str], settings: dict[str, Any]) -> str:
    """A new session for the whole history, or the one that another request has just begun for it."""
    session = store.create(settings, owner, f"chat-{uuid.uuid4().hex}")
    with store.transaction() as rows:
        added = [_add(rows, owner, digest, session, turn) for turn, digest in enumerate(chain, 1)]
        if added[-1]:
            return session
        rows("DELETE FROM sessions WHERE id = :id", id=session)
        return _known(rows, owner, chain[-1])


def _add(rows: Rows, owner: str, digest: str, session: str, turn: int) -> bool:
    added = rows(
        "INSERT INTO histories (owner, digest, session, turn) VALUES (:owner, :digest, :session, :turn)"
        " ON CONFLICT DO NOTHING",
        owner=owner,
        digest=digest,
        session=session,
        turn=turn,
    )
    return added.rowcount > 0


def _delivered(
    store: SessionStore, owner: str, session: str, chain: Sequence[str], messages: Sequence[str]
) -> Place:
    """Store the messages that the session hasn't got, in order; after a crash half-way, the rest of them."""
    with store.reading() as rows:
        found = rows("SELECT key, turn FROM turns WHERE session = :id", id=session).fetchall()
    turns = dict(found)
    for before, digest, message in zip(("", *chain), chain, messages, strict=False):
        if digest not in turns:
            words = _meant(store, owner, before, message)
            turns[digest] = store.accept(session, words, digest).turn
    return Place(session, turns[chain[-1]])


def _meant(store: SessionStore, owner: str, before: str, message: str) -> str:
    """The message, or, for the number of a choice that was offered at the end of the history before it, the choice."""
    if not is_number(message):
        return message
    with store.reading() as rows:
        row = rows(
            "SELECT t.reply FROM histories h JOIN turns t ON t.session = h.session AND t.key = h.digest"
            " WHERE h.owner = :owner AND h.digest = :digest AND t.reply IS NOT NULL",
            owner=owner,
            digest=before,
        ).fetchone()
    question = json.loads(row[0]).get("question") if row is not None else None
    return chosen(message, [choice["label"] for choice in question["choices"]]) if question else message
