"""Chosen deployments at their load: how many requests are in flight, how long they take, what it draws."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from knowledge import Knowledge
from knowledge.energy_factors import power
from knowledge.sizing_data import constant

from .capacity import Capacity, variability
from .demand import ServingDemand
from .options import BATCHES, Options
from .power import device_watts
from .queueing import ratios, waiting_ms
from .roofline import Array, Flags, Indices

REPORTED_PERCENTILE = 95.0
"""Of the point values by which deployments are ranked; a plan states more of them."""


@dataclass(frozen=True)
class Operation:
    """Arrays with one entry a chosen deployment."""

    in_flight: Array
    """Requests in flight per replica at peak."""
    mean_in_flight: Array
    mean_batch: Array
    tpot_ms: Array
    ttft_ms: Array
    servers: Array
    """Places of all working replicas."""
    occupancy: Array
    """Share of them that is taken."""
    variability: float
    ttft_p95_ms: Array
    e2e_ms: Array
    e2e_p95_ms: Array
    capacity_rps: Array
    """Of one replica, within the limits."""
    utilisation: Array
    tdp_w: Array
    own_device: Flags
    watts: Array

    def wait_ms(self, percentile: float) -> Array:
        """Wait for a place where the caches fill the memory."""
        return waiting_ms(self.servers, self.occupancy, self.e2e_ms, percentile, self.variability)


class Served(NamedTuple):
    """Replicas at a load: arrays with one entry a deployment."""

    in_flight: Array
    ttft_ms: Array
    tpot_ms: Array
    e2e_ms: Array


def served(able: Capacity, *, option: Indices, batch: Indices, rps_per_replica: Array) -> Served:
    """How many requests are in flight in a replica of each option at that rate, and how long they take."""
    rps = able.rps[option]
    grid = np.broadcast_to(BATCHES, rps.shape)
    in_flight = np.minimum(_between(rps_per_replica, rps, grid), BATCHES[batch])
    times = (able.ttft_ms, able.tpot_ms, able.e2e_ms)
    return Served(in_flight, *(_between(in_flight, grid, values[option]) for values in times))


def operate(
    knowledge: Knowledge,
    demand: ServingDemand,
    options: Options,
    able: Capacity,
    *,
    option: Indices,
    batch: Indices,
    replicas: Array,
    peak_rps: float,
    working: Array,
) -> Operation:
    """Figures at the peak for latency, at the mean for power; `working` replicas carry the peak."""
    rps = able.rps[option]
    grid = np.broadcast_to(BATCHES, rps.shape)
    in_flight, ttft, tpot, service = served(
        able, option=option, batch=batch, rps_per_replica=peak_rps / working
    )
    largest = np.where(able.keeps_limits[option], able.planned_rps[option], 0).max(axis=1, initial=0)
    places = np.where(able.fits[option], grid, 1).max(axis=1)
    spread, servers, occupancy = variability(knowledge, demand), working * places, in_flight / places
    wait = waiting_ms(servers, occupancy, service, REPORTED_PERCENTILE, spread)
    ttft_tail, e2e_tail = _tail(knowledge, "ttft"), _tail(knowledge, "e2e")
    mean_load = demand.mean_rps / replicas
    mean_in_flight = mean_load * service / 1e3
    tdp = np.nan_to_num(options.device_tdp_w[option, 0], nan=power(knowledge, "assumed_tdp_w").value)
    mean_batch = np.maximum(_between(mean_load, rps, grid), 1)
    own = options.own_device[option]
    per_device = np.where(
        own,
        device_watts(knowledge, tdp, mean_in_flight, mean_batch, own_device=True),
        device_watts(knowledge, tdp, mean_in_flight, mean_batch),
    )
    return Operation(
        in_flight=in_flight, mean_in_flight=mean_in_flight, mean_batch=mean_batch, tpot_ms=tpot, ttft_ms=ttft,
        servers=servers, occupancy=occupancy, variability=spread, ttft_p95_ms=ttft * ttft_tail + wait, e2e_ms=service,
        e2e_p95_ms=service * e2e_tail + wait,
        capacity_rps=largest, utilisation=demand.mean_rps / (replicas * largest), tdp_w=tdp, own_device=own,
        watts=per_device * options.devices[option] * replicas,
    )  # fmt: skip


def _tail(knowledge: Knowledge, name: str) -> float:
    return ratios(constant(knowledge, "percentiles", f"{name}_p99_over_mean"), REPORTED_PERCENTILE)[1]


def _between(at: Array, xs: Array, ys: Array) -> Array:
    """Row-wise linear interpolation on ascending `xs`, constant beyond its ends."""
    if not len(xs):
        return np.zeros(0)
    rows = np.arange(len(xs))
    right = np.clip((xs < np.reshape(at, (-1, 1))).sum(axis=1), 1, xs.shape[1] - 1)
    x0, x1 = xs[rows, right - 1], xs[rows, right]
    share = np.clip((at - x0) / np.maximum(x1 - x0, 1e-12), 0, 1)
    result: Array = ys[rows, right - 1] + share * (ys[rows, right] - ys[rows, right - 1])
    return result
