"""CSV files of the knowledge base as validated, frozen rows: one reader, one error that names file and line."""

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from .aliases import optional
from .errors import KnowledgeInvalid

if TYPE_CHECKING:
    from .library import Knowledge

Row = TypeVar("Row", bound=BaseModel)


def read_table(knowledge: "Knowledge", name: str, model: type[Row]) -> tuple[Row, ...]:
    """The rows of `name` as `model`; empty cells are None. KnowledgeInvalid names the line that is wrong."""
    return tuple(_row(name, line, row, model) for line, row in enumerate(knowledge.files.rows(name), 2))


def _row(name: str, line: int, row: dict[str, str], model: type[Row]) -> Row:
    try:
        return model.model_validate({key: value for key, value in optional(row).items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "row"
        raise KnowledgeInvalid(f"{name}, line {line}, {where}: {first['msg']}.") from error
