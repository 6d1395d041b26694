"""Open speech and image models on accelerators: the cheapest one that keeps up, sized by published rates."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from knowledge import Knowledge
from knowledge.capabilities import can_do, capability
from knowledge.hardware import accelerators
from knowledge.models import models
from knowledge.sizing_data import constant

from ..month import HOURS_PER_MONTH
from ..sizing import EncoderPlan, size_media
from ..sizing.encoder_limits import holds
from .choice import Compute
from .hosted import followed_live
from .models import named_model
from .other import encoder_accelerators, rounded
from .rates import hourly_point
from .serving import duty

OLDEST_FOR_PICTURES = 8.0
"""NVIDIA compute capability from which bfloat16 and FlashAttention-2 run; measured rates assume both."""


def choose_media(
    knowledge: Knowledge, values: Mapping[str, Any], mode: str, clouds: tuple[str, ...]
) -> Compute | None:
    """The cheapest model and accelerator within the latency limit; unsized where no rate is published."""
    load = media_load(knowledge, values)
    best: tuple[tuple[bool, float], Compute] | None = None
    for model in media_models(knowledge, values):
        for key in encoder_accelerators(knowledge, values):
            if not _runs_on(knowledge, model, key, str(values.get("model_task"))):
                continue
            hourly = hourly_point(knowledge, key, mode, clouds)
            plan = _plan(knowledge, model, key, rounded(max(load or 0.0, 1e-6)))
            if hourly is None or plan.devices == 0:
                continue
            made = _compute(values, plan, mode, hourly, load)
            rank = (not made.feasible, made.usd_month or 0.0)
            if best is None or rank < best[0]:
                best = (rank, made)
    if best is not None:
        return best[1]
    known = media_models(knowledge, values)
    return Compute(kind="encoder", deployment=mode, model=known[0], replicas=1) if known else None


def media_models(knowledge: Knowledge, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The named model if it can do the task, else those that stand for it."""
    task = str(values.get("model_task"))
    named = named_model(knowledge, values)
    if named is not None and named.open_weights and can_do(knowledge, named.key, task):
        return (named.key,)
    return capability(knowledge, task).representatives(str(values.get("languages") or "english"))


def media_load(knowledge: Knowledge, values: Mapping[str, Any]) -> float | None:
    """Seconds of audio, or images, a second at peak, live speech counted for its overlaps; None where unknown."""
    if values.get("model_task") == "draw":
        peak = values.get("peak_rps") or values["mean_rps"]
        return float(peak) * float(values.get("images_per_request") or 1)
    streams = values.get("audio_streams_peak")
    if streams is None:
        return None
    return float(streams) * (
        constant(knowledge, "media", "live_cost").value if followed_live(values) else 1.0
    )


def _runs_on(knowledge: Knowledge, model: str, key: str, task: str) -> bool:
    """Whether the weights fit, and for pictures whether the device has 16-bit brain floats."""
    machine = accelerators(knowledge)[key]
    modern = task != "draw" or (machine.compute_capability or OLDEST_FOR_PICTURES) >= OLDEST_FOR_PICTURES
    return modern and holds(knowledge, models(knowledge)[model], machine)


def _compute(
    values: Mapping[str, Any], plan: EncoderPlan, mode: str, hourly: float, load: float | None
) -> Compute:
    pictures = float(values.get("images_per_request") or 1) if values.get("model_task") == "draw" else 1.0
    answer = plan.latency_ms.typical * pictures
    limit = None if values.get("batch_only") is True else values.get("e2e_latency_ms")
    late = limit is not None and answer > limit
    usd = plan.devices * hourly * HOURS_PER_MONTH * duty(values, mode, plan.utilisation)
    return Compute(
        kind="encoder",
        deployment=mode,
        model=plan.model,
        accelerator=plan.accelerator,
        precision="fp16",
        accelerators=plan.devices,
        replicas=plan.devices,
        # Without a known amount of sound the number of devices is a guess: unpriced, not cheap.
        usd_month=None if load is None else usd,
        e2e_ms=answer,
        utilisation=plan.utilisation,
        watts=plan.watts.typical,
        rate_per_s=plan.items_per_s.typical,
        feasible=not late,
        reason=f"{plan.model} on one {plan.accelerator} takes longer than the limit" if late else "",
    )


@lru_cache(maxsize=4096)
def _plan(knowledge: Knowledge, model: str, accelerator: str, load: float) -> EncoderPlan:
    return size_media(knowledge, model, accelerator, load)
