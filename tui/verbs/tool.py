"""Any deterministic tool from the command line: key=value arguments or JSON, readable lines or JSON back."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any

import yaml
from pydantic import BaseModel

from knowledge import Knowledge
from knowledge.errors import InputRefused
from tools.assessment import Assessment
from tools.estimate import Estimate
from tools.evidence import Evidence
from tools.registered import Tool, unit_of
from tools.registry import REGISTRY, evidence_of, run_tool, tool_named
from tools.wording import interval, number
from tui.settings import Settings

STDIN = "-"
UNITS = {"gb": "GB", "tb": "TB", "ms": "ms", "usd": "USD", "pct": "%", "kwh": "kWh", "w": "W"}
"""Suffixes of plain numbers' names, as they stand behind the number."""


def run(arguments: Namespace, settings: Settings) -> int:
    if arguments.list or not arguments.name:
        chosen = [tool_named(arguments.name)] if arguments.name else list(REGISTRY.values())
        print(_listing(chosen, arguments.json, with_arguments=bool(arguments.name)))
        return 0
    tool_named(arguments.name)
    given = _arguments(arguments.arguments)
    knowledge, as_of = settings.open_knowledge(), settings.date()
    for remark in settings.knowledge_remarks():
        print(f"stackwright: {remark}", file=sys.stderr)
    result = run_tool(arguments.name, given, knowledge, as_of, settings.open_profile())
    evidence = evidence_of(result, knowledge)
    if arguments.json:
        print(_json(arguments.name, result, evidence, knowledge, as_of.isoformat()))
    else:
        print("\n".join(_lines(result, evidence)))
    return 0


def _listing(tools: Sequence[Tool], as_json: bool, with_arguments: bool) -> str:
    if as_json:
        described = [
            {"name": tool.name, "description": tool.description, "arguments": tool.schema()} for tool in tools
        ]
        return json.dumps(described, ensure_ascii=False, indent=1)
    if with_arguments:
        return "\n".join(line for tool in tools for line in _described(tool))
    width = max(len(tool.name) for tool in tools)
    lines = [f"{tool.name:<{width}}  {tool.description}" for tool in tools]
    return "\n".join([*lines, "", "Arguments: stackwright tool NAME --list; schemas: --list --json"])


def _described(tool: Tool) -> Iterator[str]:
    yield f"{tool.name}: {tool.description}"
    for name, field in tool.arguments.model_fields.items():
        unit = unit_of(tool.arguments, name)
        needed = ", required" if field.is_required() else ""
        yield f"  {name}{f' [{unit}]' if unit else ''}{needed}: {field.description or ''}"


def _arguments(words: Sequence[str]) -> dict[str, Any]:
    """`key=value` words, or the JSON object on standard input for `-`."""
    if list(words) == [STDIN]:
        return _from_json(sys.stdin.read())
    given: dict[str, Any] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals or not key:
            raise InputRefused(f"{word!r} is not key=value.", "Give arguments as key=value, or JSON on -.")
        if key in given:
            raise InputRefused(f"The argument {key} stands twice.")
        given[key.replace("-", "_")] = _value(text)
    return given


def _from_json(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputRefused(f"Standard input is not JSON: {error}.") from error
    if not isinstance(content, dict):
        raise InputRefused('Standard input must hold a JSON object, e.g. {"count": 1000000, "dims": 768}.')
    return content


def _value(text: str) -> Any:
    """Numbers, lists, mappings and truth values as YAML reads them; everything else is a word."""
    try:
        return yaml.safe_load(text) if text else ""
    except (yaml.YAMLError, RecursionError):
        return text


def _json(
    name: str, result: BaseModel, evidence: Sequence[Evidence], knowledge: Knowledge, as_of: str
) -> str:
    content = {
        "tool": name,
        "as_of": as_of,
        "knowledge": knowledge.hash,
        "result": result.model_dump(mode="json"),
        "evidence": [item.model_dump(mode="json") for item in evidence],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def _lines(result: BaseModel, evidence: Sequence[Evidence]) -> list[str]:
    if isinstance(result, Assessment):
        return list(_ranked(result))
    shown = [_shown(result)] if isinstance(result, Estimate) else list(_fields(result.__dict__, ""))
    return [*shown, *_sources(evidence)]


def _ranked(assessment: Assessment) -> Iterator[str]:
    """Stacks with their numbers; the whole is what --json and `advise` are for."""
    shares = assessment.robustness.first_share if assessment.robustness else {}
    if not assessment.stacks:
        yield "No stack is feasible."
    for place, stack in enumerate(assessment.stacks, 1):
        share = f", first in {shares[stack.id]:.0%} of weightings" if stack.id in shares else ""
        yield f"{place}. {stack.title}: score {stack.score:.3f}{share}"
        yield "   " + ", ".join(f"{_words(name)} {value:.2f}" for name, value in stack.categories.items())
        yield "   " + ", ".join(option.name for option in stack.picks.values())
        for violation in stack.violations:
            yield f"   breaks a limit: {violation}"
        yield from _fields(stack.estimates, "   ")
    for relaxation in assessment.relaxations:
        yield f"would help: {relaxation.text}"


def _fields(values: dict[str, Any], indent: str) -> Iterator[str]:
    for name, value in values.items():
        yield from _field(name, value, indent)


def _field(name: str, value: Any, indent: str) -> Iterator[str]:
    words, unit = _named(name)
    if isinstance(value, Estimate):
        yield f"{indent}{_without_unit(name, value.unit)}: {_shown(value)}"
    elif isinstance(value, BaseModel):
        yield f"{indent}{_words(name)}:"
        yield from _fields(value.__dict__, f"{indent}  ")
    elif isinstance(value, dict):
        yield f"{indent}{_words(name)}:"
        yield from _fields(value, f"{indent}  ")
    elif isinstance(value, tuple | list) and any(isinstance(item, BaseModel) for item in value):
        for place, item in enumerate(value, 1):
            yield f"{indent}{_words(name)} {place}"
            yield from _fields(item.__dict__, f"{indent}  ")
    elif value is None:
        yield f"{indent}{words}: unknown"
    elif value not in ("", (), []):
        yield f"{indent}{words}: {_plain(value)}{f' {unit}' if unit else ''}"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, tuple | list):
        return ", ".join(_plain(item) for item in value) or "none"
    return str(value)


def _shown(estimate: Estimate) -> str:
    return f"{interval(estimate)} [{estimate.kind}]"


def _named(name: str) -> tuple[str, str]:
    """`weights_gb` -> (weights, GB)."""
    head, _, tail = name.rpartition("_")
    return (_words(head), UNITS[tail]) if head and tail in UNITS else (_words(name), "")


def _without_unit(name: str, unit: str) -> str:
    """The words of an estimate's name; its unit stands behind the number already."""
    return " ".join(word for word in name.split("_") if word not in UNITS or UNITS[word] not in unit)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _sources(evidence: Sequence[Evidence]) -> Iterator[str]:
    if evidence:
        yield ""
    for item in evidence:
        dated = f", {item.as_of}" if item.as_of else ""
        yield f"[{item.id}] {item.text}{f' {item.source}{dated}' if item.source else ''}"
