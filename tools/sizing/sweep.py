"""Every model on every accelerator at every precision and device count, for one workload at once."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from knowledge import Knowledge
from knowledge.hardware import accelerators
from knowledge.models import models

from .capacity import capacity
from .demand import ServingDemand
from .memory import precisions
from .options import BATCHES, DEVICES, Options, arrays_of, weights_fit
from .roofline import Array, Flags
from .runs import Setting
from .serving import replicas_for


class Everything(NamedTuple):
    """All deployments whose weights fit."""

    settings: tuple[Setting, ...]
    options: Options


class Sweep(NamedTuple):
    """Parallel arrays, one entry a deployment, each at the batch that needs the fewest replicas."""

    settings: tuple[Setting, ...]
    feasible: Flags
    """Whether some batch fits the memory and keeps the limits."""
    replicas: Array
    """Infinite where not feasible."""
    accelerators: Array
    concurrency: Array
    """Sequences in flight that a replica is sized for."""
    ttft_ms: Array
    tpot_ms: Array


def sweep(knowledge: Knowledge, demand: ServingDemand) -> Sweep:
    """Size every deployment for `demand`."""
    everything = every_deployment(knowledge)
    able = capacity(knowledge, everything.options, demand)
    replicas = np.where(able.keeps_limits, replicas_for(knowledge, demand, able), np.inf)
    batch = replicas.argmin(axis=1)
    rows = np.arange(len(batch))
    least = replicas[rows, batch]
    return Sweep(
        everything.settings,
        np.isfinite(least),
        least,
        least * everything.options.devices,
        BATCHES[batch],
        able.ttft_ms[rows, batch],
        able.tpot_ms[rows, batch],
    )


@lru_cache(maxsize=4)
def every_deployment(knowledge: Knowledge) -> Everything:
    """Deployments of every sizeable model; tens of thousands, so they are made once."""
    found = [
        Setting(model, machine, precision, count, 1, 1, 1)
        for model in models(knowledge).values()
        if model.sizeable
        for machine in accelerators(knowledge).values()
        for precision in precisions(model, machine)
        for count in DEVICES
        if count <= machine.max_tensor_parallel and weights_fit(knowledge, model, machine, precision, count)
    ]
    return Everything(tuple(found), arrays_of(knowledge, list(enumerate(found))))
