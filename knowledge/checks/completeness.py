"""What somebody who chooses must be told of a component, and which kinds of it are known.

Limit, operations, risk and cost are asked of everything, the licence of what has one; compliance is asked of what
somebody else can operate for you, since what you run yourself inherits it from where it runs.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..records import Component, Fact
from .tables import Tables

PRICE_MODELS, PRICES = "cost/price_models.yaml", "cost/service_prices.csv"
ALWAYS = ("limit", "ops", "risk", "cost")
OPERATED = frozenset({"saas", "cloud_service", "byoc"})
ATTRIBUTES = (
    "licence_class", "modes", "clouds", "status", "maturity", "vendor_type", "ops_complexity", "exit_path",
    "automation_level", "months_since_release", "first_release_year", "open_standard", "skills",
    "security_features", "integrates_with", "scale", "performance", "price_model",
)  # fmt: skip
"""Typed attributes of a component; an empty or missing value counts as unknown. Releases are asked of nobody's product
(own code, a process) as little as the time since the last one of a service, which has none."""
_UNREAD = re.compile(r"general knowledge|not opened|not read|to be verified", re.IGNORECASE)


def asked(component: Component) -> tuple[str, ...]:
    """The kinds of facts that a choice for or against `component` needs."""
    licensed = component.licence_class != "n/a"
    operated = licensed and not component.modes.isdisjoint(OPERATED)
    return (*ALWAYS, *(("licence",) if licensed else ()), *(("compliance",) if operated else ()))


def known_kinds(facts: Iterable[Fact]) -> dict[str, frozenset[str]]:
    """Component -> kinds of the facts about it."""
    kinds: dict[str, set[str]] = {}
    for fact in facts:
        kinds.setdefault(fact.component, set()).add(fact.kind)
    return {component: frozenset(found) for component, found in kinds.items()}


def missing(component: Component, kinds: frozenset[str]) -> tuple[str, ...]:
    """The asked kinds of which no fact speaks."""
    return tuple(kind for kind in asked(component) if kind not in kinds)


def licence_known(component: Component) -> bool:
    """Whether the licence or the terms of the contract were read, or there is nothing to license."""
    return component.licence_class == "n/a" or not _UNREAD.search(component.licence_basis)


def attributes_known(components: Iterable[Component], priced: frozenset[str] = frozenset()) -> float:
    """Share of the typed attributes that have a value, over all of `components`; `priced`: ids of those with prices."""
    values = [bool(value) for component in components for value in _attributes(component, priced)]
    return sum(values) / len(values) if values else 1.0


def priced_components(tables: Tables) -> frozenset[str]:
    """Components whose monthly cost is computed from dated prices."""
    return frozenset(
        name for model in _price_models(tables).get("models", ()) for name in model.get("components", ())
    )


def with_prices(tables: Tables) -> frozenset[str]:
    """Components with a model of their price, a row of the price list, or a slot that another line of the bill pays."""
    elsewhere = frozenset(_price_models(tables).get("elsewhere_slots", {}))
    paid = (item.record for item in tables.components.values() if not elsewhere.isdisjoint(item.record.slots))
    listed = tables.files.rows(PRICES) if tables.files.is_plain(PRICES) else ()
    named = (name for row in listed for name in row.get("components", "").split())
    return priced_components(tables).union((component.id for component in paid), named)


def _price_models(tables: Tables) -> Mapping[str, Any]:
    return (tables.yaml(PRICE_MODELS) or {}) if tables.files.is_plain(PRICE_MODELS) else {}


def _attributes(component: Component, priced: frozenset[str]) -> Iterator[object]:
    released = component.vendor_type != "self"
    for name in ATTRIBUTES:
        if name == "first_release_year" and not released:
            continue
        if name == "months_since_release" and (not released or component.modes <= OPERATED):
            continue
        value = getattr(component, name)
        yield True if isinstance(value, int) or (name == "price_model" and component.id in priced) else value
