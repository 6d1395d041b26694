"""Vendors by the names that people use: parts, aliases and legal forms, and who makes which hosted model.

A ban is a hard constraint, so a name that matches no vendor is refused instead of being without effect.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.aliases import nearest, table_cache
from knowledge.llm_prices import llm_prices
from knowledge.records import Component

FILE = "catalog/vendors.yaml"
_ALTERNATIVES = re.compile(r"\s*,\s*|\s+and\s+(?=others$)")
_TOGETHER = re.compile(r"\s*/\s*|\s*[()]\s*")
_WORD = re.compile(r"[^\W_]+")
_CLOUD_PREFIX = re.compile(r"^[a-z0-9]+\.(?=[a-z])")


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
    book = _book(knowledge)
    found = book.by_key.get(_key(text, book.dropped))
    if found is None:
        raise nearest(text, book.spellings, "vendor")
    return found


def check_vendors(knowledge: Knowledge, names: Iterable[str]) -> None:
    """UnknownName for the first of `names` that is neither a vendor nor a component's id."""
    for name in names:
        if name not in knowledge.components:
            vendor_named(knowledge, name)


@lru_cache(maxsize=64)
def supplied_by(knowledge: Knowledge, names: tuple[str, ...], alone: bool) -> frozenset[str]:
    """Ids of components that `names` (vendors or ids) offer; with `alone`, that nobody else offers."""
    ids = frozenset(name for name in names if name in knowledge.components)
    vendors = frozenset(vendor_named(knowledge, name) for name in names if name not in ids)
    enough = all if alone else any
    return ids | {
        component.id
        for component in knowledge.components.values()
        if (offers := _offers(knowledge, component)) and enough(parties & vendors for parties in offers)
    }


@lru_cache(maxsize=1024)
def cloud_of(knowledge: Knowledge, identity: str) -> str:
    """The cloud (`aws`, `azure`, `gcp`) whose own service a component is, to be had there alone; empty: none."""
    component = knowledge.components.get(identity)
    if component is None or component.modes != {"cloud_service"}:
        return ""
    clouds = _book(knowledge).clouds
    found = {clouds.get(vendor, "") for parties in _offers(knowledge, component) for vendor in parties}
    return found.pop() if len(found) == 1 else ""


@lru_cache(maxsize=1024)
def platform_of(knowledge: Knowledge, identity: str) -> str:
    """What stands for the platform that a component is a part of: `cloud:aws`, or a component's id; empty: none."""
    cloud = cloud_of(knowledge, identity)
    return f"cloud:{cloud}" if cloud else _book(knowledge).platforms.get(identity, "")


@lru_cache(maxsize=1024)
def sold_on(knowledge: Knowledge, identity: str, cloud: str) -> bool:
    """Whether `cloud` is among several that each sell a service of this kind."""
    component = knowledge.components[identity]
    clouds = _book(knowledge).clouds
    named = [clouds.get(vendor, "") for parties in _offers(knowledge, component) for vendor in parties]
    return "cloud_service" in component.modes and cloud in named and len(named) > 1


@lru_cache(maxsize=4096)
def makes(knowledge: Knowledge, vendor: str, model: str) -> bool:
    """Whether `vendor` makes the model that a price list calls `model`."""
    name = _CLOUD_PREFIX.sub("", model.rsplit("/", 1)[-1].lower())
    return name.startswith(_book(knowledge).makers.get(vendor, ("\0",)))


@lru_cache(maxsize=64)
def makers_among(knowledge: Knowledge, names: tuple[str, ...]) -> tuple[str, ...]:
    """The makers of hosted models among the vendors `names`."""
    vendors = (vendor_named(knowledge, name) for name in names if name not in knowledge.components)
    return tuple(dict.fromkeys(vendor for vendor in vendors if vendor in _book(knowledge).makers))


@lru_cache(maxsize=512)
def resold_by(knowledge: Knowledge, component: str, names: tuple[str, ...]) -> str:
    """The maker among `names` whose models are all that the model API `component` sells; empty otherwise."""
    provider_of = knowledge.providers["providers"]
    sold = [row.model for row in llm_prices(knowledge).values() if provider_of.get(row.provider) == component]
    makers = makers_among(knowledge, names)
    return next((maker for maker in makers if sold and all(makes(knowledge, maker, m) for m in sold)), "")


def barred_model(knowledge: Knowledge, model: str, names: tuple[str, ...]) -> bool:
    """Whether a maker among the banned `names` makes the hosted `model`."""
    return any(makes(knowledge, maker, model) for maker in makers_among(knowledge, names))


def _offers(knowledge: Knowledge, component: Component) -> list[frozenset[str]]:
    """Who stands behind each offer of it: one that several offer stays while another of them is left."""
    parts = _ALTERNATIVES.split(component.vendor)
    return [parties for part in parts if (parties := _parties(knowledge, part))]


def _parties(knowledge: Knowledge, part: str) -> frozenset[str]:
    """Who stands behind one offer: `Microsoft / LF AI`, `GitHub (Microsoft)`."""
    book = _book(knowledge)
    names = (name for name in _TOGETHER.split(part) if name and name.casefold() not in book.nobody)
    return frozenset(book.by_key[_key(name, book.dropped)] for name in names)


def _key(text: str, dropped: frozenset[str]) -> str:
    """What a name comes down to without case, punctuation, legal form and filling words."""
    words = _WORD.findall(text.casefold())
    return "".join(word for word in words if word not in dropped) or "".join(words)


def _book(knowledge: Knowledge) -> Vendors:
    return table_cache(knowledge, _read)


def _read(knowledge: Knowledge) -> Vendors:
    content: Any = knowledge.files.yaml(FILE)
    dropped = frozenset(content["dropped"])
    nobody = frozenset(name.casefold() for name in content["nobody"])
    found: dict[str, str] = {}
    spellings: list[str] = []
    for vendor, aliases in content["aliases"].items():
        spellings += (vendor, *aliases)
        for spelling in (vendor, *aliases):
            found.setdefault(_key(spelling, dropped), vendor)
    parts = (
        name
        for component in knowledge.components.values()
        for part in _ALTERNATIVES.split(component.vendor)
        for name in _TOGETHER.split(part)
    )
    for name in (*parts, *content["makers"]):
        if name and name.casefold() not in nobody:
            found.setdefault(_key(name, dropped), name)
            spellings.append(name)
    makers = {name: tuple(beginnings) for name, beginnings in content["makers"].items()}
    return Vendors(
        found,
        tuple(dict.fromkeys(spellings)),
        dropped,
        nobody,
        makers,
        content.get("clouds", {}),
        content.get("platforms", {}),
    )
