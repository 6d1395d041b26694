"""Every deterministic tool under one name, with typed arguments: what the command line and other programs call.

Arguments are checked before anything is computed; a refusal names the argument and the units it takes.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError

from knowledge import Knowledge
from knowledge.aliases import nearest
from knowledge.errors import InputRefused

from .cost import price_evidence
from .evidence import Evidence
from .evidence_book import fact_evidence, rule_evidence
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
    return tool.function(_checked(tool, arguments), Context(knowledge, as_of, profile))


def evidence_of(result: BaseModel, knowledge: Knowledge) -> tuple[Evidence, ...]:
    """What stands behind the evidence ids in a result, in order of first use."""
    found = (
        _evidence(identity, knowledge) for identity in dict.fromkeys(_ids(result.model_dump(mode="json")))
    )
    return tuple(item for item in found if item is not None)


def _checked(tool: Tool, arguments: Mapping[str, Any]) -> ToolInput:
    given = _gathered(tool, arguments)
    fields = tool.arguments.model_fields
    for key in given:
        if key not in fields:
            raise nearest(str(key), fields, f"argument of {tool.name}")
    converted = {key: _converted(tool, key, value) for key, value in given.items()}
    try:
        return tool.arguments.model_validate(converted)
    except ValidationError as error:
        raise _refusal(tool, error) from error


def _gathered(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments that a workload tool doesn't have itself are fields of its workload."""
    fields = tool.arguments.model_fields
    if WORKLOAD not in fields:
        return dict(arguments)
    own = {key: value for key, value in arguments.items() if key in fields}
    rest = {key: value for key, value in arguments.items() if key not in fields}
    within = own.get(WORKLOAD, {})
    if rest and isinstance(within, Mapping):
        own[WORKLOAD] = {**within, **rest}
    return own


_NUMBER = re.compile(r"^([-+]?[0-9][0-9_]*(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)\s*(.*)$")


def _converted(tool: Tool, key: str, value: Any) -> Any:
    """`40 requests/h` in the argument's own unit; comma lists as lists."""
    unit = unit_of(tool.arguments, key)
    if get_origin(tool.arguments.model_fields[key].annotation) is tuple and not isinstance(
        value, list | tuple
    ):
        value = [part.strip() for part in value.split(",")] if isinstance(value, str) else [value]
    if isinstance(value, list | tuple):
        return [_scalar(tool, key, item, unit) for item in value]
    return _scalar(tool, key, value, unit)


def _scalar(tool: Tool, key: str, value: Any, unit: str) -> Any:
    match = _NUMBER.match(value.strip()) if unit and isinstance(value, str) else None
    if match is None:
        return value
    stated = match[2].strip()
    factors = FACTORS.get(unit, {})
    if stated and stated != unit and stated not in factors:
        allowed = ", ".join(factors) or unit
        raise InputRefused(f"{tool.name}, {key}: the unit {stated!r} is not one of {allowed}.")
    return float(match[1]) * factors.get(stated, 1.0)


def _refusal(tool: Tool, error: ValidationError) -> InputRefused:
    first = error.errors()[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    unit = unit_of(tool.arguments, key) if key in tool.arguments.model_fields else ""
    hint = f"Give it in {unit}." if unit else f"'stackwright tool {tool.name} --list' says what it takes."
    if first["type"] == "missing" and len(first["loc"]) == 1:
        return InputRefused(f"{tool.name} needs {key}.", hint)
    words = first["msg"].removeprefix("Value error, ")
    return InputRefused(f"{tool.name}, {key}: {words[0].lower()}{words[1:].rstrip('.')}.", hint)


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


def _evidence(identity: str, knowledge: Knowledge) -> Evidence | None:
    fact = knowledge.facts.get(identity)
    if fact is not None:
        return fact_evidence(fact, knowledge)
    return (
        rule_evidence(identity, knowledge)
        or price_evidence(knowledge, identity)
        or catalogue_evidence(knowledge, identity)
    )
