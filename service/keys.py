"""API keys: shown once when made, stored only as a digest, compared by it, revocable."""

import hashlib
import re
import secrets
import time
from typing import NamedTuple

from agent.sessions import SessionStore
from knowledge.errors import InputRefused

PREFIX = "swk_"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class ApiKey(NamedTuple):
    """What is known of a key."""

    name: str
    created: float
    revoked: float | None


def add_key(store: SessionStore, name: str) -> str:
    """A new key, which nobody can read again. InputRefused for a name that is taken or no name."""
    if not _NAME.fullmatch(name):
        raise InputRefused(
            f"{name!r} is no name for a key.", "Use letters, digits, dots and dashes, at most 64."
        )
    key = PREFIX + secrets.token_urlsafe(32)
    with store.transaction() as rows:
        added = rows(
            "INSERT INTO api_keys (name, digest, created) VALUES (:name, :digest, :now) ON CONFLICT DO NOTHING",
            name=name,
            digest=_digest(key),
            now=time.time(),
        )
        if not added.rowcount:
            raise InputRefused(
                f"There is a key {name} already.", "Choose another name; a name is never used again."
            )
    return key


def owner_of(store: SessionStore, key: str) -> str | None:
    """The owner under which this key's consultations are kept; None for a key that doesn't open.

    A digest is looked up rather than compared: how long that takes says nothing about the key.
    """
    with store.reading() as rows:
        found = rows(
            "SELECT name FROM api_keys WHERE digest = :digest AND revoked IS NULL", digest=_digest(key)
        ).fetchone()
    return None if found is None else f"key:{found[0]}"


def keys(store: SessionStore) -> list[ApiKey]:
    """All keys that were ever made, by name."""
    with store.reading() as rows:
        return [
            ApiKey(*row)
            for row in rows("SELECT name, created, revoked FROM api_keys ORDER BY name").fetchall()
        ]


def revoke_key(store: SessionStore, name: str) -> None:
    """Let a key open no longer. InputRefused for a name that no open key has."""
    with store.transaction() as rows:
        revoked = rows(
            "UPDATE api_keys SET revoked = :now WHERE name = :name AND revoked IS NULL",
            name=name,
            now=time.time(),
        )
        if not revoked.rowcount:
            raise InputRefused(f"There is no open key {name}.", "List them with 'stackwright keys list'.")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
