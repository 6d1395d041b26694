"""Reading files that a person wrote by hand: strict, and with the nearest name for a wrong one."""

import unicodedata
from collections.abc import Iterable
from typing import Any

import yaml
from pydantic import ValidationError

from .aliases import nearest
from .errors import KnowledgeInvalid
from .files import DataFiles
from .unique_keys import problem_of, read_unique

MOST_BYTES = 1_000_000
ALLOWED_CONTROLS = frozenset("\n\t")


def mapping_in(files: DataFiles, name: str) -> dict[Any, Any]:
    """The mapping that a YAML file holds; KnowledgeInvalid says what is wrong and where."""
    text = files.text(name)
    if len(text) > MOST_BYTES:
        raise KnowledgeInvalid(f"The file is larger than {MOST_BYTES:,} characters.")
    try:
        content = read_unique(text)
    except (yaml.YAMLError, RecursionError, ValueError) as broken:
        raise KnowledgeInvalid(f"It isn't sound YAML: {problem_of(broken)}.") from broken
    if not isinstance(content, dict):
        raise KnowledgeInvalid("It must hold a mapping.")
    return content


def near(name: str, names: Iterable[str]) -> str:
    """` Did you mean …?` with the nearest names, to be put behind a sentence."""
    hint = nearest(name, names, "").hint
    return f" {hint}" if hint else ""


def problems(invalid: ValidationError, known: Iterable[str]) -> str:
    """Everything that is wrong with a block, in sentences; an unknown key with the nearest known ones."""
    told, missing = [], []
    for item in invalid.errors():
        where = ".".join(str(part) for part in item["loc"])
        if item["type"] == "missing":
            missing.append(where)
        elif item["type"] == "extra_forbidden":
            told.append(f"Unknown key {where!r}.{near(where, known) if len(item['loc']) == 1 else ''}")
        else:
            told.append(f"{where}: {item['msg']}." if where else f"{item['msg']}.")
    return " ".join([*told, *([f"Missing: {', '.join(missing)}."] if missing else [])])


def unsound_text(value: Any) -> bool:
    """Whether a text somewhere in `value` holds control characters, which could steer a terminal."""
    if isinstance(value, str):
        return any(
            unicodedata.category(letter) in ("Cc", "Cf", "Cs") and letter not in ALLOWED_CONTROLS
            for letter in value
        )
    if isinstance(value, dict):
        return any(unsound_text(item) for pair in value.items() for item in pair)
    return isinstance(value, list) and any(unsound_text(item) for item in value)
