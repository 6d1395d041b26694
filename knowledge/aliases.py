"""Names in any spelling to one key: the alias tables of accelerators and models."""

from collections.abc import Callable, Iterable, Mapping, Set
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar, cast

from pydantic import BaseModel, ValidationError

from .errors import KnowledgeInvalid, UnknownName

if TYPE_CHECKING:
    from .library import Knowledge

Table = TypeVar("Table")
Model = TypeVar("Model", bound=BaseModel)


def table_cache(knowledge: "Knowledge", read: "Callable[[Knowledge], Table]") -> Table:
    """`read(knowledge)`, computed once per knowledge base (which is immutable once read)."""
    return cast(Table, _cached(knowledge, read))


@lru_cache(maxsize=256)
def _cached(knowledge: "Knowledge", read: "Callable[[Knowledge], object]") -> object:
    return read(knowledge)


def canonical(text: str) -> str:
    """Spelling without case, spaces and punctuation: `Llama 3.1 70B` and `llama-3.1-70b` agree."""
    return "".join(letter for letter in text.casefold() if letter.isalnum() or letter == ".")


def validated(model: type[Model], row: Mapping[str, str], file: str) -> Model:
    """A CSV row as `model`, empty cells left to its defaults; KnowledgeInvalid names file and row."""
    try:
        return model.model_validate({key: value for key, value in row.items() if value != ""})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        label = next(iter(row.values()), "")
        raise KnowledgeInvalid(f"{file}, row {label!r}, {where}: {first['msg']}.") from error


LEAST_LIKE = 40
"""Of 100: where even the nearest is less alike, letters agree by chance, and to offer names helps nobody."""


def nearest(name: str, names: Iterable[str], kind: str) -> UnknownName:
    """The error for an unknown `kind`, with the three nearest of `names` if any is like it."""
    from rapidfuzz import fuzz, process

    # Each run would tell the ties of a set apart otherwise.
    ordered = sorted(names) if isinstance(names, Set) else names
    found = process.extract(
        name.casefold(), {item: item.casefold() for item in ordered}, scorer=fuzz.WRatio, limit=3
    )
    alike = any(score >= LEAST_LIKE for _, score, _ in found)
    return UnknownName(kind, name, [key for _, _, key in found] if alike else [])
