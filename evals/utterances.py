"""Labelled messages for the reader: what was asked, what was said, what a careful reader takes from it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from .intake import SCENARIOS, utterances_of

SUFFIXES = (".yaml", ".yml", ".json")


def _text(value: Any) -> Any:
    """YAML reads `no` as false; an expected word is a word."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return [_text(item) for item in value] if isinstance(value, list) else value


Value = Annotated[Any, BeforeValidator(_text)]


class Expected(BaseModel):
    """One field with its value, its range, or any of several values."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    value: Value = None
    low: float | None = None
    high: float | None = None
    any_of: Value = None
    within: tuple[float, float] | None = None
    """Any number between."""
    holds: str = ""
    """Any text or set with a member that holds this, or a ranking that begins with it."""
    unit: str = ""


class Utterance(BaseModel):
    """One message in the light of one question, or of none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    asked: str | None = None
    text: str
    expect: tuple[Expected, ...] = ()
    may: tuple[str, ...] = ()
    """Fields that may be read besides."""
    reject: tuple[str, ...] = ()
    unknown: bool = False
    only: tuple[str, ...] = ()
    """Fields that are judged at all; empty: every field."""


class UtteranceFile(NamedTuple):
    """A file's messages, and whether it labels them."""

    name: str
    utterances: tuple[Utterance, ...]
    labelled: bool


class UtteranceSet(NamedTuple):
    """What was found, and what is wrong with files or entries."""

    files: tuple[UtteranceFile, ...]
    problems: tuple[str, ...]


def read_utterances(path: Path) -> UtteranceSet:
    """Every file of messages at or below `path`; one malformed entry costs itself alone."""
    files: list[UtteranceFile] = []
    problems: list[str] = []
    for file in _paths(path):
        try:
            content = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
            problems.append(f"{file.name}: not readable as YAML: {' '.join(str(error).split())}")
            continue
        if isinstance(content, dict) and SCENARIOS in content:
            try:
                content = utterances_of(content)
            except (KeyError, TypeError, AttributeError) as error:
                problems.append(f"{file.name}: a scenario isn't complete ({type(error).__name__}: {error})")
                continue
        if not isinstance(content, list):
            problems.append(f"{file.name}: not a list of messages")
            continue
        found, faults = _entries(content)
        problems += [f"{file.name}: {fault}" for fault in faults]
        labelled = any(
            {"expect", "reject", "unknown"} & set(item) for item in content if isinstance(item, dict)
        )
        files.append(UtteranceFile(file.stem, tuple(found), labelled))
    return UtteranceSet(tuple(files), tuple(problems))


def _paths(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from sorted(item for item in path.rglob("*") if item.is_file() and item.suffix in SUFFIXES)


def _entries(content: list[Any]) -> tuple[list[Utterance], list[str]]:
    found: dict[str, Utterance] = {}
    faults: list[str] = []
    for place, item in enumerate(content, 1):
        try:
            utterance = Utterance.model_validate(item)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            faults.append(f"entry {place}: {where}: {first['msg']}")
            continue
        if utterance.id in found:
            faults.append(f"entry {place}: the id {json.dumps(utterance.id)} stands twice")
            continue
        found[utterance.id] = utterance
    return list(found.values()), faults
