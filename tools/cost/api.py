"""What a hosted model costs a month: tokens in and out, cached and batched, one model or all at once."""

from datetime import date
from functools import lru_cache
from statistics import median
from typing import NamedTuple

from knowledge import Knowledge
from knowledge.llm_prices import LlmPrice, llm_prices, prices_of_model

from ..estimate import Estimate
from .lines import USD_MONTH

M = 1e6


class Rates(NamedTuple):
    """USD per million tokens with fallbacks filled in."""

    model: str
    input: float
    output: float
    cached: float
    batch_input: float
    batch_output: float
    long_input: float


def api_monthly_cost(
    knowledge: Knowledge,
    model: str,
    input_tokens_month: float,
    output_tokens_month: float,
    cached_share: float = 0.0,
    batch: bool = False,
    long_context: bool = False,
) -> Estimate | None:
    """USD a month for `model`; None where unpriced. The range spans the providers that host it."""
    rows = [row for row in prices_of_model(knowledge, model) if row.input_usd_per_m is not None]
    if not rows:
        return None
    costs = sorted(
        _cost(_rates(row), input_tokens_month / M, output_tokens_month / M, cached_share, batch, long_context)
        for row in rows
    )
    return Estimate(
        low=costs[0],
        typical=median(costs),
        high=costs[-1],
        unit=USD_MONTH,
        kind="vendor",
        formula="api-monthly-cost",
        inputs={
            "input_tokens_month": input_tokens_month,
            "output_tokens_month": output_tokens_month,
            "cached_share": cached_share,
        },
        evidence=tuple(f"price/llm/{row.model}" for row in rows),
    )


def api_costs(
    knowledge: Knowledge,
    input_m: float,
    output_m: float,
    cached_share: float = 0.0,
    batch: bool = False,
    as_of: date | None = None,
) -> dict[str, float]:
    """USD a month of every model that is offered at `as_of`, for `input_m` and `output_m` million tokens."""
    fresh, cached = input_m * (1 - cached_share), input_m * cached_share
    if batch:
        return {
            rate.model: fresh * rate.batch_input + cached * rate.cached + output_m * rate.batch_output
            for rate in _offered(knowledge, as_of)
        }
    return {
        rate.model: fresh * rate.input + cached * rate.cached + output_m * rate.output
        for rate in _offered(knowledge, as_of)
    }


def rerank_monthly_cost(
    knowledge: Knowledge, model: str, queries_month: float, tokens_month: float
) -> Estimate | None:
    """USD a month of a reranker that is billed per query or per token."""
    rows = prices_of_model(knowledge, model)
    costs = sorted(
        queries_month * row.usd_per_query
        if row.usd_per_query is not None
        else tokens_month / M * (row.input_usd_per_m or 0.0)
        for row in rows
    )
    if not costs:
        return None
    return Estimate(
        low=costs[0],
        typical=median(costs),
        high=costs[-1],
        unit=USD_MONTH,
        kind="vendor",
        formula="rerank-monthly-cost",
        evidence=tuple(f"price/llm/{row.model}" for row in rows),
    )


def usd_per_million_tokens(usd_per_hour: float, tokens_per_s: float, utilisation: float = 1.0) -> float:
    """Self-hosted price of a million tokens; strictly inverse to utilisation.

    >>> round(usd_per_million_tokens(4 * 2.95, 5130.2), 3)
    0.639
    """
    return usd_per_hour / (tokens_per_s * utilisation * 3600) * M


@lru_cache(maxsize=64)
def _offered(knowledge: Knowledge, as_of: date | None) -> tuple[Rates, ...]:
    return tuple(
        _rates(row)
        for row in llm_prices(knowledge).values()
        if row.input_usd_per_m is not None and row.offered(as_of or row.as_of)
    )


def _rates(row: LlmPrice) -> Rates:
    fresh, output = row.input_usd_per_m or 0.0, row.output_usd_per_m or 0.0
    return Rates(
        model=row.model,
        input=fresh,
        output=output,
        cached=row.cache_read_usd_per_m or fresh,
        batch_input=row.batch_input_usd_per_m or fresh,
        batch_output=row.batch_output_usd_per_m or output,
        long_input=row.long_context_input_usd_per_m or fresh,
    )


def _cost(
    rates: Rates, input_m: float, output_m: float, cached_share: float, batch: bool, long_context: bool
) -> float:
    fresh = rates.batch_input if batch else rates.long_input if long_context else rates.input
    output = rates.batch_output if batch else rates.output
    cached = min(rates.cached, fresh)
    return input_m * ((1 - cached_share) * fresh + cached_share * cached) + output_m * output
