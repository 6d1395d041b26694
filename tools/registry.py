"""Every deterministic tool under one name, with typed arguments: what the command line and other programs call.

Arguments are checked before anything is computed.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

from knowledge import Knowledge
from knowledge.aliases import nearest

from .arguments import checked_arguments, gathered
from .cost import price_evidence
from .evidence import Evidence
from .evidence_book import fact_evidence, rule_evidence
from .measurements import measurement_evidence
from .profile import Profile
from .ranking import NO_PROFILE
from .registered import TOOLS, Context, Tool
from .risk import catalogue_evidence

REGISTRY: dict[str, Tool] = {tool.name: tool for tool in TOOLS}


def tool_named(name: str) -> Tool:
    """The tool; UnknownName offers the nearest three, or says where all are listed."""
    found = REGISTRY.get(name)
    if found is None:
        unknown = nearest(name, REGISTRY, "tool")
        unknown.hint = unknown.hint or "`stackwright tool --list` names them all."
        raise unknown
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
        checked_arguments(name, tool.arguments, gathered(tool.arguments, arguments)),
        Context(knowledge, as_of, profile),
    )


def evidence_of(result: BaseModel, knowledge: Knowledge) -> tuple[Evidence, ...]:
    """What stands behind the evidence ids in a result, in order of first use."""
    found = (evidence_named(identity, knowledge) for identity in cited_ids(result))
    return tuple(item for item in found if item is not None)


def cited_ids(result: BaseModel) -> tuple[str, ...]:
    """The evidence ids in a result, in order of first use."""
    return tuple(dict.fromkeys(_ids(result.model_dump(mode="json"))))


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
