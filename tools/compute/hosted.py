"""Hosted speech and image models: billed by audio minute, character or image, never by text tokens."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.media_prices import MediaPrice, media_prices
from knowledge.sizing_data import constant

from ..assessment import Weights
from ..scoring import Scored
from .api import budget_penalty, cost_value
from .choice import MANAGED_API, Compute, Unit

MEDIA_TASKS = ("listen", "speak", "draw")
LIVE_LIMIT_MS = 5_000
"""A limit on the answer below this means that speech is followed while it goes on (judgement)."""


class Offer(NamedTuple):
    """One hosted model at one provider that the catalogue knows."""

    component: str
    price: MediaPrice


def choose_hosted_media(
    knowledge: Knowledge, values: Mapping[str, Any], providers: list[Scored], weights: Weights, as_of: date
) -> tuple[Compute, Scored] | None:
    """The best provider and model for the task; None where no provider's price is known."""
    allowed = {scored.component.id: scored for scored in providers if scored.barrier is None}
    live = followed_live(values)
    best: tuple[float, Compute, Scored] | None = None
    for component, price in _offers(knowledge, str(values.get("model_task"))):
        if component not in allowed or not price.offered(as_of) or (live and not price.live):
            continue
        volume = monthly_units(knowledge, values, price.unit)
        usd = None if volume is None else volume * price.usd_per_unit
        value = allowed[component].score
        value += weights.categories["cost"] * (cost_value(knowledge, values, usd) - 0.5)
        value -= budget_penalty(values, usd)
        if best is None or value > best[0] + 1e-9:
            best = (value, _compute(component, price, usd), allowed[component])
    return None if best is None else best[1:]


def followed_live(values: Mapping[str, Any]) -> bool:
    """Whether speech has to be understood while it is still going on."""
    limit = values.get("e2e_latency_ms") or values.get("ttft_ms")
    if values.get("model_task") != "listen" or values.get("batch_only") is True:
        return False
    return values.get("processing_pattern") == "streaming" or (limit is not None and limit <= LIVE_LIMIT_MS)


def monthly_units(knowledge: Knowledge, values: Mapping[str, Any], unit: Unit) -> float | None:
    """Audio minutes, characters or images a month; None where nothing says how many."""
    if unit == "image":
        return _number(values.get("images_per_month"))
    minutes = _number(values.get("audio_minutes_per_month"))
    if minutes is None or unit == "audio_minute":
        return minutes
    return minutes * constant(knowledge, "media", "characters_per_minute").value


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


@lru_cache(maxsize=16)
def _offers(knowledge: Knowledge, task: str) -> tuple[Offer, ...]:
    component_of = knowledge.providers["providers"]
    return tuple(
        Offer(component_of[row.provider], row)
        for row in media_prices(knowledge).values()
        if row.task == task and row.provider in component_of
    )


def _compute(component: str, price: MediaPrice, usd: float | None) -> Compute:
    return Compute(
        kind="api",
        deployment=MANAGED_API,
        model=price.model,
        provider=component,
        unit=price.unit,
        usd_month=usd,
    )
