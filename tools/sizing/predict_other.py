"""What the formulas say about measured energy, training speed and vector search: for error figures."""

import numpy as np

from knowledge import Knowledge
from knowledge.energy_factors import power
from knowledge.hardware import Accelerator
from knowledge.sizing_data import constant
from knowledge.training_data import training_mfu
from tools.estimate import Estimate

from .power import busy_share, tdp_or_assumed
from .predict import MeasuredLoad, Prediction, predict_serving
from .roofline import Array
from .training import OPERATIONS_PER_PARAMETER_AND_TOKEN


def predict_power_w(knowledge: Knowledge, load: MeasuredLoad, *, whole_system: bool) -> Estimate:
    """Watts of all devices while they work, with the host's share where the whole system was measured."""
    low, typical, high = (
        load.devices * tdp_or_assumed(knowledge, load.accelerator, end) * share
        for end, share in enumerate(_shares(knowledge, load, whole_system))
    )
    return Estimate(low=low, typical=typical, high=high, unit="W", formula="serving_power")


def predict_energy_j(
    knowledge: Knowledge, load: MeasuredLoad, *, whole_system: bool, without_group: str = ""
) -> Prediction:
    """Joules per output token, image or sample: power over predicted throughput."""
    metric = "sample_throughput" if load.model.gflops_per_item is not None else "output_throughput"
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


def predict_training_tokens_per_s(
    knowledge: Knowledge, accelerator: Accelerator, active_b: float, *, sparse: bool = False
) -> Estimate:
    """Tokens a second of one device while it trains."""
    known = training_mfu(knowledge, accelerator.key, "moe" if sparse else "dense")
    peak = accelerator.bf16_tflops * 1e12 / (OPERATIONS_PER_PARAMETER_AND_TOKEN * active_b * 1e9)
    low, typical, high = (peak * share / 100 for share in (known.low_pct, known.mfu_pct, known.high_pct))
    return Estimate(low=low, typical=typical, high=high, unit="tokens/s", formula="training_hours")


def predict_vector_qps(knowledge: Knowledge, vcpu: float) -> Estimate:
    """Queries a second from cores alone; a factor of five either way, because engines differ that much."""
    low, typical, high = (vcpu * each for each in constant(knowledge, "vectors", "qps_per_vcpu").interval)
    return Estimate(low=low, typical=typical, high=high, unit="queries/s", formula="vector_qps")


def _shares(knowledge: Knowledge, load: MeasuredLoad, whole_system: bool) -> tuple[float, float, float]:
    batch: Array = np.array(load.concurrency or power(knowledge, "large_batch").value)
    found = [float(busy_share(knowledge, batch, end)) for end in (0, 1, 2)]
    if whole_system:
        host = power(knowledge, "host_share_of_tdp").interval
        found = [share + extra for share, extra in zip(found, host, strict=True)]
    return found[0], found[1], found[2]
