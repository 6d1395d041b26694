"""YAML that a person wrote: a key that stands twice is refused with its line, and so are aliases.

A few lines of aliases can blow up to any size.
"""

import re
from collections.abc import Hashable
from typing import Any

import yaml


class UniqueKeys(yaml.SafeLoader):
    """A safe loader that refuses double keys and aliases."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not used here", mark)
        return super().compose_node(parent, index)


def read_unique(text: str) -> Any:
    """The text's plain values; yaml.YAMLError or RecursionError when it can't be read."""
    return yaml.load(text, Loader=UniqueKeys)  # noqa: S506 - a SafeLoader


def problem_of(error: Exception) -> str:
    """What is wrong and in which line, in one sentence without its full stop."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    line = f"line {mark.line + 1}: " if mark else ""
    return line + " ".join(str(problem).split()).rstrip(".")


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen = set()
    for written, _ in node.value:
        key = loader.construct_object(written)
        if not isinstance(key, Hashable):
            break  # the loader itself refuses it
        if key in seen:
            problem = f"{key!r} stands twice"
            raise yaml.constructor.ConstructorError(None, None, problem, written.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
UniqueKeys.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    # YAML 1.1 takes 1e9 for a word, JSON for a number.
    re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+"),
    list("-+0123456789"),
)
