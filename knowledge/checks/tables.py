"""Reads every table leniently: a block that is wrong becomes a finding, the others are still checked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from ..errors import KnowledgeInvalid
from ..files import DataFiles
from ..records import (
    Argument,
    Component,
    ConflictRule,
    Decision,
    DerivedName,
    Fact,
    FieldSpec,
    Question,
    Rule,
    Slot,
)
from .finding import Finding, error

Model = TypeVar("Model", bound=BaseModel)

_TABLES: dict[str, tuple[str, str, type[BaseModel]]] = {
    "slots": ("catalog/slots.yaml", "slots", Slot),
    "components": ("catalog/components", "components", Component),
    "facts": ("catalog/facts", "facts", Fact),
    "rules": ("catalog/rules", "rules", Rule),
    "arguments": ("catalog/arguments", "arguments", Argument),
    "decisions": ("catalog/decisions.yaml", "decisions", Decision),
    "fields": ("workload/fields.yaml", "fields", FieldSpec),
    "derived": ("workload/derived.yaml", "derived", DerivedName),
    "questions": ("workload/questions.yaml", "questions", Question),
    "conflicts": ("workload/conflicts.yaml", "conflicts", ConflictRule),
}


@dataclass
class Placed(Generic[Model]):
    """A record and the file it stands in."""

    file: str
    record: Model


@dataclass
class Tables:
    """The tables by id, and what was wrong with the blocks that aren't in them."""

    files: DataFiles
    slots: dict[str, Placed[Slot]] = field(default_factory=dict)
    components: dict[str, Placed[Component]] = field(default_factory=dict)
    facts: dict[str, Placed[Fact]] = field(default_factory=dict)
    rules: dict[str, Placed[Rule]] = field(default_factory=dict)
    arguments: dict[str, Placed[Argument]] = field(default_factory=dict)
    decisions: dict[str, Placed[Decision]] = field(default_factory=dict)
    fields: dict[str, Placed[FieldSpec]] = field(default_factory=dict)
    derived: dict[str, Placed[DerivedName]] = field(default_factory=dict)
    questions: dict[str, Placed[Question]] = field(default_factory=dict)
    conflicts: dict[str, Placed[ConflictRule]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def yaml(self, name: str) -> Any:
        """A YAML file's content, or None (with a finding) when it is missing or broken."""
        try:
            return self.files.yaml(name)
        except KnowledgeInvalid as invalid:
            self.findings.append(error(name, "", str(invalid)))
            return None


def read_tables(files: DataFiles) -> Tables:
    """All tables of the knowledge base."""
    tables = Tables(files)
    for name, (place, key, model) in _TABLES.items():
        found: dict[str, Placed[Any]] = getattr(tables, name)
        for file in _files_of(tables, place):
            for placed in _blocks(tables, file, key, model):
                identity = identity_of(placed.record)
                if identity in found:
                    tables.findings.append(
                        error(file, identity, f"The id is defined twice, also in {found[identity].file}.")
                    )
                found[identity] = placed
    return tables


def identity_of(record: BaseModel) -> str:
    """The record's id, or its name."""
    return str(getattr(record, "id", "") or getattr(record, "name", ""))


def _files_of(tables: Tables, place: str) -> list[str]:
    if place.endswith(".yaml"):
        return [place]
    try:
        return tables.files.names(place)
    except (OSError, KnowledgeInvalid):
        tables.findings.append(error(place, "", "The folder is missing."))
        return []


def _blocks(tables: Tables, file: str, key: str, model: type[Model]) -> Iterator[Placed[Model]]:
    content = tables.yaml(file)
    if content is None:
        return
    if not isinstance(content, dict) or not isinstance(content.get(key), list):
        tables.findings.append(error(file, "", f"The file must hold a list under {key!r}."))
        return
    for number, block in enumerate(content[key], 1):
        try:
            yield Placed(file, model.model_validate(block))
        except ValidationError as invalid:
            label = _label(block, number)
            for problem in invalid.errors():
                where = ".".join(str(part) for part in problem["loc"])
                tables.findings.append(error(file, label, f"{where}: {problem['msg']}."))


def _label(block: Any, number: int) -> str:
    identity = (block.get("id") or block.get("name")) if isinstance(block, dict) else None
    return str(identity or f"block {number}")
