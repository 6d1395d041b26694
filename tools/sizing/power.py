"""Mean electrical power of accelerators and their share of the host, from utilisation and batch size."""

import math

import numpy as np

from knowledge import Knowledge
from knowledge.energy_factors import power
from knowledge.hardware import Accelerator
from tools.estimate import Estimate

from .roofline import Array


def busy_share(knowledge: Knowledge, batch: Array, end: int = 1) -> Array:
    """Share of TDP while working: log-linear in the batch between two measured medians; end 0 low, 2 high."""
    small, large = power(knowledge, "small_batch").value, power(knowledge, "large_batch").value
    at_small = power(knowledge, "busy_share_small_batch").interval[end]
    at_large = power(knowledge, "busy_share_large_batch").interval[end]
    position = np.clip(np.log(np.maximum(batch, 1) / small) / math.log(large / small), 0, 1)
    result: Array = at_small + (at_large - at_small) * position
    return result


def device_watts(
    knowledge: Knowledge, tdp_w: Array, in_flight: Array, batch: Array, own_device: bool = False, end: int = 1
) -> Array:
    """Watts of one device and its host share; idle whenever no request is in flight (Poisson)."""
    idle = power(knowledge, "idle_share").interval[end]
    active = 1 - np.exp(-in_flight)
    share = idle + (busy_share(knowledge, batch, end) - idle) * active
    if own_device:
        own: Array = tdp_w * share + power(knowledge, "own_device_host_w").interval[end]
        return own
    served: Array = tdp_w * (share + power(knowledge, "host_share_of_tdp").interval[end])
    return served


def tdp_or_assumed(knowledge: Knowledge, accelerator: Accelerator, end: int = 1) -> float:
    """Thermal design power, or the assumed one where the maker publishes none."""
    return accelerator.tdp_w or power(knowledge, "assumed_tdp_w").interval[end]


def watts_interval(
    knowledge: Knowledge, accelerator: Accelerator, count: int, in_flight: float, batch: float
) -> Estimate:
    """Mean wall watts of `count` accelerators without PUE, as an interval."""
    own = accelerator.kind in ("apple", "edge")
    low, typical, high = (
        float(
            device_watts(
                knowledge,
                np.array(tdp_or_assumed(knowledge, accelerator, end)),
                np.array(in_flight),
                np.array(batch),
                own,
                end,
            )
        )
        * count
        for end in (0, 1, 2)
    )
    return Estimate(low=low, typical=typical, high=high, unit="W", formula="serving_power")
