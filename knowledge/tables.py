"""CSV files of the knowledge base as validated, frozen rows."""

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from .aliases import validated

if TYPE_CHECKING:
    from .library import Knowledge

Row = TypeVar("Row", bound=BaseModel)


def read_table(knowledge: "Knowledge", name: str, model: type[Row]) -> tuple[Row, ...]:
    """The rows of the CSV file `name`; empty cells take the model's defaults."""
    return tuple(validated(model, row, name) for row in knowledge.files.rows(name))
