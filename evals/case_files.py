"""Case files below a folder: what can run runs, and what is wrong with a file is said with its place.

A file is read twice over: the script, which a run needs, and the whole, which scoring needs. A fault in
the second leaves the case unscored but doesn't cost its trace.
"""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import TypeAdapter, ValidationError

from .case import AdversarialCase, Case, CaseFile, RealCase, Script
from .vocabulary import vocabulary

MAX_BYTES = 1_000_000
SUFFIXES = (".yaml", ".yml", ".json")
SCHEMA_FAMILY = "stackwright-case/"
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


def read_cases(path: Path) -> CaseSet:
    """Every case file at or below `path`, in the order of their names."""
    scripts: dict[str, Script] = {}
    cases: dict[str, Case] = {}
    problems: list[Problem] = []
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
        if case is not None:
            cases[case.id] = case
    return CaseSet(tuple(scripts.values()), cases, tuple(problems))


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
    return script, case, _unknown_slots(case.hidden_facts)


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
    if isinstance(content, dict) and not str(content.get("schema", SCHEMA_FAMILY)).startswith(SCHEMA_FAMILY):
        return None, ""
    return (content, "") if isinstance(content, dict) else (None, "not a mapping of case keys")


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
    return f"{place}: unknown key{_nearest(str(item['loc'][-1]), _known_keys())}"


def _unknown_slots(facts: Iterable[str]) -> list[str]:
    slots = vocabulary().workload_slots
    return [
        f"hidden_facts.{name}: not a workload slot{_nearest(name, slots)}"
        for name in facts
        if name not in slots
    ]


def _known_keys() -> list[str]:
    models = (RealCase, AdversarialCase)
    return sorted({field.alias or name for model in models for name, field in model.model_fields.items()})


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
