"""Which models come into question: the named one, the stated size, or those that meet the quality bar."""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from knowledge import Knowledge
from knowledge.capabilities import reads_images
from knowledge.errors import UnknownName
from knowledge.models import ModelSpec, models, resolve_model

from ..quality import fine_tuned_quality, quality, task_class_of

CLOSE = math.log(1.35)
"""A stated size is met by models within 35 %."""
SHORTLIST = 6
CACHE_CONTEXT = 8_192
"""Tokens of a sequence at which caches are compared."""


def named_model(knowledge: Knowledge, values: Mapping[str, Any]) -> ModelSpec | None:
    """The model that the user names, if it is one that we know."""
    name = values.get("model_named")
    return _resolve(knowledge, str(name)) if name else None


def quality_of(knowledge: Knowledge, model: str, use_case: str, precision: str = "") -> float | None:
    """Typical quality of `model` for the use case, or None where nothing is published."""
    return _quality(knowledge, model, task_class_of(knowledge, use_case), precision)


def tuned_quality(knowledge: Knowledge, use_case: str, base: float | None) -> float | None:
    """Quality after tuning on labels: the published range for the task, never below the model's own."""
    found = _tuned(knowledge, task_class_of(knowledge, use_case))
    return base if found is None else max(found, base or 0.0)


@lru_cache(maxsize=64)
def _tuned(knowledge: Knowledge, task_class: str) -> float | None:
    estimate = fine_tuned_quality(knowledge, task_class)
    return None if estimate is None else estimate.typical


def canonical_name(knowledge: Knowledge, name: str) -> str:
    """The model's own key for a name that a price list or a person uses; the name itself where it has none."""
    found = _resolve(knowledge, name)
    return name if found is None else found.key


def quality_bar(knowledge: Knowledge, values: Mapping[str, Any]) -> float:
    """The quality that was asked for, on the scale of the quality table."""
    bar: float = knowledge.anchors["quality_bar"][values.get("quality_bar") or "medium"]
    return bar


def servable(knowledge: Knowledge, values: Mapping[str, Any], max_params_b: float | None = None) -> list[str]:
    """Open-weight language models to size, at most SHORTLIST, least work a token first.

    A named or sized model is taken as it is; else those that meet the quality bar, whose licence allows
    commercial use and to which no other of them is preferable in every burden; where none meets it, the best ones.
    """
    images = values.get("reads_images") is True
    named = named_model(knowledge, values)
    if named is not None and named.open_weights and named.sizeable:
        return [named.key]
    pool = _open_models(knowledge, images)
    size = values.get("model_params_b")
    if size:
        return _nearest(pool, size)
    if max_params_b is not None:
        pool = tuple(model for model in pool if (model.params_b or 0) <= max_params_b)
    return list(_meeting(knowledge, pool, quality_bar(knowledge, values), str(values.get("use_case"))))


def _nearest(pool: tuple[ModelSpec, ...], size: float) -> list[str]:
    def distance(model: ModelSpec) -> float:
        return abs(math.log((model.params_b or 1e-6) / size))

    ranked = sorted(pool, key=lambda model: (round(distance(model), 6), model.key))
    return [model.key for model in ranked[:3] if distance(model) <= CLOSE] or [ranked[0].key]


@lru_cache(maxsize=256)
def _meeting(knowledge: Knowledge, pool: tuple[ModelSpec, ...], bar: float, use_case: str) -> tuple[str, ...]:
    rated = [(model, quality_of(knowledge, model.key, use_case)) for model in pool]
    known = [(model, value) for model, value in rated if value is not None]
    meeting = _lightest([model for model, value in known if value >= bar])
    if not meeting:
        meeting = [model for model, _ in sorted(known, key=lambda pair: -pair[1])[:3]] or list(pool)
    cheap = sorted(meeting, key=lambda model: (_burdens(model), model.key))
    return tuple(model.key for model in cheap[:SHORTLIST])


def _lightest(found: list[ModelSpec]) -> list[ModelSpec]:
    """Those that no other one undercuts: hardware for the others is never cheaper, whatever limits it."""
    return [
        model
        for model in found
        if not any(_undercuts(_burdens(other), _burdens(model)) for other in found if other is not model)
    ]


def _undercuts(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(mine <= theirs for mine, theirs in zip(one, other, strict=True))


def _burdens(model: ModelSpec) -> tuple[float, float, float]:
    """What limits a device: parameters that a token passes through, that are loaded, and the cache of a sequence."""
    params_b = model.params_b or 0
    return model.active_b or params_b, params_b, model.cache_bytes(CACHE_CONTEXT, 2)


@lru_cache(maxsize=8)
def _open_models(knowledge: Knowledge, images: bool) -> tuple[ModelSpec, ...]:
    return tuple(
        model
        for model in models(knowledge).values()
        if model.type == "llm"
        and model.open_weights
        and model.sizeable
        and model.commercial_use != "no"
        and (not images or reads_images(knowledge, model.key))
    )


@lru_cache(maxsize=1024)
def _resolve(knowledge: Knowledge, name: str) -> ModelSpec | None:
    try:
        return resolve_model(knowledge, name)
    except UnknownName:
        return None


@lru_cache(maxsize=16_384)
def _quality(knowledge: Knowledge, model: str, task_class: str, precision: str) -> float | None:
    estimate = quality(knowledge, model, task_class, precision)
    return None if estimate is None else estimate.typical
