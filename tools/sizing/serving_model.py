"""The calibrated serving model: what a step and a first token take, as weighted sums of explainable terms.

The weights are fitted on published measurements (`scripts/fit_serving.py`) and are never negative, so
more load, longer prompts and slower memory can only make the result larger.
"""

from collections.abc import Sequence

import numpy as np

from .roofline import Array, Run, cache_ms, compute_ms, link_ms_per_token, prefill_ms, weight_ms

STEP_TERMS = (
    "weights_ms",
    "cache_ms",
    "compute_ms",
    "layers_log_batch_us",
    "layers_experts_us",
    "layers_parallel_us",
    "layers_us",
    "constant_ms",
    "sequences_us",
    "layers_sequences_us",
    "prefill_interleaved_ms",
    "prefill_experts_ms",
    "prefill_link_ms",
    "slow_link_ms",
)
INTERLEAVED = tuple(place for place, name in enumerate(STEP_TERMS) if name.startswith("prefill"))
"""Where the terms stand that speak of the prompts of other streams."""
TTFT_TERMS = (
    "step",
    "step_per_2048_input_tokens",
    "prefill_ms",
    "constant_ms",
    "root_batch_ms",
    "root_batch_prefill_ms",
    "layers_us",
    "layers_experts_us",
)
SLOW_LINK_BYTES_S = 150e9
"""Links below this (PCIe) have a term of their own; its weight comes from offline runs on PCIe cards."""


def step_terms(run: Run) -> tuple[Array, ...]:
    """Terms of the time between two tokens in the order of STEP_TERMS, each as small as its inputs."""
    layers = 1e-3 * run.layers
    return (
        weight_ms(run),
        cache_ms(run),
        compute_ms(run),
        layers * np.log2(1 + run.batch),
        layers * (run.expert_fraction < 1),
        layers * (run.n > 1),
        layers,
        np.ones_like(run.layers),
        1e-3 * run.batch,
        layers * run.batch,
        *interleaved_terms(run),
        run.batch * np.where(run.link_bytes_s < SLOW_LINK_BYTES_S, link_ms_per_token(run), 0),
    )


def step_features(run: Run) -> Array:
    """The terms side by side, last axis in the order of STEP_TERMS."""
    return np.stack(np.broadcast_arrays(*step_terms(run)), axis=-1)


def tpot_ms(run: Run, weights: Sequence[float] | Array) -> Array:
    """Mean time between two tokens of a stream; one row of weights for all runs, or one a run."""
    modelled = weighted(step_terms(run), weights)
    result: Array = np.maximum(modelled, step_bound_ms(run))
    return result


def weighted(terms: Sequence[Array], weights: Sequence[float] | Array) -> Array:
    """The sum of the terms, each times its weight (last axis of `weights`)."""
    factors = np.asarray(weights, dtype=float)
    total = np.zeros(())
    for position, term in enumerate(terms):
        if factors[..., position].any():
            total = total + term * factors[..., position]
    result: Array = np.asarray(total)
    return result


def interleaved_ms(run: Run) -> Array:
    """Ideal time that the prompts of the other streams take out of each step."""
    result: Array = prompts_per_step(run) * prefill_ms(run)
    return result


def interleaved_terms(run: Run) -> tuple[Array, Array, Array]:
    """The same as multiplied by all, by experts, and as passed between the devices.

    An expert sees only its share of the tokens and fills the device to about the root of that share.
    """
    prompts, prompt = prompts_per_step(run), prefill_ms(run)
    moved = run.input_tokens * link_ms_per_token(run)
    return prompts * prompt, prompts * (prompt / np.sqrt(run.expert_fraction)), prompts * moved


def prompts_per_step(run: Run) -> Array:
    """Prompts that begin in each step of a full batch."""
    result: Array = run.batch / np.maximum(run.output_tokens, 1)
    return result


def step_bound_ms(run: Run) -> Array:
    """What no engine can beat: reading once, multiplying once, prompts of the other streams included."""
    bound: Array = np.maximum(
        weight_ms(run) + cache_ms(run) * run.cache_shards / run.n, compute_ms(run) + interleaved_ms(run)
    )
    return bound


def ttft_terms(run: Run, step: Array) -> tuple[Array, ...]:
    """Terms of the time to the first token in the order of TTFT_TERMS.

    Streams that start together wait for one another's prompts; the wait grows with the root of their number
    because the lengths of real answers spread the starts. Every layer is started once more than in a step, and
    those of experts are sorted out.
    """
    prefill, root = prefill_ms(run), np.sqrt(run.batch)
    layers = 1e-3 * run.layers
    return (
        step,
        step * run.input_tokens / 2048,
        prefill,
        np.ones_like(run.layers),
        root,
        root * prefill,
        layers,
        layers * (run.expert_fraction < 1),
    )


def ttft_features(run: Run, step: Array) -> Array:
    """The terms side by side, last axis in the order of TTFT_TERMS."""
    return np.stack(np.broadcast_arrays(*ttft_terms(run, step)), axis=-1)


def ttft_ms(run: Run, step: Array, weights: Sequence[float] | Array, prefill_efficiency: float) -> Array:
    """Mean time to the first token of an unsaturated replica; never faster than a measured prefill."""
    modelled = weighted(ttft_terms(run, step), weights)
    result: Array = np.maximum(modelled, prefill_ms(run) / prefill_efficiency)
    return result
