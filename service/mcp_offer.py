"""What an MCP tool is made of here: an input model, a result model, and a function of both and the advisor.

The schemas are written for whoever reads them without our documentation: a unit that stands beside a field is
said in its description too.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, get_type_hints

from pydantic import BaseModel, ConfigDict

from tools.arguments import checked_arguments
from tools.registered import ToolInput

from .advisor import Advisor

AS_OF = "Date that prices and ages count from, e.g. 2026-11-24; left out: the server's."
WORKLOAD = (
    "Everything known about the workload: field -> value, or {value | low, high, unit}. "
    'Example: {"use_case": "rag", "corpus_documents": 350000, "request_rate_rps": {"value": 40, "unit": '
    '"requests/h"}, "residency": ["EU"]}. workload_fields lists names, units and values.'
)


class Answer(BaseModel):
    """What a tool of this server returns."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class DatedInput(ToolInput):
    as_of: str = ""
    """Date that prices and ages count from, e.g. 2026-11-24; left out: the server's."""


class WholeWorkload(DatedInput):
    workload: dict[str, Any]
    """Fields of the workload."""


class Offer(NamedTuple):
    """A tool as it is offered."""

    name: str
    description: str
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]
    call: Callable[[Mapping[str, Any], Advisor], BaseModel]
    """Raw arguments in, result out; StackwrightError says what is wrong with them."""


def own_offer(
    name: str, description: str, arguments: type[ToolInput], function: Callable[[Any, Advisor], BaseModel]
) -> Offer:
    """A tool of the server itself; its result model is the return type of `function`."""

    def call(given: Mapping[str, Any], advisor: Advisor) -> BaseModel:
        return function(checked_arguments(name, arguments, given), advisor)

    result = get_type_hints(function)["return"]
    return Offer(name, description, explained(arguments.model_json_schema()), output_schema(result), call)


def output_schema(result: type[BaseModel]) -> dict[str, Any]:
    """JSON schema of what is sent."""
    return result.model_json_schema(mode="serialization")


def explained(schema: dict[str, Any]) -> dict[str, Any]:
    """An input schema with units and the form of a workload in its descriptions, without titles that repeat names."""
    properties = {name: _with_unit(item) for name, item in schema.get("properties", {}).items()}
    if "workload" in properties:
        properties["workload"] = {**properties["workload"], "description": WORKLOAD}
    defined = {name: explained(item) for name, item in schema.get("$defs", {}).items()}
    kept = {name: item for name, item in schema.items() if name != "title"}
    return {**kept, "properties": properties, **({"$defs": defined} if defined else {})}


def _with_unit(field: dict[str, Any]) -> dict[str, Any]:
    """
    >>> _with_unit({"type": "number", "description": "Prompt of one call.", "unit": "tokens"})["description"]
    'Prompt of one call. In tokens.'
    """
    kept = {name: item for name, item in field.items() if name != "title"}
    unit, description = field.get("unit"), str(field.get("description", ""))
    return {**kept, "description": f"{description} In {unit}.".strip()} if unit else kept
