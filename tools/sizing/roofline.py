"""Ideal times of a transformer on an accelerator, from bytes and operations alone.

Nothing can be faster than these; what is slower is explained by the calibrated terms of `serving_model`.
Everything is an array, so that one call covers many models, accelerators and batch sizes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Run:
    """Equal-shaped (broadcastable) arrays that describe runs of a model on `n` accelerators."""

    params: Array
    """Total parameters."""
    active: Array
    layers: Array
    hidden: Array
    expert_fraction: Array
    """Experts per token over experts; 1 for dense models."""
    cache_bytes: Array
    """16-bit cache of one token in the layers that grow with the context."""
    window_bytes: Array
    window: Array
    memory_bytes_s: Array
    """Of one accelerator."""
    flops: Array
    """Dense peak of one accelerator at the precision."""
    link_bytes_s: Array
    n: Array
    weight_bytes: Array
    """Bytes per parameter."""
    cache_scale: Array
    """Bytes of a cache value over two."""
    cache_shards: Array
    """Into how many parts the cache of a sequence is split."""
    batch: Array
    """Sequences in flight."""
    input_tokens: Array
    output_tokens: Array


def expert_params(run: Run) -> Array:
    """Parameters inside routed experts: total - active = experts x (1 - k/E)."""
    spread = np.where(run.expert_fraction < 1, 1 - run.expert_fraction, 1)
    return np.where(run.expert_fraction < 1, (run.params - run.active) / spread, 0)


def weights_read(run: Run) -> Array:
    """Bytes of weights that one step reads: all shared ones, and the experts that the batch touches."""
    routed = expert_params(run)
    touched = 1 - (1 - np.minimum(run.expert_fraction, 1)) ** np.maximum(run.batch, 1)
    result: Array = (run.params - routed * (1 - touched)) * run.weight_bytes
    return result


def sequence_cache(run: Run, context: Array) -> Array:
    """Bytes of cache of one sequence of `context` tokens."""
    grown = run.cache_bytes * context + run.window_bytes * np.minimum(context, run.window)
    return grown * run.cache_scale


def weight_ms(run: Run) -> Array:
    """Time to read the weights of one step."""
    return 1e3 * weights_read(run) / (run.n * run.memory_bytes_s)


def cache_ms(run: Run) -> Array:
    """Time to read the caches of the batch at their mean length."""
    context = run.input_tokens + run.output_tokens / 2
    return 1e3 * run.batch * sequence_cache(run, context) / (run.cache_shards * run.memory_bytes_s)


def compute_ms(run: Run) -> Array:
    """Time of the multiplications of one step."""
    return 1e3 * 2 * run.active * run.batch / (run.n * run.flops)


def link_ms_per_token(run: Run) -> Array:
    """Two all-reduces a layer over the link between the accelerators of a replica."""
    moved = np.where(run.n > 1, 4 * 2 * run.layers * run.hidden, 0)
    result: Array = 1e3 * moved * (run.n - 1) / run.n / run.link_bytes_s
    return result


def prefill_ms(run: Run) -> Array:
    """Ideal time to read one prompt: multiplications and causal attention."""
    linear = 2 * run.active * run.input_tokens
    attention = 2 * run.layers * run.hidden * run.input_tokens**2
    return 1e3 * (linear + attention) / (run.n * run.flops)


def step_ms(run: Run) -> Array:
    """Lower bound of one decode step."""
    return np.maximum(weight_ms(run) + cache_ms(run), compute_ms(run))
