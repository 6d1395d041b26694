"""The calibrated serving model: what a step and a first token take, as weighted sums of explainable terms.

The weights are fitted on published measurements (`scripts/fit_serving.py`) and are never negative, so
more load, longer prompts and slower memory can only make the result larger.
"""

from collections.abc import Sequence

import numpy as np

from .roofline import Array, Run, cache_ms, compute_ms, link_ms, prefill_ms, weight_ms

STEP_TERMS = (
    "weights_ms",
    "cache_ms",
    "compute_ms",
    "layers_log_batch_us",
    "layers_experts_us",
    "layers_parallel_us",
    "prefill_interleaved_ms",
    "slow_link_ms",
)
TTFT_TERMS = ("step", "step_per_2048_input_tokens", "prefill_ms", "constant_ms")
SLOW_LINK_BYTES_S = 150e9
"""Links below this (PCIe) have a term of their own; its weight comes from offline runs on PCIe cards."""


def step_features(run: Run) -> Array:
    """Terms of the time between two tokens, last axis in the order of STEP_TERMS."""
    experts = run.expert_fraction < 1
    interleaved = run.batch / np.maximum(run.output_tokens, 1) * prefill_ms(run)
    terms = [
        weight_ms(run),
        cache_ms(run),
        compute_ms(run),
        1e-3 * run.layers * np.log2(1 + run.batch),
        1e-3 * run.layers * experts,
        1e-3 * run.layers * (run.n > 1),
        interleaved,
        np.where(run.link_bytes_s < SLOW_LINK_BYTES_S, link_ms(run), 0),
    ]
    return np.stack(np.broadcast_arrays(*terms), axis=-1)


def tpot_ms(run: Run, weights: Sequence[float]) -> Array:
    """Mean time between two tokens of a stream."""
    modelled = step_features(run) @ np.asarray(weights)
    result: Array = np.maximum(modelled, step_bound_ms(run))
    return result


def step_bound_ms(run: Run) -> Array:
    """What no engine can beat: reading once, multiplying once, prompts of the other streams included."""
    interleaved = run.batch / np.maximum(run.output_tokens, 1) * prefill_ms(run)
    bound: Array = np.maximum(
        weight_ms(run) + cache_ms(run) * run.cache_shards / run.n, compute_ms(run) + interleaved
    )
    return bound


def ttft_features(run: Run, step: Array) -> Array:
    """Terms of the time to the first token, last axis in the order of TTFT_TERMS."""
    terms = [step, step * run.input_tokens / 2048, prefill_ms(run), np.ones_like(step)]
    return np.stack(np.broadcast_arrays(*terms), axis=-1)


def ttft_ms(run: Run, step: Array, weights: Sequence[float], prefill_efficiency: float) -> Array:
    """Mean time to the first token of an unsaturated replica; never faster than a measured prefill."""
    modelled = ttft_features(run, step) @ np.asarray(weights)
    result: Array = np.maximum(modelled, prefill_ms(run) / prefill_efficiency)
    return result
