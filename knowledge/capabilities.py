"""What kinds of model can do which kind of work, and which ones stand for it where none is named."""

from typing import TYPE_CHECKING

from .aliases import table_cache
from .models import models
from .records import Record

if TYPE_CHECKING:
    from .library import Knowledge


class Capability(Record):
    """The models that can be the main model of one task."""

    types: tuple[str, ...]
    english: tuple[str, ...] = ()
    other: tuple[str, ...] = ()

    def representatives(self, languages: str) -> tuple[str, ...]:
        """Models to consider where the user names none."""
        return self.english if languages == "english" else self.other


def capability(knowledge: "Knowledge", task: str) -> Capability:
    """What `task` (a value of the derived name model_task, or `label`) asks of a model."""
    return table_cache(knowledge, _tasks)[task]


def can_do(knowledge: "Knowledge", model: str, task: str) -> bool:
    """Whether the model is of a type that can do the task."""
    spec = models(knowledge).get(model)
    return spec is not None and spec.type in capability(knowledge, task).types


def reads_images(knowledge: "Knowledge", model: str) -> bool:
    """Whether a language model takes pictures: open ones if listed, hosted ones unless listed otherwise."""
    takes, refuses = table_cache(knowledge, _images)
    spec = models(knowledge).get(model)
    if spec is not None and spec.type == "llm":
        return model in takes
    return model.rsplit("/", 1)[-1] not in refuses


def _tasks(knowledge: "Knowledge") -> dict[str, Capability]:
    content = knowledge.files.yaml("perf/capabilities.yaml")
    return {name: Capability.model_validate(block) for name, block in content["tasks"].items()}


def _images(knowledge: "Knowledge") -> tuple[frozenset[str], frozenset[str]]:
    content = knowledge.files.yaml("perf/capabilities.yaml")
    return frozenset(content["image_input"]), frozenset(content["text_only"])
