"""The word lists of the engine: YAML files beside the code, read once."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _WordLoader(_Base):  # type: ignore[misc]
    """A safe loader to which `no`, `on` and `yes` are words, not truth values."""


_WordLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(("bool", "timestamp"))]
    for first, resolvers in _Base.yaml_implicit_resolvers.items()
}


@cache
def table(name: str) -> dict[str, Any]:
    """The content of `data/<name>.yaml`; not to be changed by callers."""
    path = Path(__file__).with_name("data") / f"{name}.yaml"
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=_WordLoader)  # noqa: S506 - a safe loader
    if not isinstance(content, dict):
        raise TypeError(f"agent/language/data/{name}.yaml must hold a mapping.")
    return content


@cache
def words(name: str, key: str) -> frozenset[str]:
    """A list of words of a table as a set."""
    return frozenset(str(item) for item in table(name).get(key, ()))
