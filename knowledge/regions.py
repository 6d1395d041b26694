"""Where the regions of clouds lie, and what people call these places."""

from typing import TYPE_CHECKING

from pydantic import Field

from .aliases import table_cache
from .records import Record
from .tables import read_table

if TYPE_CHECKING:
    from .library import Knowledge

TABLE = "cost/regions.csv"


class Region(Record):
    """A region of one cloud."""

    cloud: str
    region: str
    place: str = Field(min_length=1)
    """City or state, and country."""
    called: str
    """Other names of the place, parted by semicolons: of the city, the state, the country, the continent."""
    source: str
    as_of: str

    @property
    def names(self) -> tuple[str, ...]:
        """What it is called by."""
        return self.region, *filter(None, self.called.split(";"))


def regions(knowledge: "Knowledge") -> dict[tuple[str, str], Region]:
    """By cloud and its name for the region; none where the knowledge has no such table."""
    return table_cache(knowledge, _regions)


def _regions(knowledge: "Knowledge") -> dict[tuple[str, str], Region]:
    rows = read_table(knowledge, TABLE, Region) if knowledge.files.is_plain(TABLE) else ()
    return {(row.cloud, row.region): row for row in rows}
