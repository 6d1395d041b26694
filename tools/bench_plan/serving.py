"""Measuring one replica: the planned rate with several seeds, then a few numbers of clients to calibrate with."""

import math
import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from knowledge import Knowledge
from knowledge.hardware import accelerators
from knowledge.models import ModelSpec, models
from knowledge.sizing_data import bytes_per
from tools.cost import accelerator_hourly
from tools.estimate import Estimate
from tools.sizing import ServingDemand, ServingPlan
from tools.sizing.backing import Metric
from tools.sizing.serving import design_rps, redundant
from tools.wording import number

from .commands import command, plan_constant
from .result import Check, ServingBench

RENTED = "gpu-on-demand"
WORDS: dict[Metric, tuple[str, str]] = {
    "ttft": ("p95_ttft_ms", "time to the first token"),
    "tpot": ("p95_tpot_ms", "time per output token"),
    "e2e": ("p95_e2el_ms", "whole answer"),
}
WRITE_DOWN = (
    "version of the engine, the driver and the weights (commit or digest); the whole command line of the server",
    "name, form factor, memory and power limit of the accelerator; link between accelerators (nvidia-smi topo -m)",
    "mean, p50, p95 and p99 of first token, time per token and whole answer of each seed; failed requests; duration",
    "requests in flight and cache use from the server's metrics; whether requests waited or were preempted",
    "what else ran on the machine, and where the client ran",
)


class Subject(NamedTuple):
    """What is to be verified."""

    demand: ServingDemand
    plan: ServingPlan
    seeds: int
    clouds: tuple[str, ...]


class Load(NamedTuple):
    """What one replica is given."""

    input_tokens: int
    output_tokens: int
    rate_rps: float
    prompts: int
    warmups: int
    clients: tuple[int, ...]


def serving_bench(knowledge: Knowledge, subject: Subject, as_of: date) -> ServingBench:
    """The plan for one replica."""
    plan, load = subject.plan, load_of(knowledge, subject)
    hours = _hours(knowledge, subject, load)
    hourly = accelerator_hourly(knowledge, plan.accelerator, RENTED, subject.clouds, as_of)
    return ServingBench(
        model=plan.model, accelerator=plan.accelerator, precision=plan.precision,
        accelerators_per_replica=plan.accelerators_per_replica, input_tokens=load.input_tokens,
        output_tokens=load.output_tokens, rate_rps=load.rate_rps, in_flight=plan.concurrency,
        prompts=load.prompts, seeds=subject.seeds, checks=tuple(_checks(subject)), accelerator_hours=hours,
        price_usd=None if hourly is None else _priced(hours, hourly), write_down=WRITE_DOWN,
        notes=tuple(_notes(knowledge, subject)),
    )  # fmt: skip


def load_of(knowledge: Knowledge, subject: Subject) -> Load:
    """The peak of one working replica; what all share of a prompt is left out, as the estimate does."""
    demand, plan = subject.demand, subject.plan
    working = max(plan.replicas - (1 if redundant(knowledge, demand) else 0), 1)
    rate = float(f"{design_rps(demand) / working:.3g}")
    beyond = plan_constant(knowledge, "tail_samples").value
    prompts = math.ceil(beyond / (1 - 0.99) / subject.seeds / 10) * 10
    middle = max(round(plan.concurrency), 1)
    return Load(
        max(round(demand.input_tokens - demand.shared_prefix_tokens), 1),
        max(round(demand.output_tokens), 1),
        rate,
        max(prompts, 10 * middle),
        max(2 * middle, 10),
        tuple(sorted({1, max(middle // 2, 1), middle, 2 * middle})),
    )


def serving_script(knowledge: Knowledge, subject: Subject) -> Iterator[str]:
    """Lines of shell: server, runs at the rate, runs with so many clients, the two other tools, the import."""
    load, plan = load_of(knowledge, subject), subject.plan
    values = _values(knowledge, subject, load)
    place = f"--accelerator {plan.accelerator} --count {plan.accelerators_per_replica} --precision {plan.precision}"
    seeds = " ".join(str(seed) for seed in range(1, subject.seeds + 1))
    yield f"MODEL={repository(models(knowledge)[plan.model])}  # repository or folder of the weights, {plan.precision}"
    yield "mkdir -p bench"
    yield "# 1. The server, in a terminal of its own. Wait until /health answers."
    yield from _commented(command(knowledge, "serving", "vllm_serve", values))
    yield f"# 2. {subject.seeds} runs at the peak of one replica, arrivals at random."
    yield from _loop("SEED", seeds, command(knowledge, "serving", "vllm_rate", values, "  "))
    yield "# 3. So many clients at once: what estimates of other loads are scaled by."
    yield from _loop(
        "CLIENTS",
        " ".join(map(str, load.clients)),
        command(knowledge, "serving", "vllm_closed", values, "  "),
    )
    yield "# 4. The results, used from then on."
    yield "stackwright calibrate bench/rate-*.json bench/clients-*.json"
    yield "# Instead of 2, with GuideLLM:"
    yield from _commented(_looped(seeds, command(knowledge, "serving", "guidellm", values, "  ")))
    yield f"# stackwright calibrate bench/guidellm-seed-*.json --model-id {plan.model} {place}"
    yield "# Instead of 2, with AIPerf:"
    yield from _commented(_looped(seeds, command(knowledge, "serving", "aiperf", values, "  ")))
    yield f"# stackwright calibrate bench/aiperf-seed-*/profile_export_aiperf.json --model-id {plan.model} {place}"


def repository(model: ModelSpec) -> str:
    """Where the weights are published, as far as our source of the architecture says; else a place to fill in.

    >>> from knowledge import load
    >>> repository(models(load())["Qwen3-8B"]), repository(models(load())["Llama-3.3-70B"])
    ('Qwen/Qwen3-8B', 'FILL-IN/Llama-3.3-70B')
    """
    named = re.search(r"model_configs/([\w.]+)--([\w.-]+?)_config\.json", model.source)
    same = named is not None and named[2].lower().removesuffix("-instruct") == model.key.lower()
    return f"{named[1]}/{named[2]}" if named is not None and same else f"FILL-IN/{model.key}"


def _values(knowledge: Knowledge, subject: Subject, load: Load) -> dict[str, object]:
    plan, demand = subject.plan, subject.demand
    model = models(knowledge)[plan.model]
    length = max(demand.context_tokens or 0, load.input_tokens + load.output_tokens)
    online = plan.precision == "fp8" and model.native_precision != "fp8"
    narrow = bytes_per(knowledge, "cache_bytes_per_value", plan.precision) == 1
    limits = {"ttft": demand.ttft_limit_ms, "tpot": demand.tpot_limit_ms, "e2el": demand.e2e_limit_ms}
    stated = " ".join(f"{name}:{limit:g}" for name, limit in limits.items() if limit is not None)
    return {
        "model": plan.model, "accelerator": plan.accelerator, "precision": plan.precision,
        "devices": plan.accelerators_per_replica, "context": math.ceil(length / 256 + 1) * 256,
        "caching": "--no-enable-prefix-caching",
        "quantization": "--quantization fp8" if online else "",
        "cache": "--kv-cache-dtype fp8" if narrow else "",
        "input": load.input_tokens, "output": load.output_tokens, "rate": f"{load.rate_rps:g}",
        "prompts": load.prompts, "warmups": load.warmups, "goodput": f"--goodput {stated}" if stated else "",
    }  # fmt: skip


def _checks(subject: Subject) -> Iterator[Check]:
    tail = subject.plan.p95
    estimates = {"ttft": tail.ttft_ms, "tpot": tail.tpot_ms, "e2e": tail.e2e_ms}
    for metric, (name, words) in WORDS.items():
        predicted = estimates[metric]
        yield Check(
            metric=name,
            predicted=predicted,
            contradicted_if=(
                f"the median over the seeds of {name} ({words}) is below {number(predicted.low)} or above "
                f"{number(predicted.high)} ms; our 80 % interval is wrong in one case of five by design"
            ),
        )


def _hours(knowledge: Knowledge, subject: Subject, load: Load) -> Estimate:
    plan = subject.plan
    whole = plan.e2e_mean_ms / 1e3
    at_rate = subject.seeds * ((load.prompts + load.warmups) / load.rate_rps + whole)
    clients = sum((11 * count + 20) / count * whole for count in load.clients)
    loading = plan_constant(knowledge, "loading_h").value
    hours = plan.accelerators_per_replica * ((at_rate + clients) / 3600 + loading)
    return Estimate(
        low=0.8 * hours, typical=hours, high=2.0 * hours, unit="accelerator hours", kind="assumed",
        formula="prompts over rate, clients' rounds, loading",
    )  # fmt: skip


def _priced(hours: Estimate, hourly: Estimate) -> Estimate:
    return Estimate(
        low=hours.low * hourly.low, typical=hours.typical * hourly.typical, high=hours.high * hourly.high,
        unit="USD", kind=hourly.kind, formula="accelerator-hours x price on demand", evidence=hourly.evidence,
    )  # fmt: skip


def _notes(knowledge: Knowledge, subject: Subject) -> Iterator[str]:
    plan, demand = subject.plan, subject.demand
    machine = accelerators(knowledge)[plan.accelerator]
    if machine.kind != "gpu":
        yield f"vLLM may need a plugin or another server on {plan.accelerator}; the client commands hold for any."
    if plan.precision in ("fp4", "int4") and models(knowledge)[plan.model].native_precision != plan.precision:
        yield f"The server needs weights that are already in {plan.precision}; MODEL must name such a repository."
    if demand.shared_prefix_tokens:
        shared = f"{demand.shared_prefix_tokens:,.0f}"
        yield f"The {shared} tokens that all prompts share are left out, as a prefix cache would serve them."
    if demand.batch or demand.batch_window_h:
        yield "Nobody waits in this workload: the runs with most clients tell more than those at a rate."


def _loop(name: str, values: str, body: str) -> Iterator[str]:
    yield f"for {name} in {values}; do"
    yield f"  {body}"
    yield "done"


def _looped(seeds: str, body: str) -> str:
    return "\n".join(_loop("SEED", seeds, body))


def _commented(text: str) -> Iterator[str]:
    yield from (f"# {line}" for line in text.split("\n"))
