"""Which names and addresses mean this machine, and when a service that listens on others needs an API key."""

import ipaddress

from agent.sessions import SessionStore
from knowledge.errors import ConfigError

from .keys import keys


def is_loopback(name: str) -> bool:
    """Whether a name or address means this machine to itself.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("localhost.example.org")
    (True, True, False)
    """
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def key_is_needed(host: str, store: SessionStore) -> bool:
    """Whether callers at this address need a key; ConfigError where they do and nobody has one."""
    if is_loopback(host):
        return False
    if not any(key.revoked is None for key in keys(store)):
        raise ConfigError(
            f"{host or 'Every address'} can be reached from other machines, and there is no API key yet.",
            "Make one with 'stackwright keys add NAME', or listen on 127.0.0.1.",
        )
    return True
