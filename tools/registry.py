"""Every deterministic tool under one name, with typed arguments: what the command line and other programs call.

Arguments are checked before anything is computed; a refusal names the argument and the units it takes.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ValidationError

from knowledge import Knowledge
from knowledge.aliases import nearest
from knowledge.errors import InputRefused

from .cost import price_evidence
from .evidence import Evidence
from .evidence_book import fact_evidence, rule_evidence
from .measurements import measurement_evidence
from .profile import Profile
from .ranking import NO_PROFILE
from .registered import TOOLS, Context, Tool, ToolInput, unit_of
from .risk import catalogue_evidence
from .workload_file import FACTORS

WORKLOAD = "workload"
REGISTRY: dict[str, Tool] = {tool.name: tool for tool in TOOLS}


def tool_named(name: str) -> Tool:
    """The tool; UnknownName offers the nearest three."""
    found = REGISTRY.get(name)
    if found is None:
        raise nearest(name, REGISTRY, "tool")
    return found


def run_tool(
    name: str,
    arguments: Mapping[str, Any],
    knowledge: Knowledge,
    as_of: date,
    profile: Profile = NO_PROFILE,
) -> BaseModel:
    """Run a tool on plain values; InputRefused says which argument is wrong and in which unit it is given."""
    tool = tool_named(name)
    return tool.function(
        checked_arguments(name, tool.arguments, _gathered(tool.arguments, arguments)),
        Context(knowledge, as_of, profile),
    )


def evidence_of(result: BaseModel, knowledge: Knowledge) -> tuple[Evidence, ...]:
    """What stands behind the evidence ids in a result, in order of first use."""
    found = (evidence_named(identity, knowledge) for identity in cited_ids(result))
    return tuple(item for item in found if item is not None)


def cited_ids(result: BaseModel) -> tuple[str, ...]:
    """The evidence ids in a result, in order of first use."""
    return tuple(dict.fromkeys(_ids(result.model_dump(mode="json"))))


Arguments = TypeVar("Arguments", bound=ToolInput)


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


def _gathered(model: type[ToolInput], arguments: Mapping[str, Any]) -> dict[str, Any]:
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


_NUMBER = re.compile(r"^([-+]?[0-9][0-9_]*(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)\s*(.*)$")


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
    stated = match[2].strip()
    factors = FACTORS.get(unit, {})
    if stated and stated != unit and stated not in factors:
        allowed = ", ".join(factors) or unit
        raise InputRefused(f"{name}, {key}: the unit {stated!r} is not one of {allowed}.")
    return float(match[1]) * factors.get(stated, 1.0)


def _refusal(name: str, model: type[ToolInput], error: ValidationError) -> InputRefused:
    first = error.errors()[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    unit = unit_of(model, key) if key in model.model_fields else ""
    hint = f"Give it in {unit}." if unit else f"It takes {', '.join(model.model_fields)}."
    if first["type"] == "missing" and len(first["loc"]) == 1:
        return InputRefused(f"{name} needs {key}.", hint)
    words = first["msg"].removeprefix("Value error, ")
    where = f"{name}, {key}" if key else name
    return InputRefused(f"{where}: {words[0].lower()}{words[1:].rstrip('.')}.", hint)


def _ids(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        for key, value in content.items():
            if key == "evidence" and isinstance(value, list):
                yield from (item for item in value if isinstance(item, str))
            else:
                yield from _ids(value)
    elif isinstance(content, list):
        for item in content:
            yield from _ids(item)


def evidence_named(identity: str, knowledge: Knowledge) -> Evidence | None:
    """What the knowledge base holds under an evidence id: a fact, a rule, a price or a row of the catalogue."""
    fact = knowledge.facts.get(identity)
    if fact is not None:
        return fact_evidence(fact, knowledge)
    return (
        rule_evidence(identity, knowledge)
        or price_evidence(knowledge, identity)
        or catalogue_evidence(knowledge, identity)
        or measurement_evidence(knowledge, identity)
    )
