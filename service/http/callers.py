"""Who calls: the owner of a key, or, on this machine alone and without one, its user."""

import asyncio
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from agent.sessions import SessionStore
from service.keys import owner_of
from service.loopback import is_loopback

LOCAL = "local"
"""The owner of what is asked without a key, and the word that clients which insist on a key may send."""


class CallerUnknown(Exception):
    """Nobody who may call."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class Callers:
    """Tells who calls. Every call looks the key up, so that one that is revoked opens no longer at once."""

    def __init__(self, store: SessionStore, key_needed: bool) -> None:
        self._store, self.key_needed = store, key_needed

    async def owner(self, headers: Headers) -> str:
        """The caller's name; CallerUnknown where there is none."""
        sent = headers.getlist("authorization")
        scheme, _, key = (sent or [""])[0].partition(" ")
        key = key.strip()
        if (
            not self.key_needed
            and len(sent) < 2
            and (not scheme or (scheme.lower(), key) in (("bearer", LOCAL), ("bearer", "")))
        ):
            if not is_local(headers):
                raise CallerUnknown(403, "Without a key this service answers this machine's own pages alone.")
            return LOCAL
        if len(sent) != 1 or scheme.lower() != "bearer" or not key:
            raise CallerUnknown(401, "Send a key: 'Authorization: Bearer swk_…'.")
        owner = await asyncio.to_thread(owner_of, self._store, key)
        if owner is None:
            raise CallerUnknown(401, "This key doesn't open.")
        return owner


def is_local(headers: Headers) -> bool:
    """Whether a browser, if it is one, asks this machine by its own name for a page of this machine.

    Another name in `Host` is a page elsewhere whose name was made to point here; another `Origin` is a page
    elsewhere that asks across.
    """
    host, origins = headers.getlist("host"), headers.getlist("origin")
    return len(host) == 1 and all(map(_names_loopback, [f"//{host[0]}", *origins]))


def _names_loopback(address: str) -> bool:
    try:
        return "@" not in address and is_loopback(urlsplit(address).hostname or "")
    except ValueError:
        return False
