"""List prices of hosted models that aren't billed by text tokens: by audio minute, character or image."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from .aliases import canonical, table_cache
from .prices import Confidence
from .records import Record
from .tables import read_table

if TYPE_CHECKING:
    from .library import Knowledge

MediaTask = Literal["listen", "speak", "draw"]
MediaUnit = Literal["audio_minute", "character", "image"]
_BILLED_BY: dict[MediaTask, MediaUnit] = {"listen": "audio_minute", "speak": "character", "draw": "image"}
TABLE = "cost/media_prices.csv"
HIGHEST_USD_PER_UNIT = 1
"""A minute, a character or an image at more than a dollar is a unit error."""


class MediaPrice(Record):
    """USD per unit of one hosted model."""

    model: str
    provider: str
    task: MediaTask
    unit: MediaUnit
    usd_per_unit: float = Field(gt=0, le=HIGHEST_USD_PER_UNIT)
    live: bool
    """Answers while the speech is still going on; always true where nothing is listened to."""
    deprecation_date: date | None = None
    confidence: Confidence
    source: str
    as_of: date

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if _BILLED_BY[self.task] != self.unit:
            raise ValueError(f"the unit of {self.task} is {_BILLED_BY[self.task]}")
        return self

    def offered(self, as_of: date) -> bool:
        """Whether the provider still offers it at `as_of`."""
        return self.deprecation_date is None or self.deprecation_date > as_of


def media_prices(knowledge: "Knowledge") -> dict[str, MediaPrice]:
    """Prices by model name."""
    return table_cache(knowledge, _read)


def media_offers(knowledge: "Knowledge", model: str) -> tuple[MediaPrice, ...]:
    """Prices of `model` wherever one of that name is sold."""
    return table_cache(knowledge, _by_bare_name).get(_bare(model), ())


def only_sold_media(knowledge: "Knowledge", held: Iterable[str]) -> tuple[str, ...]:
    """Names of priced models beside those that are `held` otherwise."""
    known = {_bare(name) for name in held}
    names = {_bare(name): name for name in reversed(media_prices(knowledge)) if _bare(name) not in known}
    return tuple(names.values())


def _by_bare_name(knowledge: "Knowledge") -> dict[str, tuple[MediaPrice, ...]]:
    found: dict[str, tuple[MediaPrice, ...]] = {}
    for row in media_prices(knowledge).values():
        found[_bare(row.model)] = (*found.get(_bare(row.model), ()), row)
    return found


def _bare(model: str) -> str:
    """Name without provider path and punctuation."""
    return canonical(model.rsplit("/", 1)[-1])


def _read(knowledge: "Knowledge") -> dict[str, MediaPrice]:
    return {row.model: row for row in read_table(knowledge, TABLE, MediaPrice)}
