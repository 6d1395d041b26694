"""What the serving model says about a run that somebody measured: the basis of every error figure."""

from typing import Any, Literal, NamedTuple

import numpy as np

from knowledge import Knowledge
from knowledge.aliases import table_cache
from knowledge.hardware import Accelerator
from knowledge.models import ModelSpec
from knowledge.sizing_data import Coefficients, coefficients, constant
from tools.estimate import Estimate

from .calibration import NONE, correction
from .memory import cache_shards, usable_gb, weights_gb
from .queueing import percentile_ratio
from .roofline import prefill_ms
from .runs import Setting, stack
from .serving_model import tpot_ms, ttft_ms

Regime = Literal["served", "steady", "steady_throughput", "single_stream", "offline"]
MAX_BATCH = 2048.0


class MeasuredLoad(NamedTuple):
    """How a run was loaded, as far as its publisher says."""

    model: ModelSpec
    accelerator: Accelerator
    devices: int
    precision: str
    scenario: str
    """The publisher's words, e.g. `closed-loop concurrency`, `Offline static batch`, `Server`."""
    input_tokens: float | None
    output_tokens: float | None
    concurrency: float | None
    data_parallel_attention: bool = False
    engine: str = ""
    tpot_limit_ms: float | None = None
    """Limit that the benchmark's rules set on the 99th percentile; part of the task, not of the result."""


class Prediction(NamedTuple):
    """A figure with its interval, or the reason why there is none."""

    estimate: Estimate | None
    basis: Literal["measured", "roofline", "none"]
    reason: str = ""


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
    fitted = coefficients(knowledge, regime)
    setting = setting_of(knowledge, load, regime, fitted.for_group(without_group))
    if setting is None:
        return Prediction(
            None, "none", f"{load.model.key} doesn't fit on {load.devices} {load.accelerator.key}."
        )
    known = NONE
    if regime == "served" and not without_group:
        known = correction(knowledge, load.accelerator.key, load.model.arch_key, load.precision)
    step = _step(knowledge, fitted, setting, without_group) * known.tpot
    waits = "served_ttft" if load.scenario.startswith("closed-loop") else "open_ttft"
    first = _first(knowledge, coefficients(knowledge, waits), setting, step, without_group)
    first *= known.ttft if waits == "served_ttft" else 1.0
    value = _value(knowledge, load, setting, metric, step, first, regime)
    if value is None:
        return Prediction(None, "none", f"No model for {metric} in {load.scenario!r}.")
    if per_device:
        value /= load.devices
    spread_of = coefficients(knowledge, waits) if metric.startswith("ttft") else fitted
    low, high = _spread(knowledge, spread_of, metric, bool(known.runs))
    if metric.endswith(("throughput", "_per_s")):
        low, high = 1 / high, 1 / low
    unit = "tokens/s" if metric.endswith(("throughput", "_per_s")) else "ms"
    estimate = Estimate(
        low=value * min(low, 1), typical=value, high=value * max(high, 1), unit=unit, formula="serving"
    )
    return Prediction(estimate, "measured" if known.runs else "roofline")


def regime_of(scenario: str, engine: str = "") -> Regime:
    """Which fitted regime a scenario belongs to."""
    name = scenario.lower()
    if name.startswith(("steady", "max_num_seqs")):
        return "steady"
    if name.startswith("single stream") or "llama.cpp" in engine:
        return "single_stream"
    if name.startswith(("closed-loop", "open-loop")):
        return "served"
    return "offline"


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


COMPETITION = ("Offline", "Server", "Interactive", "offline", "server")
"""MLPerf scenarios: the submitter splits the devices into the smallest replicas that fit."""


def _replica(knowledge: Knowledge, load: MeasuredLoad, length: float) -> int:
    """Devices of one replica: as stated, or the fewest that hold the weights and eight sequences."""
    if load.scenario not in COMPETITION:
        return load.devices
    for devices in (1, 2, 4, 8):
        smaller = load._replace(devices=devices)
        if devices < load.devices and _largest_batch(knowledge, smaller, length) >= SMALLEST_BATCH:
            return devices
    return load.devices


SMALLEST_BATCH = 32
UNKNOWN_BATCH = 16.0
"""Sequences in flight where an open-loop run states no rate: a moderate load, assumed."""


def setting_of(
    knowledge: Knowledge, load: MeasuredLoad, regime: Regime, weights: tuple[float, ...]
) -> Setting | None:
    """The run as the model sees it, what is missing filled in; None where it doesn't fit."""
    tokens_in, tokens_out = _tokens(knowledge, load)
    length = tokens_in + tokens_out
    devices = 1 if regime == "single_stream" else _replica(knowledge, load, length)
    fitting = load._replace(devices=devices)
    batch = load.concurrency or _largest_batch(knowledge, fitting, length)
    if load.scenario.startswith("open-loop") and not load.concurrency:
        batch = min(batch, UNKNOWN_BATCH)
    if batch < 1:
        return None
    setting = Setting(
        load.model, load.accelerator, load.precision, devices, batch, tokens_in, tokens_out,
        load.data_parallel_attention,
    )  # fmt: skip
    return _within_limit(knowledge, setting, load.tpot_limit_ms, weights)


def _within_limit(
    knowledge: Knowledge, setting: Setting, limit: float | None, weights: tuple[float, ...]
) -> Setting:
    """The largest batch, by halving, that keeps the limit on the 99th percentile."""
    tail = constant(knowledge, "percentiles", "tpot_p99_over_mean").value
    while limit and setting.batch > 1:
        if float(tpot_ms(stack(knowledge, [setting]), weights)[0]) * tail <= limit:
            break
        setting = setting._replace(batch=max(setting.batch * 0.8, 1.0))
    return setting


def _tokens(knowledge: Knowledge, load: MeasuredLoad) -> tuple[float, float]:
    known = _loads(knowledge)["mlperf"].get(load.model.arch_key, {})
    task = load.scenario.rsplit(", ", 1)[-1]
    steady = _loads(knowledge)["steady"].get(task)
    tokens_in = load.input_tokens or steady or known.get("input") or 500
    tokens_out = load.output_tokens or known.get("output") or 300
    return float(tokens_in), max(float(tokens_out), 1.0)


def _largest_batch(knowledge: Knowledge, load: MeasuredLoad, length: float) -> float:
    """As many sequences as the memory holds."""
    if load.scenario.startswith(("single stream", "SingleStream")):
        return 1.0
    free = usable_gb(knowledge, load.accelerator) - (
        weights_gb(knowledge, load.model, load.precision) / load.devices
    )
    scale = stack(knowledge, [Setting(load.model, load.accelerator, load.precision, load.devices, 1, 1, 1)])
    each = load.model.cache_bytes(length, 2 * float(scale.cache_scale[0])) / 1e9
    spread = load.devices if load.data_parallel_attention else cache_shards(load.model, load.devices)
    return float(min(max(free, 0) * spread / max(each, 1e-9), MAX_BATCH))


def _step(knowledge: Knowledge, fitted: Coefficients, setting: Setting, without_group: str) -> float:
    return float(tpot_ms(stack(knowledge, [setting]), fitted.for_group(without_group))[0])


def _first(
    knowledge: Knowledge, fitted: Coefficients, setting: Setting, step: float, without_group: str
) -> float:
    weights = fitted.for_group(without_group)
    efficiency = constant(knowledge, "engine", "prefill_efficiency").value
    return float(ttft_ms(stack(knowledge, [setting]), np.array([step]), weights, efficiency)[0])


def _value(
    knowledge: Knowledge, load: MeasuredLoad, setting: Setting, metric: str, step: float, first: float,
    regime: Regime,
) -> float | None:  # fmt: skip
    kind, _, at = metric.partition("_")
    if kind in ("ttft", "tpot", "e2e") and at:
        if regime == "offline" and kind == "ttft" and setting.output_tokens <= 1:
            return step
        mean = {"ttft": first, "tpot": step, "e2e": first + step * setting.output_tokens}[kind]
        return mean * _tail(knowledge, kind, at)
    if metric == "decode_tokens_per_s":
        return 1e3 / step
    if metric == "prefill_tokens_per_s":
        efficiency = constant(knowledge, "engine", "prefill_efficiency").value
        return 1e3 * setting.input_tokens * efficiency / float(prefill_ms(stack(knowledge, [setting]))[0])
    if metric in ("output_throughput", "sample_throughput"):
        cycle = step + (first / setting.output_tokens if regime == "served" else 0)
        share = (
            float(_loads(knowledge)["server_share_of_offline"]) if load.scenario.lower() == "server" else 1.0
        )
        replicas = load.devices / setting.devices if regime != "single_stream" else 1
        tokens = 1e3 * setting.batch / cycle * share * replicas
        return tokens if metric == "output_throughput" else tokens / setting.output_tokens
    return None


def _tail(knowledge: Knowledge, kind: str, at: str) -> float:
    if at == "mean":
        return 1.0
    p99 = constant(knowledge, "percentiles", f"{kind}_p99_over_mean").value
    return percentile_ratio(p99, float(at.removeprefix("p")))


def _loads(knowledge: Knowledge) -> dict[str, Any]:
    return table_cache(knowledge, _read_loads)


def _read_loads(knowledge: Knowledge) -> dict[str, Any]:
    content: dict[str, Any] = knowledge.files.yaml("perf/benchmark_loads.yaml")
    return content
