"""Speculative decoding: several tokens proposed cheaply, checked in one step of the model.

Leviathan, Kalman and Matias 2023 (arXiv 2211.17192): with k tokens proposed of which each is accepted with
probability a, a step yields (1 - a^(k+1)) / (1 - a) tokens on average. The step reads weights and caches once
and multiplies k + 1 tokens a stream, so that the gain shrinks as the batch grows. How many are accepted depends
on the texts: it is declared, never guessed.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from .demand import ServingDemand
from .roofline import Array, Run, cache_ms, compute_ms, weight_ms
from .serving_model import INTERLEAVED, STEP_TERMS, interleaved_ms, step_terms, weighted


class Paces(NamedTuple):
    """Milliseconds of one token of a stream, and of the step that yields one or more of them."""

    token: Array
    step: Array


def tokens_per_step(proposed: int, acceptance: float) -> float:
    """Mean tokens that a step yields.

    >>> tokens_per_step(0, 0.7), tokens_per_step(4, 1.0), round(tokens_per_step(4, 0.7), 2)
    (1.0, 5.0, 2.77)
    """
    return float(sum(acceptance**place for place in range(proposed + 1)))


def paces(
    demand: ServingDemand, run: Run, terms: tuple[Array, ...], weights: Array, corrections: Array
) -> Paces:
    """Both times, from the terms of a plain step; the prompts of others take the same share of every token."""
    proposed = demand.speculative_tokens
    plain = weighted(terms, weights) * corrections
    if not proposed:
        return Paces(plain, plain)
    prompts = weighted(_only(terms, interleaved=True), weights) * corrections
    checked = weighted(_only(_checking(run, terms, proposed), interleaved=False), weights) * corrections
    drafted = proposed * demand.draft_cost_share * (plain - prompts)
    step = np.maximum(checked + drafted, plain - prompts)
    gained = tokens_per_step(proposed, demand.speculative_acceptance or 0.0)
    return Paces(step / gained + prompts, step + prompts)


def token_bound_ms(demand: ServingDemand, run: Run) -> Array:
    """What no engine can beat: reading once a step, multiplying every token that is checked, prompts included."""
    proposed = demand.speculative_tokens
    gained = tokens_per_step(proposed, demand.speculative_acceptance or 0.0)
    wide = replace(run, batch=run.batch * (1 + proposed))
    read = weight_ms(wide) + cache_ms(run) * run.cache_shards / run.n
    bound: Array = np.maximum(read / gained, compute_ms(wide) / gained + interleaved_ms(run))
    return bound


def _checking(run: Run, terms: tuple[Array, ...], proposed: int) -> tuple[Array, ...]:
    """The terms of a step that checks the proposals of every stream: they touch more experts and move more."""
    wide = step_terms(replace(run, batch=run.batch * (1 + proposed)))
    grown = {STEP_TERMS.index(name) for name in ("weights_ms", "compute_ms", "slow_link_ms")}
    return tuple(wide[place] if place in grown else term for place, term in enumerate(terms))


def _only(terms: tuple[Array, ...], *, interleaved: bool) -> tuple[Array, ...]:
    return tuple(
        term if (place in INTERLEAVED) is interleaved else np.zeros(()) for place, term in enumerate(terms)
    )
