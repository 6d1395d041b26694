"""Published rate limits of model APIs in words, a ladder of usage tiers a line, with where it was read."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .aliases import canonical
from .models import model_called
from .rate_tiers import LIMITS, TABLE, Ladder, RateTier, ladders_for, ladders_of, tiered_providers

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
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Between the words of `GlobalStandard`, which people write as two."""
_UNFIGURED = {"ask": "on request", "unpublished": "no figure published"}


def provider_rate_lines(provider: str, knowledge: "Knowledge") -> tuple[str, ...]:
    """A line for each model or class of models that the provider limits apart, at most MOST_LADDERS, what holds for all
    others last; none where the table doesn't know the provider. What is left out is counted."""
    if not knowledge.files.is_plain(TABLE):
        return ()
    ladders = [ladder for ladder in ladders_of(knowledge, provider) if ladder.tiers]
    named, rest = ([item for item in ladders if (item.models == "*") is of_rest] for of_rest in (False, True))
    shown = [_line(item, item.models.replace("|", ", ")) for item in named[: MOST_LADDERS - len(rest)]]
    left = len(named) - len(shown)
    others = "every other model" if named else "every model"
    counted = [f"and {left} more classes of models: ask for one by its name"] if left else []
    return (*shown, *counted, *(_line(item, others) for item in rest))


def model_rate_lines(sold: Iterable[tuple[str, str]], model: str, knowledge: "Knowledge") -> Iterator[str]:
    """Of `model` at the providers whose limits name it, and at those (component ids) that sell it; `sold`: each with
    the model's name there."""
    if not knowledge.files.is_plain(TABLE):
        return
    told = set[Ladder]()
    for provider, name in dict.fromkeys((*sold, *_limited(model, knowledge))):
        ladders = [ladder for ladder in ladders_for(knowledge, provider, name) if ladder not in told]
        told.update(ladders)
        for ladder in ladders[:MOST_OF_MODEL]:
            if any(tier.kind == "tier" for tier in ladder.tiers):
                yield _line(ladder, name.rsplit("/", 1)[-1])


def _limited(model: str, knowledge: "Knowledge") -> Iterator[tuple[str, str]]:
    """Providers that limit it by a name of its own, with the name."""
    for provider, name in _limited_names(knowledge):
        if model in (model_called(knowledge, name), name):
            yield provider, name


def only_limited(knowledge: "Knowledge", held: Iterable[str]) -> tuple[str, ...]:
    """Names of models that have limits of their own, beside those that are `held` otherwise."""
    if not knowledge.files.is_plain(TABLE):
        return ()
    known = {_bare(name) for name in held}
    found: dict[str, str] = {}
    for _, name in _limited_names(knowledge):
        if "*" not in name and _bare(name) not in known and model_called(knowledge, name) is None:
            found.setdefault(_bare(name), name)
    return tuple(found.values())


def _bare(name: str) -> str:
    return canonical(name.rsplit("/", 1)[-1])


def _limited_names(knowledge: "Knowledge") -> Iterator[tuple[str, str]]:
    """Each provider with what its limits call models and classes of them."""
    for provider in tiered_providers(knowledge):
        for ladder in ladders_of(knowledge, provider):
            yield from ((provider, name) for name in ladder.models.split("|"))


def _line(ladder: Ladder, models: str) -> str:
    kind = f", {_CAMEL.sub(' ', ladder.deployment)}" if ladder.deployment else ""
    tiers = "; ".join(f"{tier.tier} ({tier.requirement}): {_limits(tier)}" for tier in ladder.tiers)
    figured = [tier for tier in ladder.tiers if tier.kind == "tier"] or list(ladder.tiers)
    sources = dict.fromkeys(f"{tier.source}, {tier.as_of or f'read {tier.read_at}'}" for tier in figured)
    return f"rate limits of {models} at {ladder.provider}{kind}: {tiers} ({'; '.join(sources)})"


def _limits(tier: RateTier) -> str:
    told = [f"{value:,.10g} {_WORDS[name]}" for name in LIMITS if (value := getattr(tier, name)) is not None]
    if tier.complete == "no":
        told.append("further limits aren't published")
    if tier.firm == "no":
        told.append("more is served as capacity allows, or as use grows")
    return ", ".join(told) or _UNFIGURED.get(tier.kind, "")
