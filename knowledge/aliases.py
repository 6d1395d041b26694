"""Names in any spelling to one key: the alias tables of accelerators and models."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar, cast

from .errors import UnknownName

if TYPE_CHECKING:
    from .library import Knowledge

Table = TypeVar("Table")


def table_cache(knowledge: "Knowledge", read: "Callable[[Knowledge], Table]") -> Table:
    """`read(knowledge)`, computed once per knowledge base (which is immutable once read)."""
    return cast(Table, _cached(knowledge, read))


@lru_cache(maxsize=256)
def _cached(knowledge: "Knowledge", read: "Callable[[Knowledge], object]") -> object:
    return read(knowledge)


def canonical(text: str) -> str:
    """Spelling without case, spaces and punctuation: `Llama 3.1 70B` and `llama-3.1-70b` agree."""
    return "".join(character for character in text.casefold() if character.isalnum() or character == ".")


def optional(row: Mapping[str, str]) -> dict[str, str | None]:
    """A CSV row with its empty cells as None."""
    return {key: value if value != "" else None for key, value in row.items()}


def nearest(name: str, names: Iterable[str], kind: str) -> UnknownName:
    """The error for an unknown `kind`, with the three nearest of `names`."""
    from rapidfuzz import fuzz, process

    found = process.extract(
        name.casefold(), {item: item.casefold() for item in names}, scorer=fuzz.WRatio, limit=3
    )
    return UnknownName(kind, name, [key for _, _, key in found])
