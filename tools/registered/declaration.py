"""What a registered tool is made of: a frozen input model whose fields name their units, and a function.

The docstring under each field is the description in its JSON schema.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from knowledge import Knowledge

from ..estimate import Estimate, Kind
from ..profile import Profile


class ToolInput(BaseModel):
    """Arguments of a tool."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)


class ToolResult(BaseModel):
    """What a tool returns."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Context(NamedTuple):
    """What every tool may read besides its arguments."""

    knowledge: Knowledge
    as_of: date
    profile: Profile


class Tool(NamedTuple):
    """A deterministic function under a name."""

    name: str
    description: str
    """One line."""
    arguments: type[ToolInput]
    function: Callable[[Any, Context], BaseModel]

    def schema(self) -> dict[str, Any]:
        """JSON schema of the arguments."""
        return self.arguments.model_json_schema()

    @property
    def result_type(self) -> type[BaseModel]:
        """The model that the function returns."""
        found: type[BaseModel] = get_type_hints(self.function)["return"]
        return found


class Range(ToolInput):
    """low <= typical <= high. Where a range is taken, so is one number, or a list of the three."""

    low: float
    typical: float
    high: float

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, given: Any) -> Any:
        if isinstance(given, int | float | str) and not isinstance(given, bool):
            given = [given] * 3
        if isinstance(given, list | tuple) and len(given) == 3:
            return dict(zip(("low", "typical", "high"), given, strict=True))
        return given

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """What the validator takes, so that whoever checks against the schema refuses nothing that is right."""
        whole = handler.resolve_ref_schema(handler(core_schema))
        listed = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}
        description = whole.pop("description", "")
        return {"description": description, "anyOf": [{"type": "number"}, listed, whole]}

    @model_validator(mode="after")
    def _ordered(self) -> "Range":
        if not self.low <= self.typical <= self.high:
            raise ValueError(
                f"low, typical and high are not in order: {self.low:g}, {self.typical:g}, {self.high:g}"
            )
        return self

    def estimate(self, unit: str, kind: Kind = "user") -> Estimate:
        return Estimate(low=self.low, typical=self.typical, high=self.high, unit=unit, kind=kind)


def in_unit(unit: str, **bounds: float) -> Any:
    """A field in `unit`, with pydantic's bounds (ge, gt, le, lt)."""
    keywords: dict[str, Any] = {"json_schema_extra": {"unit": unit}, **bounds}
    return Field(**keywords)


def refuse_low_peak(mean_rps: float | None, peak_rps: float | None) -> None:
    """ValueError for a peak below the mean."""
    if mean_rps is not None and peak_rps is not None and peak_rps < mean_rps:
        raise ValueError(f"peak_rps {peak_rps:g} is below mean_rps {mean_rps:g}")


def unit_of(arguments: type[ToolInput], name: str) -> str:
    """The unit of a field; empty where it has none."""
    extra = arguments.model_fields[name].json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""
