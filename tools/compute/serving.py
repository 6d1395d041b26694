"""Self-hosted language models: the cheapest sized plan for one deployment mode."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.hardware import accelerators
from knowledge.models import models as sized_models

from ..month import HOURS_PER_MONTH
from ..sizing import PlanPoint, ServingDemand, cheapest_points
from .choice import Compute
from .models import quality_of
from .rates import hourly_point

QUALITY_WORTH = 0.25
"""A model that is better by 0.1 may cost 2.5 % more: judgement, breaks near ties only."""

FOUR_BITS = ("int4", "fp4")


class Serving(NamedTuple):
    """Plan points of all models and accelerators in question, computed once for a workload."""

    points: list[PlanPoint]
    owned: dict[str, int]


def demand_of(values: Mapping[str, Any]) -> ServingDemand:
    """The load of the model endpoint: calls, not tasks, and limits per call."""
    calls = max(values.get("llm_calls_per_task") or 1, 1)
    mean = max(values["mean_rps"] * calls, 1e-9)
    e2e = values.get("e2e_latency_ms")
    return ServingDemand(
        mean_rps=mean,
        peak_rps=max((values.get("peak_rps") or 0.0) * calls, mean),
        input_tokens=max(values["prompt_tokens"], 1.0),
        output_tokens=max(values["output_tokens"], 1.0),
        shared_prefix_tokens=min(values.get("shared_prefix_tokens") or 0.0, values["prompt_tokens"]),
        ttft_limit_ms=values.get("ttft_ms"),
        tpot_limit_ms=values.get("tpot_ms"),
        e2e_limit_ms=None if e2e is None else e2e / calls,
        availability_pct=values.get("availability_pct") if values.get("production") is True else None,
        batch=values.get("batch_only") is True,
        batch_window_h=values.get("batch_window_h"),
        context_tokens=values.get("context_tokens"),
    )


def serving_points(knowledge: Knowledge, values: Mapping[str, Any], models: Sequence[str]) -> Serving:
    """Size every model in question on every accelerator in question."""
    owned = owned_accelerators(values)
    servers = tuple(key for key in owned if not _personal(knowledge, key))
    keys = servers or wanted_accelerators(knowledge, values, "serving_accelerators")
    pairs = [(model, key) for model in models for key in keys]
    return Serving(cheapest_points(knowledge, demand_of(values), pairs), owned)


def wanted_accelerators(knowledge: Knowledge, values: Mapping[str, Any], default: str) -> tuple[str, ...]:
    """The accelerator that the user wants to rent, or the usual ones."""
    wanted = values.get("accelerator_wanted")
    if wanted and wanted in accelerators(knowledge):
        return (str(wanted),)
    return tuple(knowledge.anchors[default])


def wants_processors(knowledge: Knowledge, values: Mapping[str, Any]) -> bool:
    """Whether the user named processors as the machine to run on, owned or rented."""
    keys = (*owned_accelerators(values), str(values.get("accelerator_wanted") or ""))
    table = accelerators(knowledge)
    return any(key in table and table[key].kind == "cpu" for key in keys)


def _personal(knowledge: Knowledge, key: str) -> bool:
    """Whether the device serves one person: it can't be what a service runs on."""
    spec = accelerators(knowledge).get(key)
    return spec is not None and spec.kind in ("apple", "edge")


def owned_accelerators(values: Mapping[str, Any]) -> dict[str, int]:
    """`8xH100-SXM-80GB` -> {H100-SXM-80GB: 8}."""
    found: dict[str, int] = {}
    for item in values.get("owned_accelerators") or ():
        count, _, key = str(item).partition("x")
        if key and count.isdigit():
            found[key] = found.get(key, 0) + int(count)
    return found


def choose_serving(
    knowledge: Knowledge, values: Mapping[str, Any], serving: Serving, mode: str, clouds: tuple[str, ...]
) -> Compute | None:
    """The cheapest feasible plan in deployment `mode`; the least bad one where none is feasible.

    Weights cut below 8 bits change the answers, so such a plan is taken only where no other is feasible.
    """
    best: tuple[tuple[bool, bool, float], Compute] | None = None
    for point in serving.points:
        usd = _monthly_usd(knowledge, values, point, mode, clouds, serving.owned)
        if point.accelerators == 0 or usd is None:
            continue
        rating = quality_of(knowledge, point.model, str(values.get("use_case")))
        worth = usd * (1 - QUALITY_WORTH * (rating or 0.0))
        key = (not point.feasible, _below_8_bits(knowledge, point), worth)
        if best is None or key < best[0]:
            best = (key, _compute(point, mode, usd, rating))
    return None if best is None else best[1]


def _below_8_bits(knowledge: Knowledge, point: PlanPoint) -> bool:
    """True for 4-bit weights of a model that was published with more."""
    return (
        point.precision in FOUR_BITS
        and sized_models(knowledge)[point.model].native_precision not in FOUR_BITS
    )


def _monthly_usd(
    knowledge: Knowledge,
    values: Mapping[str, Any],
    point: PlanPoint,
    mode: str,
    clouds: tuple[str, ...],
    owned: Mapping[str, int],
) -> float | None:
    hourly = hourly_point(knowledge, point.accelerator, mode, clouds)
    if hourly is None:
        return None
    return hourly * point.accelerators * HOURS_PER_MONTH * duty(values, mode, point.utilisation)


def duty(values: Mapping[str, Any], mode: str, utilisation: float) -> float:
    """Share of the month that is paid for: the batch window where capacity can be let go, else all of it."""
    window = values.get("batch_window_h")
    if values.get("batch_only") is True and window and mode in ("gpu-on-demand", "serverless-gpu"):
        return min(float(window), 24.0) / 24.0
    if mode == "serverless-gpu":
        return min(1.0, max(utilisation * 1.5, 0.02))
    return 1.0


def _compute(point: PlanPoint, mode: str, usd: float, rating: float | None) -> Compute:
    return Compute(
        kind="llm",
        deployment=mode,
        model=point.model,
        accelerator=point.accelerator,
        precision=point.precision,
        accelerators=point.accelerators,
        replicas=point.replicas,
        usd_month=usd,
        ttft_ms=point.ttft_p95_ms,
        tpot_ms=point.tpot_ms,
        e2e_ms=point.e2e_p95_ms,
        utilisation=point.utilisation,
        watts=point.watts,
        quality=rating,
        feasible=point.feasible,
        reason=point.reason,
    )


def nodes_of(knowledge: Knowledge, accelerator: str, count: int) -> int:
    """Servers for `count` accelerators, as many a node as one replica may span."""
    if count <= 0:
        return 0
    return math.ceil(count / max(accelerators(knowledge)[accelerator].max_tensor_parallel, 1))
