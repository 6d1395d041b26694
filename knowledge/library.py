"""The knowledge base in memory: each table is read and validated when it is first asked for."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from .errors import KnowledgeInvalid
from .files import DataFiles
from .records import (
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

if TYPE_CHECKING:
    from .layers import Layer

Model = TypeVar("Model", bound=BaseModel)


class Knowledge:
    """Tables of the knowledge base, immutable once read."""

    def __init__(self, root: Path | None = None) -> None:
        self.files: DataFiles = DataFiles(root)

    @property
    def layers(self) -> "tuple[Layer, ...]":
        """What is laid over the packaged data, lowest first."""
        return ()

    @cached_property
    def hash(self) -> str:
        return self.files.digest()

    @cached_property
    def slots(self) -> dict[str, Slot]:
        return {item.id: item for item in self._blocks("catalog/slots.yaml", "slots", Slot)}

    @cached_property
    def components(self) -> dict[str, Component]:
        return self._unique("catalog/components", "components", Component)

    @cached_property
    def facts(self) -> dict[str, Fact]:
        return self._unique("catalog/facts", "facts", Fact)

    @cached_property
    def rules(self) -> dict[str, Rule]:
        return self._unique("catalog/rules", "rules", Rule)

    @cached_property
    def arguments(self) -> dict[str, Argument]:
        return self._unique("catalog/arguments", "arguments", Argument)

    @cached_property
    def decisions(self) -> dict[str, Decision]:
        return {item.id: item for item in self._blocks("catalog/decisions.yaml", "decisions", Decision)}

    @cached_property
    def fields(self) -> dict[str, FieldSpec]:
        return {item.name: item for item in self._blocks("workload/fields.yaml", "fields", FieldSpec)}

    @cached_property
    def derived(self) -> dict[str, DerivedName]:
        return {item.name: item for item in self._blocks("workload/derived.yaml", "derived", DerivedName)}

    @cached_property
    def questions(self) -> dict[str, Question]:
        return {item.id: item for item in self._blocks("workload/questions.yaml", "questions", Question)}

    @cached_property
    def priors(self) -> dict[str, Any]:
        return self._mapping("workload/priors.yaml")

    @cached_property
    def anchors(self) -> dict[str, Any]:
        return self._mapping("workload/anchors.yaml")

    @cached_property
    def weights(self) -> dict[str, Any]:
        return self._mapping("workload/weights.yaml")

    @cached_property
    def providers(self) -> dict[str, Any]:
        return self._mapping("workload/providers.yaml")

    @cached_property
    def conflicts(self) -> tuple[ConflictRule, ...]:
        return tuple(self._blocks("workload/conflicts.yaml", "conflicts", ConflictRule))

    def _mapping(self, name: str) -> dict[str, Any]:
        content = self.files.yaml(name)
        if not isinstance(content, dict):
            raise KnowledgeInvalid(f"{name} must hold a mapping.")
        return content

    def _unique(self, folder: str, key: str, model: type[Model]) -> dict[str, Model]:
        """All blocks of a folder by id; an id that occurs twice is an error."""
        found: dict[str, Model] = {}
        for name in self.files.names(folder):
            for item in self._blocks(name, key, model):
                identity = item.id  # type: ignore[attr-defined]
                if identity in found:
                    raise KnowledgeInvalid(f"{name}: {identity!r} is defined twice.")
                found[identity] = item
        return found

    def _blocks(self, name: str, key: str, model: type[Model]) -> list[Model]:
        """The blocks of one file; KnowledgeInvalid names file, block and key of what is wrong."""
        content = self.files.yaml(name)
        if not isinstance(content, dict) or not isinstance(content.get(key), list):
            raise KnowledgeInvalid(f"{name} must hold a list under {key!r}.")
        return [self._block(name, number, block, model) for number, block in enumerate(content[key], 1)]

    def _block(self, name: str, number: int, block: Any, model: type[Model]) -> Model:
        try:
            return model.model_validate(block)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            label = block.get("id") or block.get("name") if isinstance(block, dict) else ""
            raise KnowledgeInvalid(f"{name}, block {number} ({label}), {where}: {first['msg']}.") from error
