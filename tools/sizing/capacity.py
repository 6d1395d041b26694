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
from .serving_model import INTERLEAVED, interleaved_terms, step_terms, ttft_ms
from .speculation import Paces, paces, token_bound_ms


@dataclass(frozen=True)
class Capacity:
    """Arrays of shape (deployments, batches)."""

    run: Run
    tpot_ms: Array
    ttft_ms: Array
    service_ms: Array
    """Mean time that a request occupies its place."""
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
    full = replace(run, input_tokens=np.array(demand.input_tokens))
    tpot, step = _paces(demand, full, run, options)
    ttft = _ttft(knowledge, run, step, options)
    for row, points in options.measured.items():
        shape = _row(run, row)
        token, first = scaled(knowledge, points, shape, (tpot[row], ttft[row]), relaxed=relaxed(demand))
        tpot[row], ttft[row] = np.maximum(token, token_bound_ms(demand, shape)), first
    service = ttft + tpot * demand.output_tokens
    fits = _fits(full, options, demand)
    return Capacity(
        run=run,
        tpot_ms=tpot,
        ttft_ms=ttft,
        service_ms=service,
        rps=1e3 * BATCHES[None, :] / service,
        planned_rps=1e3 * _planned(knowledge, demand) / service,
        fits=fits,
        keeps_limits=fits & _keeps_limits(knowledge, demand, tpot, ttft, service),
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


def _keeps_limits(
    knowledge: Knowledge, demand: ServingDemand, tpot: Array, ttft: Array, service: Array
) -> Flags:
    """Limits at the stated percentile, at the number in flight that is rarely exceeded."""
    kept = np.ones(tpot.shape, dtype=bool)
    if relaxed(demand):
        return kept
    for name, value, limit in (
        ("ttft", ttft, demand.ttft_limit_ms),
        ("tpot", tpot, demand.tpot_limit_ms),
        ("e2e", service, demand.e2e_limit_ms),
    ):
        if limit is not None:
            spread = constant(knowledge, "percentiles", f"{name}_p99_over_mean")
            tail = ratios(spread, demand.percentile)[1] if demand.headroom else 1.0
            kept &= value * tail <= limit
    return kept
