"""Plain values as the typed arguments of a tool; a refusal names the argument, its unit and what to write instead."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar, get_origin

from pydantic import ValidationError

from knowledge.aliases import nearest
from knowledge.errors import InputRefused

from .registered import ToolInput, unit_of
from .workload_file import FACTORS

WORKLOAD = "workload"
MAGNITUDES = {"k": 1e3, "K": 1e3, "thousand": 1e3, "M": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
"""`40k`, `1.5M requests`: factors that may stand between a figure and its unit."""
_NUMBER = re.compile(
    r"^([-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9][0-9_]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)\s*(.*)$"
)
_MAGNITUDE = re.compile(r"^(k|K|thousand|million|M|billion|bn)(?![^\W\d_])\s*(.*)$")
_OBJECT_WANTED = ("model_type", "model_attributes_type", "dict_type")
_ABSENT = "missing"

Arguments = TypeVar("Arguments", bound=ToolInput)


def gathered(model: type[ToolInput], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments that a workload tool doesn't have itself are fields of its workload."""
    fields = model.model_fields
    if WORKLOAD not in fields:
        return dict(arguments)
    own = {key: value for key, value in arguments.items() if key in fields}
    rest = {key: value for key, value in arguments.items() if key not in fields}
    within = own.get(WORKLOAD, {})
    if rest and isinstance(within, Mapping):
        own[WORKLOAD] = {**within, **rest}
    return own


def checked_arguments(name: str, model: type[Arguments], arguments: Mapping[str, Any]) -> Arguments:
    """`arguments` of the tool `name` as its input model; InputRefused says which one is wrong."""
    fields = model.model_fields
    for key in arguments:
        if key not in fields:
            raise nearest(str(key), fields, f"argument of {name}")
    converted = {key: _converted(name, model, key, value) for key, value in arguments.items()}
    try:
        return model.model_validate(converted)
    except ValidationError as error:
        raise _refusal(name, model, error) from error


def _converted(name: str, model: type[ToolInput], key: str, value: Any) -> Any:
    """`40 requests/h` in the argument's own unit; comma lists as lists."""
    unit = unit_of(model, key)
    if get_origin(model.model_fields[key].annotation) is tuple and not isinstance(value, list | tuple):
        value = [part.strip() for part in value.split(",")] if isinstance(value, str) else [value]
    if isinstance(value, list | tuple):
        return [_scalar(name, key, item, unit) for item in value]
    return _scalar(name, key, value, unit)


def _scalar(name: str, key: str, value: Any, unit: str) -> Any:
    match = _NUMBER.match(value.strip()) if unit and isinstance(value, str) else None
    if match is None:
        return value
    stated, factors = match[2].strip(), FACTORS.get(unit, {})
    scale = _MAGNITUDE.match(stated) if stated != unit and stated not in factors else None
    if scale:
        stated = scale[2]
    if stated and stated != unit and stated not in factors:
        raise InputRefused(f"{name}, {key}: the unit {stated!r} is not one of {', '.join(factors) or unit}.")
    return (
        float(match[1].replace(",", "")) * (MAGNITUDES[scale[1]] if scale else 1.0) * factors.get(stated, 1.0)
    )


def _refusal(name: str, model: type[ToolInput], error: ValidationError) -> InputRefused:
    """The first thing that is wrong, with its place in lists and objects, and what is wanted there."""
    first = error.errors()[0]
    place = _place(first["loc"])
    top = str(first["loc"][0]) if first["loc"] else ""
    hint = _hint(model, top) if top in model.model_fields else ""
    if first["type"] == _ABSENT:
        wanted = place if len(first["loc"]) > 1 else top
        return InputRefused(f"{name} needs {wanted}.", hint)
    words = first["msg"].removeprefix("Value error, ")
    if first["type"] in _OBJECT_WANTED:
        words = f"{str(first['input'])[:40]!r} is no object with fields of its own"
    where = f"{name}, {place}" if place else name
    return InputRefused(f"{where}: {words[0].lower()}{words[1:].rstrip('.')}.", hint)


def _place(location: tuple[int | str, ...]) -> str:
    """`steps[1].tokens`: the second step's field, counted from 0 as in JSON."""
    found = ""
    for part in location:
        found += f"[{part}]" if isinstance(part, int) else f".{part}" if found else part
    return found


def _hint(model: type[ToolInput], key: str) -> str:
    """The unit of an argument, or what its description says."""
    unit = unit_of(model, key)
    return f"Give it in {unit}." if unit else (model.model_fields[key].description or "")
