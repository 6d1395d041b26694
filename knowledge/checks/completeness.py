"""What somebody who chooses must be told of a component, and which kinds of it are known.

Limit, operations and risk are asked of everything; a cost may stand as a price model instead of a fact, a
licence as a licence file that was read; compliance is asked of products that others operate only, since what
you run yourself inherits it from where it runs.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..records import Component, Fact
from .tables import Tables

PRICE_MODELS = "cost/price_models.yaml"
ALWAYS = ("limit", "ops", "risk", "cost")
OPERATED = frozenset({"saas", "cloud_service", "byoc"})
ATTRIBUTES = (
    "licence_class", "modes", "clouds", "status", "maturity", "vendor_type", "ops_complexity", "exit_path",
    "automation_level", "months_since_release", "first_release_year", "open_standard", "skills",
    "security_features", "integrates_with", "scale", "performance", "price_model",
)  # fmt: skip
"""Typed attributes of a component; an empty or missing value counts as unknown."""
_UNREAD = re.compile(r"general knowledge|not opened|not read|to be verified", re.IGNORECASE)


def asked(component: Component) -> tuple[str, ...]:
    """The kinds of facts that a choice for or against `component` needs."""
    licensed = component.licence_class != "n/a"
    operated = licensed and component.modes <= OPERATED
    return (*ALWAYS, *(("licence",) if licensed else ()), *(("compliance",) if operated else ()))


def known_kinds(facts: Iterable[Fact]) -> dict[str, frozenset[str]]:
    """Component -> kinds of the facts about it."""
    kinds: dict[str, set[str]] = {}
    for fact in facts:
        kinds.setdefault(fact.component, set()).add(fact.kind)
    return {component: frozenset(found) for component, found in kinds.items()}


def missing(component: Component, kinds: frozenset[str], priced: frozenset[str]) -> tuple[str, ...]:
    """The asked kinds that nothing speaks of."""
    known = set(kinds)
    if component.id in priced:
        known.add("cost")
    if licence_known(component):
        known.add("licence")
    return tuple(kind for kind in asked(component) if kind not in known)


def licence_known(component: Component) -> bool:
    """Whether the licence was read, or is a contract that has no licence file."""
    return component.licence_class in ("n/a", "proprietary") or not _UNREAD.search(component.licence_basis)


def attributes_known(components: Iterable[Component]) -> float:
    """Share of the typed attributes that have a value, over all of `components`."""
    values = [bool(value) for component in components for value in _attributes(component)]
    return sum(values) / len(values) if values else 1.0


def priced_components(tables: Tables) -> frozenset[str]:
    """Components whose monthly cost is computed from dated prices."""
    if PRICE_MODELS not in tables.files.walk():
        return frozenset()
    content: Mapping[str, Any] = tables.yaml(PRICE_MODELS) or {}
    return frozenset(name for model in content.get("models", ()) for name in model.get("components", ()))


def _attributes(component: Component) -> Iterator[object]:
    for name in ATTRIBUTES:
        value = getattr(component, name)
        yield True if isinstance(value, int) else value
