"""A run that somebody measured, as far as its publisher says, and how the model sees it: what is missing filled in."""

from typing import Any, Literal, NamedTuple

from knowledge import Knowledge
from knowledge.aliases import table_cache
from knowledge.hardware import Accelerator
from knowledge.models import ModelSpec
from knowledge.sizing_data import constant

from .families import step_weights
from .fit import fit_of
from .memory import cache_shards
from .runs import Setting, stack
from .serving_model import tpot_ms
from .weights import weights_gb

Regime = Literal[
    "served", "steady", "steady_throughput", "single_stream", "offline", "saturated", "competition"
]
MAX_BATCH = 2048.0
SMALLEST_BATCH = 32
UNKNOWN_BATCH = 16.0
"""Sequences in flight where an open-loop run states no rate: a moderate load, assumed."""
COMPETITION = ("Offline", "Server", "Interactive", "offline", "server")
"""MLPerf scenarios: the submitter splits the devices into the smallest replicas that fit."""


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


def regime_of(scenario: str, engine: str = "") -> Regime:
    """Which fitted regime a scenario belongs to."""
    name = scenario.lower()
    if name.startswith(("steady", "max_num_seqs")):
        return "steady"
    if name.startswith("single stream") or "llama.cpp" in engine:
        return "single_stream"
    if name.startswith(("closed-loop", "open-loop")):
        return "served"
    if scenario in COMPETITION:
        return "competition"
    return "offline" if name.startswith(("offline static", "low latency", "singlestream")) else "saturated"


def setting_of(
    knowledge: Knowledge, load: MeasuredLoad, regime: Regime, without_group: str = ""
) -> Setting | None:
    """The run as the model sees it, what is missing filled in; None where it doesn't fit."""
    tokens_in, tokens_out = _tokens(knowledge, load)
    length = tokens_in + tokens_out
    devices = 1 if regime == "single_stream" else _replica(knowledge, load, length)
    fitting = load._replace(devices=devices)
    batch = load.concurrency or largest_batch(knowledge, fitting, length)
    if load.scenario.startswith("open-loop") and not load.concurrency:
        batch = min(batch, UNKNOWN_BATCH)
    if batch < 1 or not _loads(knowledge, load, length):
        return None
    setting = Setting(
        load.model, load.accelerator, load.precision, devices, batch, tokens_in, tokens_out,
        load.data_parallel_attention, load.engine,
    )  # fmt: skip
    limit = None if load.scenario.lower() == "offline" else load.tpot_limit_ms
    return _within_limit(knowledge, setting, limit, regime, without_group)


def _loads(knowledge: Knowledge, load: MeasuredLoad, length: float) -> bool:
    """Whether the devices hold the weights and one sequence at all."""
    return fit_of(
        knowledge, load.model, load.accelerator, load.precision, load.devices,
        tokens=length, data_parallel_attention=load.data_parallel_attention,
    ).fits  # fmt: skip


def running(knowledge: Knowledge, load: MeasuredLoad, setting: Setting) -> Setting:
    """What of a closed loop's clients is worked on at once: the caches of the others don't fit, they wait."""
    if not load.scenario.startswith("closed-loop"):
        return setting
    fitting = largest_batch(knowledge, load, setting.input_tokens + setting.output_tokens)
    return setting._replace(batch=min(setting.batch, max(fitting, 1.0)))


def largest_batch(knowledge: Knowledge, load: MeasuredLoad, length: float) -> float:
    """As many sequences as the memory holds."""
    if load.scenario.startswith(("single stream", "SingleStream")):
        return 1.0
    filled = load.accelerator.memory_gb * constant(knowledge, "engine", "benchmark_share").value
    free = filled - weights_gb(knowledge, load.model, load.precision) / load.devices
    scale = stack(knowledge, [Setting(load.model, load.accelerator, load.precision, load.devices, 1, 1, 1)])
    each = load.model.cache_bytes(length, 2 * float(scale.cache_scale[0])) / 1e9
    spread = load.devices if load.data_parallel_attention else cache_shards(load.model, load.devices)
    return float(min(max(free, 0) * spread / max(each, 1e-9), MAX_BATCH))


def _replica(knowledge: Knowledge, load: MeasuredLoad, length: float) -> int:
    """Devices of one replica: as stated, or the fewest that hold the weights and eight sequences."""
    if load.scenario not in COMPETITION:
        return load.devices
    for devices in (1, 2, 4, 8):
        smaller = load._replace(devices=devices)
        if devices < load.devices and largest_batch(knowledge, smaller, length) >= SMALLEST_BATCH:
            return devices
    return load.devices


def _within_limit(
    knowledge: Knowledge, setting: Setting, limit: float | None, regime: Regime, without_group: str
) -> Setting:
    """The largest batch, by fifths less, that keeps the limit on the 99th percentile."""
    tail = constant(knowledge, "percentiles", "tpot_p99_over_mean").value
    if limit is None:
        return setting
    weights = step_weights(knowledge, regime, setting, without_group)
    while setting.batch > 1:
        if float(tpot_ms(stack(knowledge, [setting]), weights)[0]) * tail <= limit:
            break
        setting = setting._replace(batch=max(setting.batch * 0.8, 1.0))
    return setting


def _tokens(knowledge: Knowledge, load: MeasuredLoad) -> tuple[float, float]:
    known = benchmark_loads(knowledge)["mlperf"].get(load.model.arch_key, {})
    task = load.scenario.rsplit(", ", 1)[-1]
    steady = benchmark_loads(knowledge)["steady"].get(task)
    tokens_in = load.input_tokens or steady or known.get("input") or 500
    tokens_out = load.output_tokens or known.get("output") or 300
    return float(tokens_in), max(float(tokens_out), 1.0)


def benchmark_loads(knowledge: Knowledge) -> dict[str, Any]:
    """perf/benchmark_loads.yaml."""
    return table_cache(knowledge, _read_loads)


def _read_loads(knowledge: Knowledge) -> dict[str, Any]:
    content: dict[str, Any] = knowledge.files.yaml("perf/benchmark_loads.yaml")
    return content
