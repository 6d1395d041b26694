"""Vendors by the names that people use (parts, aliases, legal forms), and what stands behind a component: its vendors,
the cloud or platform that it is a part of.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from .aliases import nearest, table_cache
from .library import Knowledge
from .records import Component

FILE = "catalog/vendors.yaml"
_ALTERNATIVES = re.compile(r"\s*,\s*|\s+and\s+(?=others$)")
_TOGETHER = re.compile(r"\s*/\s*|\s*[()]\s*")
_WORD = re.compile(r"[^\W_]+")


class Vendors(NamedTuple):
    """What names mean: every known spelling's key -> vendor, and the words that don't count."""

    by_key: dict[str, str]
    spellings: tuple[str, ...]
    dropped: frozenset[str]
    nobody: frozenset[str]
    makers: dict[str, tuple[str, ...]]
    clouds: dict[str, str]
    """Vendor -> the cloud whose services it offers."""
    platforms: dict[str, str]
    """A part of a vendor's platform -> the component that stands for that."""


def vendor_named(knowledge: Knowledge, text: str) -> str:
    """The vendor that `text` means; UnknownName offers the nearest three."""
    book = vendor_book(knowledge)
    found = book.by_key.get(_key(text, book.dropped))
    if found is None:
        raise nearest(text, book.spellings, "vendor")
    return found


def check_vendors(knowledge: Knowledge, names: Iterable[str]) -> None:
    """UnknownName for the first of `names` that is neither a vendor nor a component's id."""
    for name in names:
        if name not in knowledge.components:
            vendor_named(knowledge, name)


@lru_cache(maxsize=1024)
def cloud_of(knowledge: Knowledge, identity: str) -> str:
    """The cloud (`aws`, `azure`, `gcp`) whose own service a component is, to be had there alone; empty: none."""
    component = knowledge.components.get(identity)
    if component is None or component.modes != {"cloud_service"}:
        return ""
    clouds = vendor_book(knowledge).clouds
    found = {
        clouds.get(vendor, "") for parties in parties_of_offers(knowledge, component) for vendor in parties
    }
    return found.pop() if len(found) == 1 else ""


@lru_cache(maxsize=1024)
def platform_of(knowledge: Knowledge, identity: str) -> str:
    """What stands for the platform that a component is a part of: `cloud:aws`, or a component's id; empty: none."""
    cloud = cloud_of(knowledge, identity)
    return f"cloud:{cloud}" if cloud else vendor_book(knowledge).platforms.get(identity, "")


@lru_cache(maxsize=1024)
def sold_on(knowledge: Knowledge, identity: str, cloud: str) -> bool:
    """Whether `cloud` is among several that each sell a service of this kind."""
    component = knowledge.components[identity]
    clouds = vendor_book(knowledge).clouds
    named = [
        clouds.get(vendor, "") for parties in parties_of_offers(knowledge, component) for vendor in parties
    ]
    return "cloud_service" in component.modes and cloud in named and len(named) > 1


def parties_of_offers(knowledge: Knowledge, component: Component) -> list[frozenset[str]]:
    """Who stands behind each offer of it: one that several offer stays while another of them is left."""
    parts = _ALTERNATIVES.split(component.vendor)
    return [parties for part in parts if (parties := _parties(knowledge, part))]


def _parties(knowledge: Knowledge, part: str) -> frozenset[str]:
    """Who stands behind one offer: `Microsoft / LF AI`, `GitHub (Microsoft)`."""
    book = vendor_book(knowledge)
    names = (name for name in _TOGETHER.split(part) if name and name.casefold() not in book.nobody)
    return frozenset(book.by_key[_key(name, book.dropped)] for name in names)


def _key(text: str, dropped: frozenset[str]) -> str:
    """What a name comes down to without case, punctuation, legal form and filling words."""
    words = _WORD.findall(text.casefold())
    return "".join(word for word in words if word not in dropped) or "".join(words)


def vendor_book(knowledge: Knowledge) -> Vendors:
    return table_cache(knowledge, _read)


def _read(knowledge: Knowledge) -> Vendors:
    # A whole knowledge base of one's own may have none: then vendors are as their names are written.
    content: Any = knowledge.files.yaml(FILE) if knowledge.files.is_plain(FILE) else {}
    dropped = frozenset(content.get("dropped", ()))
    nobody = frozenset(name.casefold() for name in content.get("nobody", ()))
    found: dict[str, str] = {}
    spellings: list[str] = []
    for vendor, aliases in content.get("aliases", {}).items():
        spellings += (vendor, *aliases)
        for spelling in (vendor, *aliases):
            found.setdefault(_key(spelling, dropped), vendor)
    parts = (
        name
        for component in knowledge.components.values()
        for part in _ALTERNATIVES.split(component.vendor)
        for name in _TOGETHER.split(part)
    )
    for name in (*parts, *content.get("makers", ())):
        if name and name.casefold() not in nobody:
            found.setdefault(_key(name, dropped), name)
            spellings.append(name)
    makers = {name: tuple(beginnings) for name, beginnings in content.get("makers", {}).items()}
    return Vendors(
        found,
        tuple(dict.fromkeys(spellings)),
        dropped,
        nobody,
        makers,
        content.get("clouds", {}),
        content.get("platforms", {}),
    )
