"""What the formulas say about measured energy and vector search: for error figures."""

import re

import numpy as np

from knowledge import Knowledge
from knowledge.energy_factors import power
from knowledge.sizing_data import constant
from tools.estimate import Estimate

from .power import busy_share, tdp_or_assumed
from .predict import MeasuredLoad, Prediction, predict_serving
from .roofline import Array
from .vector_index import index_of, memory_gb
from .vector_search import value_bytes


def predict_power_w(knowledge: Knowledge, load: MeasuredLoad, *, whole_system: bool) -> Estimate:
    """Watts of all devices while they work, with the host's share where the whole system was measured."""
    low, typical, high = (
        load.devices * tdp_or_assumed(knowledge, load.accelerator, end) * share
        for end, share in enumerate(_shares(knowledge, load, whole_system))
    )
    return Estimate(low=low, typical=typical, high=high, unit="W", formula="serving_power")


def predict_energy_j(
    knowledge: Knowledge,
    load: MeasuredLoad,
    *,
    whole_system: bool,
    without_group: str = "",
    per_sample: bool = False,
) -> Prediction:
    """Joules per output token, image or sample: power over predicted throughput."""
    by_sample = per_sample or load.model.gflops_per_item is not None
    metric = "sample_throughput" if by_sample else "output_throughput"
    speed = predict_serving(knowledge, load, metric, without_group=without_group)
    if speed.estimate is None:
        return speed
    watts = predict_power_w(knowledge, load, whole_system=whole_system)
    rate = speed.estimate
    estimate = Estimate(
        low=watts.low / rate.high,
        typical=watts.typical / rate.typical,
        high=watts.high / max(rate.low, 1e-9),
        unit="J",
        formula="energy_per_unit",
    )
    return Prediction(estimate, speed.basis)


def predict_index_gb(
    knowledge: Knowledge, count: float, dims: float, *, description: str = "", machine_gb: float | None = None
) -> Estimate:
    """Memory of an index whose kind and parameters `description` names; never more than its machine holds.

    Without a word on it the index is an HNSW graph over 32-bit values.
    """
    words = description.lower()
    width = value_bytes(description)
    flat = re.search(r"ivf|scann|pq", words) is not None and "hnsw" not in words
    layout = index_of(knowledge, "ivf" if flat else "hnsw")
    size = memory_gb(knowledge, layout, count, dims, width).typical
    if machine_gb is not None:
        # A larger index was compressed until it fitted.
        size = min(size, constant(knowledge, "vectors", "page_cache_share").value * machine_gb)
    low, _, high = constant(knowledge, "vectors", "index_spread").interval
    return Estimate(low=size * low, typical=size, high=size * high, unit="GB", formula="hnsw_memory")


def _shares(knowledge: Knowledge, load: MeasuredLoad, whole_system: bool) -> tuple[float, float, float]:
    batch: Array = np.array(load.concurrency or power(knowledge, "large_batch").value)
    found = [float(busy_share(knowledge, batch, end)) for end in (0, 1, 2)]
    if whole_system:
        host = power(knowledge, "host_share_of_tdp").interval
        found = [share + extra for share, extra in zip(found, host, strict=True)]
    return found[0], found[1], found[2]
