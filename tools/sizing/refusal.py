"""Why a model has no plan on an accelerator, how much it would carry all the same, and what comes nearest."""

import math
from typing import NamedTuple

import numpy as np

from knowledge import Knowledge
from knowledge.hardware import Accelerator, accelerators
from knowledge.models import ModelSpec, models
from knowledge.sizing_data import constant
from tools.wording import number

from .capacity import Capacity, longest_tokens, relaxed
from .demand import PlanPoint, ServingDemand
from .engine_memory import EngineSettings, engine_memory, sequence_gib
from .memory import precisions
from .options import DEVICES, weights_fit
from .queueing import ratios
from .serving import Choice, available_devices, design_rps, redundant
from .unsized import OTHERS, instead


class Refusal(NamedTuple):
    """In words, and what the accelerators that there are would carry."""

    reason: str
    most_rps: float = 0.0
    replicas: int = 0
    per_replica: int = 0
    precision: str = ""


def refusal(
    knowledge: Knowledge, demand: ServingDemand, chosen: Choice, point: PlanPoint, pair: int
) -> Refusal:
    """The refusal of `point`, which is pair number `pair` of the choice."""
    model, machine = models(knowledge)[point.model], accelerators(knowledge)[point.accelerator]
    if not model.sizeable:
        return Refusal(f"{point.reason} {_alike(knowledge, model)}")
    rows = np.flatnonzero(chosen.options.pair == pair)
    if not len(rows):
        return Refusal(f"{point.reason} {_smaller(knowledge, model, machine)}")
    kept = chosen.capacity.keeps_limits[rows]
    if kept.any():
        return _saturated(knowledge, demand, chosen, point, rows)
    return Refusal(f"{point.reason} {_closest(knowledge, demand, chosen, model, machine, rows)}")


def _saturated(
    knowledge: Knowledge, demand: ServingDemand, chosen: Choice, point: PlanPoint, rows: np.ndarray
) -> Refusal:
    """As many replicas as the accelerators make, each as full as the limits allow."""
    there = int(available_devices(knowledge, demand))
    spare = 1 if redundant(knowledge, demand) else 0
    devices = chosen.options.devices[rows]
    replicas = np.maximum(np.floor(there / devices) - spare, 0)
    each = np.where(chosen.capacity.keeps_limits[rows], chosen.capacity.planned_rps[rows], 0).max(axis=1)
    best = int((replicas * each).argmax())
    most = float(replicas[best] * each[best])
    per_replica, precision = int(devices[best]), chosen.options.precision[int(rows[best])]
    if not most:
        fewest = int(devices.min()) * (1 + spare)
        return Refusal(
            f"{point.model} needs at least {fewest} x {point.accelerator}, there are {there:,}.",
            precision=precision,
        )
    text = (
        f"Saturated: {there:,} x {point.accelerator} carry at most {number(most)} requests a second of this kind "
        f"within the limits, {number(design_rps(demand))} are asked for."
    )
    if demand.accelerators is None:
        text += f" Plans end at {there:,} accelerators: no published installation is as large."
    return Refusal(text, most, int(replicas[best]) + spare, per_replica, precision)


def _alike(knowledge: Knowledge, model: ModelSpec) -> str:
    """The open model of the same family whose size is known, if there is one."""
    family = [item for item in models(knowledge).values() if item.sizeable and item.family == model.family]
    if model.type in OTHERS or not family:
        return instead(model)
    return f"Nearest of its family with a published architecture: {family[-1].key}."


def _smaller(knowledge: Knowledge, model: ModelSpec, machine: Accelerator) -> str:
    """What would hold the model: fewer bits here, or else the device that holds it with the least memory."""
    for precision in precisions(model, machine)[::-1]:
        for count in DEVICES:
            if count <= machine.max_tensor_parallel and weights_fit(
                knowledge, model, machine, precision, count
            ):
                return f"Nearest: {precision} weights on {count} x {machine.key}."
    found = [
        (count * other.memory_gb, count, other.key, precision)
        for other in accelerators(knowledge).values()
        for precision in precisions(model, other)
        for count in DEVICES
        if count <= other.max_tensor_parallel and weights_fit(knowledge, model, other, precision, count)
    ]
    if not found:
        return "No accelerator in the table holds it in one replica."
    _, count, key, precision = min(found)
    return f"Nearest: {count} x {key} with {precision} weights."


def _closest(
    knowledge: Knowledge, demand: ServingDemand, chosen: Choice, model: ModelSpec, machine: Accelerator,
    rows: np.ndarray,
) -> str:  # fmt: skip
    """The fastest that these deployments are, or the longest context that they hold."""
    able, options = chosen.capacity, chosen.options
    if model.context and longest_tokens(demand) > model.context:
        return ""
    if not able.fits[rows].any():
        best = int(rows[options.devices[rows].argmax()])
        longest = _longest(knowledge, model, machine, options.precision[best], int(options.devices[best]))
        return (
            f"Nearest: {int(options.devices[best])} x {machine.key} hold one sequence of {longest:,} tokens."
        )
    if relaxed(demand):
        return ""
    parts = [
        f"{name} {value:.0f} ms against {limit:g} ms"
        for name, value, limit in _fastest(knowledge, demand, able, rows)
        if limit is not None
    ]
    return f"Nearest, alone on the fastest deployment: {', '.join(parts)}."


def _fastest(
    knowledge: Knowledge, demand: ServingDemand, able: Capacity, rows: np.ndarray
) -> list[tuple[str, float, float | None]]:
    """Each limited time of the deployment that comes closest to all limits, with one request in flight."""
    found = (
        ("first token", "ttft", able.ttft_ms, demand.ttft_limit_ms),
        ("per token", "tpot", able.tpot_ms, demand.tpot_limit_ms),
        ("whole answer", "e2e", able.e2e_ms, demand.e2e_limit_ms),
    )
    times = []
    for words, name, values, limit in found:
        spread = constant(knowledge, "percentiles", f"{name}_p99_over_mean")
        tail = ratios(spread, demand.percentile)[1] if demand.headroom else 1.0
        times.append((words, values[rows, 0] * tail, limit))
    worst = np.max([values / limit for _, values, limit in times if limit is not None], axis=0)
    best = int(np.argmin(worst))
    return [(words, float(values[best]), limit) for words, values, limit in times]


def _longest(
    knowledge: Knowledge, model: ModelSpec, machine: Accelerator, precision: str, devices: int
) -> int:
    """Tokens of the longest single sequence, to the thousand below."""
    room = engine_memory(knowledge, model, machine, precision, devices, 1.0, EngineSettings()).cache_gib
    low, high = 0, int(model.context or 1_000_000)
    while high - low > 1:
        middle = (low + high) // 2
        fits = sequence_gib(knowledge, model, precision, devices, middle) <= room
        low, high = (middle, high) if fits else (low, middle)
    return math.floor(low / 1000) * 1000 if low > 1000 else low
