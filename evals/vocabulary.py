"""The words in which cases speak: stack slots, workload slots, component ids and classes, quantities.

They are the evaluation's own, not the product's: `mapping` translates between the two, so that cases
stay comparable when the product renames something.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

CLASS_PREFIX = "class:"


class Quantity(NamedTuple):
    """A number that a trace may report."""

    unit: str
    same_as: str = ""


class Vocabulary(NamedTuple):
    """Slots, ids, classes and aliases of the cases."""

    layers: dict[str, str]
    """stack slot -> layer."""
    workload_slots: tuple[str, ...]
    ask_keywords: dict[str, tuple[str, ...]]
    classes: dict[str, tuple[str, ...]]
    ids: frozenset[str]
    aliases: dict[str, tuple[str, ...]]
    quantities: dict[str, Quantity]

    def expand(self, names: Iterable[str]) -> frozenset[str]:
        """Ids, with `class:NAME` replaced by its members; a class that doesn't exist has none."""
        found: set[str] = set()
        for name in names:
            members = self.classes.get(name.removeprefix(CLASS_PREFIX), ())
            found.update(members if name.startswith(CLASS_PREFIX) else (name,))
        return frozenset(found)

    def canonical(self, name: str) -> str:
        """The id that `name` stands for: itself, its spelling as an id, an alias, or itself unknown."""
        spelled = re.sub(r"[\s-]+", "_", name.strip().lower())
        if spelled in self.ids:
            return spelled
        for identity, patterns in self.aliases.items():
            if any(re.search(pattern, name, re.IGNORECASE) for pattern in patterns):
                return identity
        return name

    def slots_asked_in(self, text: str) -> tuple[str, ...]:
        """Workload slots whose keywords a question uses, for advisors that name no slot."""
        return tuple(
            slot
            for slot, patterns in self.ask_keywords.items()
            if any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)
        )


def data_file(name: str) -> Any:
    """A YAML file of this package's data as plain values."""
    return yaml.safe_load((resources.files("evals") / "data" / name).read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary, read once."""
    words, quantities = data_file("vocab.yaml"), data_file("quantities.yaml")["quantities"]
    classes = {name: tuple(members) for name, members in words["classes"].items()}
    members = {identity for group in classes.values() for identity in group}
    return Vocabulary(
        layers={slot: spec["layer"] for slot, spec in words["stack_slots"].items()},
        workload_slots=tuple(words["workload_slots"]),
        ask_keywords={slot: tuple(patterns) for slot, patterns in words["ask_keywords"].items()},
        classes=classes,
        ids=frozenset(members | set(words["extra_ids"])),
        aliases={identity: tuple(patterns) for identity, patterns in words["aliases"].items()},
        quantities={
            name: Quantity(spec["unit"], spec.get("same_as", "")) for name, spec in quantities.items()
        },
    )
