"""Rate limits that providers of hosted models publish: a ladder of usage tiers for each model or class of models.

A tier that exists without a published figure is a row too, with the reason: that a limit isn't known is said, not
guessed. A row names its models by patterns; the longest one that fits a model wins.
"""

from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from .aliases import table_cache
from .records import Record
from .tables import read_table

if TYPE_CHECKING:
    from .library import Knowledge

TABLE = "cost/rate_tiers.csv"
Kind = Literal["tier", "ask", "unpublished", "reserved"]
"""tier: its limits are published; ask: granted on request; unpublished: it exists, its figures aren't known;
reserved: units of capacity that are bought."""


class RateTier(Record):
    """One usage tier of one model or class of models; an empty limit isn't one."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9./-]*$")
    provider: str
    """Component id of the model API."""
    models: str
    """Patterns with `*`, parted by `|`: the model as its provider spells it."""
    deployment: str = ""
    """Kind of deployment, where a provider limits them apart."""
    tier: str
    rank: int = Field(ge=0)
    """Order within the ladder."""
    kind: Kind
    requirement: str
    """What it takes to get it."""
    paid_usd: float | None = Field(default=None, ge=0)
    """Paid in all before the tier is granted."""
    spend_usd_30d: float | None = Field(default=None, ge=0)
    """Spent within the last 30 days."""
    wait_days: float = Field(default=0, ge=0)
    """Days since the first payment."""
    requests_per_min: float | None = Field(default=None, gt=0)
    tokens_per_min: float | None = Field(default=None, gt=0)
    """Input and output together; of a reserved unit, what it carries."""
    input_tokens_per_min: float | None = Field(default=None, gt=0)
    """Input that counts, cached tokens at their weight."""
    all_input_tokens_per_min: float | None = Field(default=None, gt=0)
    """Input, cached or not."""
    output_tokens_per_min: float | None = Field(default=None, gt=0)
    requests_per_day: float | None = Field(default=None, gt=0)
    tokens_per_day: float | None = Field(default=None, gt=0)
    requests_per_month: float | None = Field(default=None, gt=0)
    tokens_per_month: float | None = Field(default=None, gt=0)
    concurrent_requests: float | None = Field(default=None, gt=0)
    usd_per_10_min: float | None = Field(default=None, gt=0)
    usd_per_month: float | None = Field(default=None, gt=0)
    """Cap on the month's bill."""
    cached_weight: float = Field(default=1, ge=0, le=1)
    """What a token read from the prompt cache counts."""
    output_weight: float = Field(default=1, ge=0)
    """What an output token counts in `tokens_per_min`; 0 of a reserved unit: not published."""
    min_units: int = Field(default=1, ge=1)
    unit_step: int = Field(default=1, ge=1)
    scope: str = ""
    """Whose limit it is."""
    pool: Literal["", "region", "subscription", "project"] = ""
    """Each further one has the limit anew; empty: there is no second helping."""
    firm: Literal["yes", "no"] = "yes"
    """no: beyond it requests are served as capacity allows, or the limit grows with use."""
    complete: Literal["yes", "no"] = "yes"
    """no: further limits exist and aren't published."""
    source: str = Field(min_length=1)
    as_of: date | None = None
    """Date of the source; empty where it bears none."""
    read_at: date
    note: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kind == "tier" and not any(getattr(self, name) for name in LIMITS):
            raise ValueError("a tier needs a limit")
        if self.kind == "reserved" and self.tokens_per_min is None:
            raise ValueError("a reserved unit needs the tokens a minute that it carries")
        if self.kind == "unpublished" and not self.note:
            raise ValueError("a tier without figures needs the reason as its note")
        return self

    @property
    def patterns(self) -> tuple[str, ...]:
        return tuple(self.models.split("|"))


LIMITS = (
    "requests_per_min", "tokens_per_min", "input_tokens_per_min", "all_input_tokens_per_min",
    "output_tokens_per_min", "requests_per_day", "tokens_per_day", "requests_per_month", "tokens_per_month",
    "concurrent_requests", "usd_per_10_min", "usd_per_month",
)  # fmt: skip


class Ladder(NamedTuple):
    """The tiers of one model or class in one kind of deployment, lowest first, and units that reserve capacity."""

    provider: str
    models: str
    deployment: str
    tiers: tuple[RateTier, ...]
    reserved: tuple[RateTier, ...] = ()


def rate_tiers(knowledge: "Knowledge") -> dict[str, RateTier]:
    """Rows by id."""
    return table_cache(knowledge, _read)


def tiered_providers(knowledge: "Knowledge") -> tuple[str, ...]:
    """Component ids of the providers that the table knows."""
    return tuple(table_cache(knowledge, _by_provider))


def ladders_of(knowledge: "Knowledge", provider: str) -> tuple[Ladder, ...]:
    """Every ladder of a provider."""
    return table_cache(knowledge, _by_provider).get(provider, ())


def ladders_for(knowledge: "Knowledge", provider: str, model: str) -> tuple[Ladder, ...]:
    """The ladders that hold for `model` at `provider`: those of the longest pattern that fits it."""
    found = [
        (fit, ladder) for ladder in ladders_of(knowledge, provider) if (fit := _fit(ladder.models, model))
    ]
    longest = max((fit for fit, ladder in found if ladder.tiers), default=0)
    reserved = tuple(unit for _, ladder in found for unit in ladder.reserved)
    return tuple(
        ladder._replace(reserved=reserved) for fit, ladder in found if ladder.tiers and fit == longest
    )


def _fit(models: str, model: str) -> int:
    """Length of the longest pattern that fits the model, with or without its provider's path; 0: none does."""
    names = (model.casefold(), model.casefold().rsplit("/", 1)[-1])
    return max(
        (len(pattern) for pattern in models.split("|") if any(fnmatchcase(name, pattern) for name in names)),
        default=0,
    )


def _read(knowledge: "Knowledge") -> dict[str, RateTier]:
    return {row.id: row for row in read_table(knowledge, TABLE, RateTier)}


def _by_provider(knowledge: "Knowledge") -> dict[str, tuple[Ladder, ...]]:
    groups: dict[tuple[str, str, str], list[RateTier]] = {}
    for row in rate_tiers(knowledge).values():
        groups.setdefault((row.provider, row.models, row.deployment), []).append(row)
    found: dict[str, tuple[Ladder, ...]] = {}
    for key, rows in groups.items():
        rows.sort(key=lambda row: row.rank)
        ladder = Ladder(
            *key,
            tiers=tuple(row for row in rows if row.kind != "reserved"),
            reserved=tuple(row for row in rows if row.kind == "reserved"),
        )
        found[key[0]] = (*found.get(key[0], ()), ladder)
    return found
