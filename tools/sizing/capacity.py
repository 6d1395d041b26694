"""What each deployment carries at each number of sequences in flight, and whether it keeps the limits."""

from dataclasses import dataclass, fields, replace

import numpy as np

from knowledge import Knowledge
from knowledge.sizing_data import constant

from .demand import ServingDemand
from .options import BATCHES, Options
from .own_points import scaled
from .queueing import ratios, staffed
from .roofline import Array, Flags, Run, sequence_cache
from .serving_model import INTERLEAVED, interleaved_ms, interleaved_terms, step_terms, ttft_ms, weighted
from .speculation import Paces, paces, token_bound_ms


@dataclass(frozen=True)
class Capacity:
    """Arrays of shape (deployments, batches)."""

    run: Run
    tpot_ms: Array
    ttft_ms: Array
    service_ms: Array
    """Mean time that a request takes a place away from others."""
    e2e_ms: Array
    """Mean time to the end of its answer; a very short one is there before its place is free."""
    rps: Array
    """Requests a second that one replica completes with so many in flight."""
    planned_rps: Array
    """The mean rate at which the number in flight rarely exceeds that."""
    fits: Flags
    keeps_limits: Flags


def capacity(knowledge: Knowledge, options: Options, demand: ServingDemand) -> Capacity:
    """Evaluate every deployment at every batch size."""
    run = replace(
        options.run,
        batch=BATCHES[None, :],
        input_tokens=np.array(max(demand.input_tokens - demand.shared_prefix_tokens, 1.0)),
        output_tokens=np.array(demand.output_tokens),
    )
    run = replace(run, output_tokens=_answers(demand, run, options))
    full = replace(run, input_tokens=np.array(demand.input_tokens))
    tpot, step = _paces(demand, full, run, options)
    ttft = _ttft(knowledge, run, step, options)
    for row, points in options.measured.items():
        shape = _row(run, row)
        token, first = scaled(knowledge, points, shape, (tpot[row], ttft[row]), relaxed=relaxed(demand))
        tpot[row], ttft[row] = np.maximum(token, token_bound_ms(demand, shape)), first
    service, e2e = (ttft + tpot * tokens for tokens in (run.output_tokens, demand.output_tokens))
    fits = _fits(full, options, demand)
    return Capacity(
        run=run,
        tpot_ms=tpot,
        ttft_ms=ttft,
        service_ms=service,
        e2e_ms=e2e,
        rps=1e3 * BATCHES[None, :] / service,
        planned_rps=1e3 * _planned(knowledge, demand) / service,
        fits=fits,
        keeps_limits=fits & _keeps_limits(knowledge, demand, tpot, ttft, e2e),
    )


def _row(run: Run, row: int) -> Run:
    """One deployment of `run`: a value for each batch, or one for all."""
    parts = (getattr(run, field.name) for field in fields(Run))
    return Run(*(part[row if len(part) > 1 else 0] if part.ndim > 1 else part for part in parts))


def relaxed(demand: ServingDemand) -> bool:
    """Whether nobody waits for an answer."""
    return demand.batch or demand.batch_window_h is not None


def _planned(knowledge: Knowledge, demand: ServingDemand) -> Array:
    if not demand.headroom:
        return BATCHES[None, :]
    if relaxed(demand):
        return BATCHES[None, :] * constant(knowledge, "planning", "batch_headroom").value
    return staffed(BATCHES[None, :], demand.percentile, variability(knowledge, demand))


def variability(knowledge: Knowledge, demand: ServingDemand) -> float:
    """Mean of the squared coefficients of variation of gaps and service times, the latter exponential."""
    return (constant(knowledge, "planning", f"arrivals_{demand.arrivals}").value + 1) / 2


def _paces(demand: ServingDemand, full: Run, run: Run, options: Options) -> Paces:
    """Caches are read at full length, prompts are computed without their shared prefix."""
    terms = list(step_terms(full))
    for place, term in zip(INTERLEAVED, interleaved_terms(run), strict=True):
        terms[place] = term
    found = paces(demand, full, tuple(terms), options.step_weights, options.tpot_correction)
    bound = token_bound_ms(demand, run)
    return Paces(np.maximum(found.token, bound), np.maximum(found.step, bound))


def _answers(demand: ServingDemand, run: Run, options: Options) -> Array:
    """Output tokens with which requests are sized: as demanded, or so many that a shorter answer would take longer.

    The terms of the first token count the prompts of others in each of its k steps, those of later tokens in each of
    theirs: a request takes k (p + q / n) + n p + q for n tokens, p a step without prompts and q all prompts of a
    batch. Below n = sqrt(k q / p) that rises again as answers get shorter, although whoever carries the longer one
    carries the shorter one too. No published run has answers as short.
    """
    tokens = np.array(demand.output_tokens)
    weights = np.asarray(options.step_weights)[..., list(INTERLEAVED)]
    prompts = weighted(interleaved_terms(run), weights) * options.tpot_correction
    found = paces(demand, run, step_terms(run), options.step_weights, options.tpot_correction)
    first = np.asarray(options.ttft_weights)
    steps = first[..., 0] + first[..., 1] * run.input_tokens / 2048
    least = np.sqrt(steps * np.maximum(prompts, interleaved_ms(run)) * tokens / (found.token - prompts))
    result: Array = np.maximum(tokens, least)
    return result


def _ttft(knowledge: Knowledge, run: Run, step: Array, options: Options) -> Array:
    """Requests arrive at random: the open-loop fit, whose runs aren't in the table of corrections."""
    efficiency = constant(knowledge, "engine", "prefill_efficiency").value
    return ttft_ms(run, step, options.ttft_weights, efficiency)


def _fits(full: Run, options: Options, demand: ServingDemand) -> Flags:
    length = np.array(demand.input_tokens + demand.output_tokens)
    longest = np.array(longest_tokens(demand))
    drafts = (
        demand.draft_cost_share * full.params * full.weight_bytes / full.n
        if demand.speculative_tokens
        else 0.0
    )
    needed = (full.batch - 1) * sequence_cache(full, length) + sequence_cache(full, longest)
    fits: Flags = (
        (needed / full.cache_shards <= options.free_bytes - drafts)
        & (full.batch <= options.batch_limit)
        & (longest <= options.context_limit)
    )
    return fits


def longest_tokens(demand: ServingDemand) -> float:
    """Of one sequence that must fit."""
    return max(demand.context_tokens or 0, demand.input_tokens + demand.output_tokens)


def _keeps_limits(knowledge: Knowledge, demand: ServingDemand, tpot: Array, ttft: Array, e2e: Array) -> Flags:
    """Limits at the stated percentile, at the number in flight that is rarely exceeded."""
    kept = np.ones(tpot.shape, dtype=bool)
    if relaxed(demand):
        return kept
    for name, value, limit in (
        ("ttft", ttft, demand.ttft_limit_ms),
        ("tpot", tpot, demand.tpot_limit_ms),
        ("e2e", e2e, demand.e2e_limit_ms),
    ):
        if limit is not None:
            spread = constant(knowledge, "percentiles", f"{name}_p99_over_mean")
            tail = ratios(spread, demand.percentile)[1] if demand.headroom else 1.0
            kept &= value * tail <= limit
    return kept
