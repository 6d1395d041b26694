"""Case files below a folder: what can run runs, and what is wrong with a file is said with its place.

A file is read twice over: the script, which a run needs, and the whole, which scoring needs. A fault in
the second leaves the case unscored but doesn't cost its trace.
"""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import TypeAdapter, ValidationError

from .case import AdversarialCase, Case, CaseFile, RealCase, Script
from .case_vocabulary import nearest, vocabulary_faults
from .frozen import sha256

MAX_BYTES = 1_000_000
SUFFIXES = (".yaml", ".yml", ".json")
SCHEMA = "stackwright-case/1"
NEAR = 0.88
"""From this similarity on, another schema's name is a slip: `stackwright-cases/1`, not `stackwright-vocab/1`."""
CASE_KEYS = {"persona", "hidden_facts", "expectations", "must_ask", "documented_choice"}
"""Keys that no other kind of file has."""
KINDS: dict[str, type[CaseFile]] = {"real_world": RealCase, "adversarial": AdversarialCase}


class Problem(NamedTuple):
    """What is wrong with a file, in one sentence."""

    path: str
    text: str


class CaseSet(NamedTuple):
    """What was found: scripts to run, cases to score them by, and problems."""

    scripts: tuple[Script, ...]
    cases: dict[str, Case]
    problems: tuple[Problem, ...]
    hashes: Mapping[str, str] = {}
    """Case id -> SHA-256 of its file."""


def read_cases(path: Path) -> CaseSet:
    """Every case file at or below `path`, in the order of their names."""
    scripts: dict[str, Script] = {}
    cases: dict[str, Case] = {}
    problems: list[Problem] = []
    hashes: dict[str, str] = {}
    for file in _files(path):
        name = file.name if path.is_file() else file.relative_to(path).as_posix()
        content, fault = _content(file)
        if fault or content is None:
            problems.extend([Problem(name, fault)] if fault else [])
            continue
        script, case, faults = read_case(content)
        if script is not None and script.id in scripts:
            faults, script, case = [f"the id {script.id!r} is already taken by another file"], None, None
        problems.extend(Problem(name, text) for text in faults)
        if script is not None:
            scripts[script.id] = script
            hashes[script.id] = sha256(file)
        if case is not None:
            cases[case.id] = case
    return CaseSet(tuple(scripts.values()), cases, tuple(problems), hashes)


def read_case(content: dict[str, Any]) -> tuple[Script | None, Case | None, list[str]]:
    """The script and the whole case of one file's content, and what is wrong with it."""
    script: Script | None = None
    try:
        script = Script.model_validate({key: content[key] for key in Script.model_fields if key in content})
    except ValidationError as error:
        return None, None, _faults(error)
    model = KINDS.get(str(content.get("kind")))
    if model is None:
        return script, None, [f"kind is {content.get('kind')!r}, not one of {', '.join(KINDS)}"]
    try:
        case: Case = TypeAdapter(model).validate_python(content)  # type: ignore[assignment]
    except ValidationError as error:
        return script, None, _faults(error)
    faults = vocabulary_faults(case)
    return script, None if faults else case, faults


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and file.suffix in SUFFIXES)


def _content(file: Path) -> tuple[dict[str, Any] | None, str]:
    """The mapping in `file` and what hinders reading it; a file that isn't a case at all is passed over."""
    if file.stat().st_size > MAX_BYTES:
        return None, f"larger than {MAX_BYTES} bytes"
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        return None, f"not readable as YAML: {' '.join(str(error).split())}"
    if content is None:
        return None, "empty"
    if isinstance(content, list) and any(_is_case(item) for item in content):
        return None, "a list of cases; each needs a file of its own"
    return (content, "") if _is_case(content) else (None, "")


def _is_case(content: Any) -> bool:
    """By its schema, by one much like it, or by its keys: a misspelt schema must not make a case disappear."""
    if not isinstance(content, dict):
        return False
    schema = str(content.get("schema", "")).strip().casefold().replace("_", "-")
    like = difflib.SequenceMatcher(None, schema, SCHEMA).ratio() >= NEAR
    return like or bool(CASE_KEYS & {str(key) for key in content}) or content.get("kind") in KINDS


class _UniqueKeys(yaml.SafeLoader):
    """A key that stands twice is an error, not a silent replacement."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if twice := [key for key in keys if keys.count(key) > 1]:
            raise yaml.constructor.ConstructorError(None, None, f"{twice[0]!r} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _faults(error: ValidationError) -> list[str]:
    return [_fault(item) for item in error.errors()]


def _fault(item: Any) -> str:
    """`place: message`, with the nearest key where one is unknown."""
    place = ".".join(str(part) for part in item["loc"]) or "the file"
    if item["type"] != "extra_forbidden":
        return f"{place}: {item['msg']}"
    return f"{place}: unknown key{nearest(str(item['loc'][-1]), _known_keys())}"


def _known_keys() -> list[str]:
    models = (RealCase, AdversarialCase)
    return sorted({field.alias or name for model in models for name, field in model.model_fields.items()})
