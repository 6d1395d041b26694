"""What a profile's bans bar: what the banned vendors supply, and the hosted models that they make.

A ban is a hard constraint, so a name that matches no vendor is refused instead of being without effect.
"""

import re
from functools import lru_cache

from knowledge import Knowledge
from knowledge.llm_prices import llm_prices
from knowledge.vendors import parties_of_offers, vendor_book, vendor_named

_CLOUD_PREFIX = re.compile(r"^[a-z0-9]+\.(?=[a-z])")


@lru_cache(maxsize=64)
def supplied_by(knowledge: Knowledge, names: tuple[str, ...], alone: bool) -> frozenset[str]:
    """Ids of components that `names` (vendors or ids) offer; with `alone`, that nobody else offers."""
    ids = frozenset(name for name in names if name in knowledge.components)
    vendors = frozenset(vendor_named(knowledge, name) for name in names if name not in ids)
    enough = all if alone else any
    return ids | {
        component.id
        for component in knowledge.components.values()
        if (offers := parties_of_offers(knowledge, component))
        and enough(parties & vendors for parties in offers)
    }


@lru_cache(maxsize=4096)
def makes(knowledge: Knowledge, vendor: str, model: str) -> bool:
    """Whether `vendor` makes the model that a price list calls `model`."""
    name = _CLOUD_PREFIX.sub("", model.rsplit("/", 1)[-1].lower())
    return name.startswith(vendor_book(knowledge).makers.get(vendor, ("\0",)))


@lru_cache(maxsize=64)
def makers_among(knowledge: Knowledge, names: tuple[str, ...]) -> tuple[str, ...]:
    """The makers of hosted models among the vendors `names`."""
    vendors = (vendor_named(knowledge, name) for name in names if name not in knowledge.components)
    return tuple(dict.fromkeys(vendor for vendor in vendors if vendor in vendor_book(knowledge).makers))


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
