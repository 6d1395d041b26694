"""The deterministic tools of the registry, each offered under its own name with date and evidence."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from tools.evidence import Evidence
from tools.registered import Tool
from tools.registry import REGISTRY, evidence_of, run_tool

from .advisor import Advisor
from .mcp_offer import AS_OF, Answer, Offer, explained, output_schema

Result = TypeVar("Result", bound=BaseModel)
RENAMED = {"assess": "assess-full"}
"""`assess` is the short form here; the whole is some 200 kB."""
SIZES = {
    "rank": "Some 80 kB; assess says in short what most callers need.",
    "assess": "Some 200 kB; assess says in short what most callers need.",
}


class Calculated(Answer, Generic[Result]):
    """A result with the evidence that its ids stand for."""

    tool: str
    as_of: date
    knowledge_hash: str
    """The same hash, date and arguments give the same result."""
    result: Result
    evidence: tuple[Evidence, ...] = ()
    """Facts, prices and rules behind the ids in the result."""


def calculations() -> tuple[Offer, ...]:
    """Every tool of the registry."""
    return tuple(_offer(tool) for tool in REGISTRY.values())


def _offer(tool: Tool) -> Offer:
    name = RENAMED.get(tool.name, tool.name)
    model = Calculated[tool.result_type]  # type: ignore[name-defined]

    def call(given: Mapping[str, Any], advisor: Advisor) -> BaseModel:
        arguments = dict(given)
        as_of = advisor.day(arguments.pop("as_of", ""))
        result = run_tool(tool.name, arguments, advisor.knowledge, as_of, advisor.profile)
        return model(
            tool=name,
            as_of=as_of,
            knowledge_hash=advisor.knowledge.hash,
            result=result,
            evidence=evidence_of(result, advisor.knowledge),
        )

    description = ". ".join(part for part in (tool.description, SIZES.get(tool.name, "")) if part)
    return Offer(name, description, _dated(explained(tool.schema())), output_schema(model), call)


def _dated(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with the date that every tool takes."""
    as_of = {"type": "string", "format": "date", "description": AS_OF}
    return {**schema, "properties": {**schema["properties"], "as_of": as_of}}
