"""Whether a measurement can be true: nothing beats the roofline, and a unit that was mixed up shows by its size."""

import math
from collections.abc import Iterator

from knowledge import Knowledge
from knowledge.errors import InputRefused
from knowledge.hardware import accelerators
from knowledge.models import models
from knowledge.own_runs import OwnRun
from tools.sizing.fit import fit_of
from tools.sizing.options import modelled_ms
from tools.sizing.own_points import setting_of_run
from tools.sizing.roofline import prefill_ms
from tools.sizing.runs import Setting, stack
from tools.sizing.serving_model import step_bound_ms

from .result import Result

TOO_SLOW = 30.0
"""Times slower than the formula, from which a wrong unit or configuration is likelier (judgement)."""
MOST_FAILED = 0.05
"""Share of failed requests from which the others no longer show the stated load (judgement)."""
CACHED = "A prefix cache would explain it: repeat with --no-enable-prefix-caching and random prompts."
LARGEST_BATCH = 4096.0
"""Sequences at once for which the throughput of offline work is bounded: more than engines schedule."""
ELSEWHERE = "Check --accelerator, --count, --precision and the unit; speculative decoding isn't modelled."


def check_plausible(run: OwnRun, result: Result, knowledge: Knowledge) -> None:
    """InputRefused with the reason where a run can't be what it is said to be."""
    _check_requests(run, result)
    _check_percentiles(run)
    _check_fit(run, knowledge)
    setting = setting_of_run(run, knowledge)
    for name, measured, bound, hint in _bounds(run, setting, knowledge):
        if measured < bound:
            raise InputRefused(
                f"{result.label}: {name} of {measured:,.3g} ms is faster than {run.devices} x {run.accelerator} "
                f"can be: {bound:,.3g} ms by memory bandwidth and arithmetic alone.",
                hint,
            )
    step, first = modelled_ms(knowledge, setting)
    for name, slow, modelled in (
        ("a time per token", run.tpot_ms, step),
        ("a first token", run.ttft_ms if run.arrivals == "open" else None, first),
    ):
        if slow is not None and slow > TOO_SLOW * modelled:
            raise InputRefused(
                f"{result.label}: {name} of {slow:,.3g} ms is {slow / modelled:,.0f} times what is expected there "
                f"({modelled:,.3g} ms).",
                "A saturated server, or microseconds or seconds read as milliseconds? " + ELSEWHERE,
            )


def remarks(run: OwnRun) -> Iterator[str]:
    """What has to be said of a run that is taken."""
    if run.requests is not None and run.requests < 100 and (run.tpot_p99_ms or run.ttft_p99_ms):
        yield f"{run.id}: with {run.requests} requests, the 99th percentile is the slowest of them."


def _check_requests(run: OwnRun, result: Result) -> None:
    every = (result.requests or 0) + result.failed
    if result.failed and result.failed > MOST_FAILED * every:
        raise InputRefused(
            f"{result.label}: {result.failed:,} of {every:,} requests failed, so the others weren't under this load.",
            "Repeat it at a load that the server holds.",
        )


def _check_percentiles(run: OwnRun) -> None:
    for metric in ("ttft", "tpot", "e2e"):
        lower, upper = getattr(run, f"{metric}_p95_ms"), getattr(run, f"{metric}_p99_ms")
        if lower is not None and upper is not None and lower > upper * (1 + 1e-6):
            raise InputRefused(
                f"{run.file}: the 95th percentile of {metric} ({lower:,.3g} ms) is above the 99th ({upper:,.3g} ms)."
            )


def _check_fit(run: OwnRun, knowledge: Knowledge) -> None:
    model, machine = models(knowledge)[run.model], accelerators(knowledge)[run.accelerator]
    length = run.input_tokens + run.output_tokens
    fit = fit_of(knowledge, model, machine, run.precision, run.devices, tokens=length)
    if not fit.fits:
        raise InputRefused(
            f"{run.file}: {run.model} at {run.precision} takes {fit.weights_gb:,.0f} GB on each of {run.devices} x "
            f"{run.accelerator}, which hold {fit.memory_gb:,.0f} GB.",
            "Check --model-id, --count and --precision.",
        )
    if model.context and length > 1.01 * model.context:
        raise InputRefused(
            f"{run.file}: {length:,.0f} tokens are more than {run.model} reads ({model.context:,}).",
            "Check the lengths: they are tokens of one request.",
        )


def _bounds(run: OwnRun, setting: Setting, knowledge: Knowledge) -> Iterator[tuple[str, float, float, str]]:
    """(figure, measured, what nothing can be below, what would explain it)."""
    shape = stack(knowledge, [setting])
    step = float(step_bound_ms(shape)[0])
    prompt = float(prefill_ms(shape)[0])
    if run.tpot_ms is not None:
        yield "a time per token", run.tpot_ms, step, ELSEWHERE
    if run.ttft_ms is not None:
        yield "a first token", run.ttft_ms, prompt, CACHED
    if run.e2e_ms is not None:
        yield "a whole answer", run.e2e_ms, prompt + step * max(run.output_tokens - 1, 0), ELSEWHERE
    if run.output_tokens_per_s is not None:
        batch = max(setting.batch, LARGEST_BATCH if run.arrivals == "offline" else 1.0)
        full = float(step_bound_ms(stack(knowledge, [setting._replace(batch=batch)]))[0])
        share = full / batch
        yield "one token of all requests together", 1e3 / run.output_tokens_per_s, share, ELSEWHERE
    if not math.isfinite(step):
        raise InputRefused(f"{run.file}: the load is beyond what can be computed.")
