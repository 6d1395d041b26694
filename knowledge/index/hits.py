"""What a search gives back."""

from pydantic import BaseModel, ConfigDict

from .record import IndexRecord


class Unheld(BaseModel):
    """Something that is asked of a row and isn't in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: str
    place: str = ""
    """The cloud or provider that it is asked of."""
    region: str = ""
    """The place where it is asked of."""

    def __str__(self) -> str:
        at, within = f" at {self.place}" if self.place else "", f" in {self.region}" if self.region else ""
        return f"{self.what}{at}{within}"


class Hit(BaseModel):
    """A record that was found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    record_id: str
    fact_ids: tuple[str, ...]
    score: float
    text: str
    kind: str = ""
    component: str = ""
    telling: tuple[str, ...] = ()
    """Of a row of a table the ids of the lines that tell what is asked; none where nothing in particular is."""
    unheld: tuple[Unheld, ...] = ()
    """Of a row what is asked of it and not held."""
    part: str = ""
    """Of what nothing itself is told, this being said of the platform that it is a part of: `the SOC 2 of Service
    Bus`."""


class SearchResult(BaseModel):
    """What a search found, best first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hits: tuple[Hit, ...]
    abstained: bool = False
    reason: str = ""
    """Why the catalogue can't answer, when it abstains; else what of the question it can't answer, if anything."""
    unknown: tuple[str, ...] = ()
    """The names for which it abstains, as they were written, where that is why."""
    notices: tuple[str, ...] = ()


def hit_of(
    record: IndexRecord, score: float, telling: tuple[str, ...] = (), unheld: tuple[Unheld, ...] = ()
) -> Hit:
    """The record as it is given back."""
    return Hit(
        record_id=record.id,
        fact_ids=record.fact_ids,
        score=score,
        text=record.text,
        kind=record.kind,
        component=record.component,
        telling=telling,
        unheld=unheld,
    )
