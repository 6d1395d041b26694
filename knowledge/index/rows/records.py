"""Rows of the tables as records of the index, by their ids."""

import re
from collections.abc import Callable, Iterable
from functools import cached_property, partial

from ...hardware import TABLE as ACCELERATORS
from ...hardware import accelerators
from ...library import Knowledge
from ...llm_prices import offers_of_model, only_sold
from ...machines import MACHINE, machine_lines, machines
from ...media_prices import TABLE as MEDIA
from ...media_prices import only_sold_media
from ...models import TABLE as MODELS
from ...models import models
from ...price_rows import SERVICES, TOKENS, price_lines, priced_services, service_lines
from ...rate_texts import RATES, only_limited, provider_rate_lines
from ...row_texts import (
    ACCELERATOR,
    MODEL,
    PRICE,
    SERVICE,
    accelerator_lines,
    model_lines,
    sold_model_lines,
)
from ..record import IndexRecord

BY_NAME_ALONE = frozenset({"model", "accelerator"})
"""Kinds of rows that are all that is held of something, so that what is asked and not there is missing."""


class RowRecords:
    """Models, accelerators, machines, prices and rate limits; of each what is held."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._lines: dict[str, tuple[str, ...]] = {}

    def by_id(self, identity: str) -> IndexRecord | None:
        """The record `model:…`, `accelerator:…`, `machine:…`, `price:…`, `service:…` or `rates:…`; None where there is
        none."""
        kind, _, key = identity.partition(":")
        if f"{kind}:" == PRICE:
            return self.price(key)
        if f"{kind}:" == RATES:
            return self.rates(key)
        if f"{kind}:" == SERVICE:
            name = next((name for name in self.services if service_id(name) == identity), None)
            return self.service(name) if name else None
        if f"{kind}:" == MODEL and self.holds(MODELS) and key in self.models:
            return self.model(key)
        if f"{kind}:" == ACCELERATOR and self.holds(ACCELERATORS) and key in accelerators(self._knowledge):
            return self.accelerator(key)
        if f"{kind}:" == MACHINE and key in self.machines:
            return self.machine(key)
        return None

    def model(self, key: str) -> IndexRecord:
        known, model, identity = self._knowledge, models(self._knowledge).get(key), f"{MODEL}{key}"
        told = partial(model_lines, model) if model else partial(sold_model_lines, key)
        return _record(identity, "model", self._once(identity, partial(told, known)))

    def accelerator(self, key: str) -> IndexRecord:
        device = accelerators(self._knowledge)[key]
        identity = f"{ACCELERATOR}{key}"
        lines = self._once(identity, partial(accelerator_lines, device, self._knowledge))
        return _record(identity, "accelerator", lines, device.component)

    def machine(self, name: str) -> IndexRecord:
        identity = f"{MACHINE}{name}"
        lines = self._once(identity, partial(machine_lines, name, self._knowledge))
        return _record(identity, "accelerator", lines, self.machines[name])

    def service(self, name: str) -> IndexRecord:
        """Prices under the name of a service, which may be a part of a component or of none."""
        identity = service_id(name)
        lines = self._once(identity, partial(service_lines, name, self._knowledge))
        return _record(identity, "price", (f"{name}, list prices", *lines))

    def price(self, identity: str) -> IndexRecord | None:
        component = self._knowledge.components.get(identity)
        if component is None or not self.holds(SERVICES):
            return None
        told = self._once(f"{PRICE}{identity}", partial(price_lines, component, self._knowledge))
        lines = (f"{component.name}, list prices", *told)
        return _record(f"{PRICE}{identity}", "price", lines, identity) if told else None

    def rates(self, identity: str) -> IndexRecord | None:
        component = self._knowledge.components.get(identity)
        told = self._once(f"{RATES}{identity}", partial(provider_rate_lines, identity, self._knowledge))
        if component is None or not told:
            return None
        return _record(f"{RATES}{identity}", "rates", (f"{component.name}, rate limits", *told), identity)

    def _once(self, identity: str, told: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        """The lines of a row, put into words when they are first asked for."""
        if identity not in self._lines:
            self._lines[identity] = told()
        return self._lines[identity]

    def holds(self, table: str) -> bool:
        """Whether the knowledge has this file."""
        return self._knowledge.files.is_plain(table)

    @cached_property
    def machines(self) -> dict[str, str]:
        """Names of types of machines -> the way of renting that their prices belong to."""
        return {name: rows[0].mode for name, rows in machines(self._knowledge).items()}

    @cached_property
    def services(self) -> dict[str, frozenset[str]]:
        """Names of priced services -> the components whose prices tell it too."""
        return priced_services(self._knowledge)

    @cached_property
    def models(self) -> tuple[str, ...]:
        """Keys of models, those sold by the token first, and names of those of which only prices or limits are held."""
        keys = tuple(models(self._knowledge))
        if self.holds(TOKENS):
            by_use = sorted(keys, key=lambda key: not self._is_sold(key))
            keys = (*by_use, *only_sold(self._knowledge, keys))
        if self.holds(MEDIA):
            keys = (*keys, *only_sold_media(self._knowledge, keys))
        return (*keys, *only_limited(self._knowledge, keys))

    def _is_sold(self, key: str) -> bool:
        return any(row.offered(row.as_of) for row in offers_of_model(self._knowledge, key))


def service_id(name: str) -> str:
    """The id of a service's prices."""
    return SERVICE + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _record(identity: str, kind: str, lines: Iterable[str], component: str = "") -> IndexRecord:
    subjects = (component,) if component else ()
    return IndexRecord(identity, "\n".join(lines), kind, component, subjects)
