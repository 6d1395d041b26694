"""Published rate limits of model APIs in words, a ladder of usage tiers a line, with where it was read."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from .rate_tiers import LIMITS, TABLE, Ladder, RateTier, ladders_for, ladders_of

if TYPE_CHECKING:
    from .library import Knowledge

RATES = "rates:"
"""What the id of a provider's limits begins with."""
MOST_LADDERS, MOST_OF_MODEL = 12, 2
_WORDS = {
    "requests_per_min": "requests a minute",
    "tokens_per_min": "tokens a minute",
    "input_tokens_per_min": "input tokens a minute",
    "all_input_tokens_per_min": "input tokens a minute, cached ones too",
    "output_tokens_per_min": "output tokens a minute",
    "requests_per_day": "requests a day",
    "tokens_per_day": "tokens a day",
    "requests_per_month": "requests a month",
    "tokens_per_month": "tokens a month",
    "concurrent_requests": "requests at once",
    "usd_per_10_min": "USD in ten minutes",
    "usd_per_month": "USD a month at most",
}
_UNFIGURED = {"ask": "on request", "unpublished": "no figure published", "reserved": "bought units"}


def provider_rate_lines(provider: str, knowledge: "Knowledge") -> tuple[str, ...]:
    """Of each model or class of models that the provider limits apart; none where the table doesn't know it."""
    if TABLE not in knowledge.files.walk():
        return ()
    tiered = (ladder for ladder in ladders_of(knowledge, provider) if ladder.tiers)
    return tuple(_line(ladder, ladder.models.replace("|", ", ")) for ladder in islice(tiered, MOST_LADDERS))


def model_rate_lines(sold: "Iterator[tuple[str, str]]", knowledge: "Knowledge") -> Iterator[str]:
    """Of a model; `sold`: the providers (component ids) that sell it, each with its name there."""
    if TABLE not in knowledge.files.walk():
        return
    for provider, model in dict.fromkeys(sold):
        for ladder in ladders_for(knowledge, provider, model)[:MOST_OF_MODEL]:
            if any(tier.kind == "tier" for tier in ladder.tiers):
                yield _line(ladder, model.rsplit("/", 1)[-1])


def _line(ladder: Ladder, models: str) -> str:
    which = "every model" if models == "*" else models
    kind = f", {ladder.deployment}" if ladder.deployment else ""
    tiers = "; ".join(f"{tier.tier} ({tier.requirement}): {_limits(tier)}" for tier in ladder.tiers)
    last = ladder.tiers[-1]
    dated = last.as_of or f"read {last.read_at}"
    return f"rate limits of {which} at {ladder.provider}{kind}: {tiers} ({last.source}, {dated})"


def _limits(tier: RateTier) -> str:
    told = [f"{value:,.10g} {_WORDS[name]}" for name in LIMITS if (value := getattr(tier, name)) is not None]
    return ", ".join(told) or _UNFIGURED.get(tier.kind, "")
