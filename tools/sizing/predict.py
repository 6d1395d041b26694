"""What the serving model says about a run that somebody measured: the basis of every error figure."""

from typing import Literal, NamedTuple

import numpy as np

from knowledge import Knowledge
from knowledge.sizing_data import Coefficients, coefficients, constant
from tools.estimate import Estimate

from .calibration import NONE, correction
from .families import step_weights
from .measured_load import MeasuredLoad, Regime, benchmark_loads, regime_of, running, setting_of
from .queueing import percentile_ratio
from .roofline import prefill_ms
from .runs import Setting, stack
from .serving_model import tpot_ms, ttft_ms

__all__ = ["MeasuredLoad", "Prediction", "predict_serving"]


class Prediction(NamedTuple):
    """A figure with its interval, or the reason why there is none."""

    estimate: Estimate | None
    basis: Literal["measured", "roofline", "none"]
    reason: str = ""


class Times(NamedTuple):
    """Milliseconds of a run's step and first token."""

    step: float
    first: float


def predict_serving(
    knowledge: Knowledge,
    load: MeasuredLoad,
    metric: str,
    *,
    per_device: bool = False,
    without_group: str = "",
) -> Prediction:
    """Predict `metric` (tpot_mean, ttft_p99, output_throughput …) of a run.

    `without_group` (`accelerator|architecture`) withholds that group from coefficients and measured runs.
    """
    if load.model.gflops_per_item is not None:
        return _encoder(knowledge, load, metric, per_device)
    if not load.model.sizeable:
        return Prediction(None, "none", f"The architecture of {load.model.key} isn't published.")
    regime = regime_of(load.scenario, load.engine)
    if regime == "steady" and metric.endswith("throughput"):
        regime = "steady_throughput"
    setting = setting_of(knowledge, load, regime, without_group)
    if setting is None:
        return Prediction(
            None, "none", f"{load.model.key} doesn't fit on {load.devices} {load.accelerator.key}."
        )
    known = NONE
    if regime == "served" and not without_group:
        known = correction(knowledge, load.accelerator.key, load.model.arch_key, load.precision)
    active = running(knowledge, load, setting)
    waits = "served_ttft" if load.scenario.startswith("closed-loop") else "open_ttft"
    times = Times(
        _step(knowledge, regime, active, without_group) * known.tpot,
        _first(knowledge, regime, waits, setting, without_group)
        * (known.ttft if waits == "served_ttft" else 1.0),
    )
    value = _value(knowledge, load, active, metric, times, regime)
    if value is None:
        return Prediction(None, "none", f"No model for {metric} in {load.scenario!r}.")
    if per_device:
        value /= load.devices
    fitted = coefficients(knowledge, waits if metric.startswith("ttft") else regime)
    estimate = _interval(knowledge, fitted, metric, value, bool(known.runs))
    return Prediction(estimate, "measured" if known.runs else "roofline")


def _interval(knowledge: Knowledge, fitted: Coefficients, metric: str, value: float, seen: bool) -> Estimate:
    """The value and the errors that such predictions had."""
    low, high = _spread(knowledge, fitted, metric, seen)
    rate = metric.endswith(("throughput", "_per_s"))
    if rate:
        low, high = 1 / high, 1 / low
    return Estimate(
        low=value * min(low, 1), typical=value, high=value * max(high, 1),
        unit="tokens/s" if rate else "ms", formula="serving",
    )  # fmt: skip


def _spread(knowledge: Knowledge, fitted: Coefficients, metric: str, seen: bool) -> tuple[float, float]:
    """p10 and p90 of measured over predicted time."""
    if metric.startswith("prefill"):
        low, middle, high = constant(knowledge, "engine", "prefill_efficiency").interval
        return middle / high, middle / low
    low, _, high = fitted.seen_ratio if seen else fitted.ratio
    return low, high


def _encoder(knowledge: Knowledge, load: MeasuredLoad, metric: str, per_device: bool) -> Prediction:
    """Images or speech windows a second."""
    gflops = load.model.gflops_per_item
    if metric != "sample_throughput" or not gflops:
        return Prediction(None, "none", f"No model for {metric} of {load.model.key}.")
    name = "image_efficiency" if load.model.type == "image" else "efficiency"
    count = 1 if per_device else load.devices
    peak = load.accelerator.bf16_tflops * 1e3 / gflops * count
    low, typical, high = (share * peak for share in constant(knowledge, "encoders", name).interval)
    estimate = Estimate(low=low, typical=typical, high=high, unit="samples/s", formula="encoder_rate")
    return Prediction(estimate, "roofline")


def _step(knowledge: Knowledge, regime: Regime, setting: Setting, without_group: str) -> float:
    weights = step_weights(knowledge, regime, setting, without_group)
    return float(tpot_ms(stack(knowledge, [setting]), weights)[0])


def _first(knowledge: Knowledge, regime: Regime, waits: str, setting: Setting, without_group: str) -> float:
    """From the step of all clients, those that wait included: a longer prompt never makes it shorter."""
    step = _step(knowledge, regime, setting, without_group)
    weights = step_weights(knowledge, waits, setting, without_group)
    efficiency = constant(knowledge, "engine", "prefill_efficiency").value
    return float(ttft_ms(stack(knowledge, [setting]), np.array([step]), weights, efficiency)[0])


def _value(
    knowledge: Knowledge, load: MeasuredLoad, setting: Setting, metric: str, times: Times, regime: Regime
) -> float | None:
    kind, _, at = metric.partition("_")
    if kind in ("ttft", "tpot", "e2e") and at:
        if regime == "offline" and kind == "ttft" and setting.output_tokens <= 1:
            return times.step
        whole = times.first + times.step * setting.output_tokens
        return {"ttft": times.first, "tpot": times.step, "e2e": whole}[kind] * _tail(knowledge, kind, at)
    if metric == "decode_tokens_per_s":
        return 1e3 / times.step
    if metric == "prefill_tokens_per_s":
        efficiency = constant(knowledge, "engine", "prefill_efficiency").value
        return 1e3 * setting.input_tokens * efficiency / float(prefill_ms(stack(knowledge, [setting]))[0])
    if metric in ("output_throughput", "sample_throughput"):
        tokens = _throughput(knowledge, load, setting, times, regime)
        return tokens if metric == "output_throughput" else tokens / setting.output_tokens
    return None


def _throughput(
    knowledge: Knowledge, load: MeasuredLoad, setting: Setting, times: Times, regime: Regime
) -> float:
    """Output tokens a second of all replicas."""
    cycle = times.step + (times.first / setting.output_tokens if regime == "served" else 0)
    server = load.scenario.lower() == "server"
    share = float(benchmark_loads(knowledge)["server_share_of_offline"]) if server else 1.0
    replicas = load.devices / setting.devices if regime != "single_stream" else 1
    return 1e3 * setting.batch / cycle * share * replicas


def _tail(knowledge: Knowledge, kind: str, at: str) -> float:
    if at == "mean":
        return 1.0
    p99 = constant(knowledge, "percentiles", f"{kind}_p99_over_mean").value
    return percentile_ratio(p99, float(at.removeprefix("p")))
