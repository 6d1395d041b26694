"""`stackwright eval language PATH`: labelled messages against the reader, field by field.

A value is right when it equals what was expected within 2 %. A field that was stated and not expected is
wrong; what is merely inferred or assumed counts only where it was expected. Exit codes as `eval advice`.
"""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from agent.language import Understanding, understand
from agent.language.component_names import resolve
from knowledge import Knowledge, load
from tools.workload import Known, Workload

from .about import about_run
from .about import as_json as about_json
from .mapping import mapping
from .utterances import Expected, Utterance, UtteranceSet, read_utterances

RAN, NO_CASE, IMPERFECT = 0, 3, 4
TOLERANCE = 0.02
COMPONENT_FIELDS = ("existing_components", "avoid_components")
COLUMNS = ("id", "field", "value", "low", "high", "unit", "origin", "rejected")


class Judged(NamedTuple):
    """One message: what is right, missed and wrong, by field."""

    utterance: Utterance
    right: tuple[str, ...]
    missed: tuple[str, ...]
    wrong: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def exact(self) -> bool:
        return not self.missed and not self.wrong


def run_language(
    path: Path,
    results: Path | None = None,
    json_output: bool = False,
    *,
    knowledge: Knowledge | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Read every message at or below `path`; results go to `stdout`, problems to `stderr`."""
    out, err, known = stdout or sys.stdout, stderr or sys.stderr, knowledge or load()
    found = read_utterances(path)
    for problem in found.problems:
        print(f"{problem}.", file=err)
    if not any(file.utterances for file in found.files):
        print(f"No message found at {path}. Give a YAML list of labelled messages.", file=err)
        return NO_CASE if not found.problems else IMPERFECT
    answers = {(file.name, item.id): read(item, known) for file in found.files for item in file.utterances}
    if results is not None:
        _write(results, found, answers, known)
    about = about_run(known, None, path)
    report = {"about": about_json(about), **as_json(found, answers, known)}
    print(json.dumps(report, indent=1, ensure_ascii=False) if json_output else _table(report), file=out)
    return IMPERFECT if found.problems else RAN


def read(utterance: Utterance, knowledge: Knowledge) -> Understanding:
    """The message as the product reads it, after one question or none; money stays in its currency."""
    asked = (utterance.asked,) if utterance.asked else ()
    return understand(utterance.text, turn=1, asked=asked, workload=Workload(), knowledge=knowledge)


def judge(utterance: Utterance, found: Understanding, knowledge: Knowledge) -> Judged:
    """What was read against what was expected."""
    known = {item.field: item for item in found.updates}
    right: list[str] = []
    missed: list[str] = []
    wrong: list[str] = []
    notes: list[str] = []
    for wanted in utterance.expect:
        got = known.get(wanted.field)
        if got is not None and matches(got, wanted, knowledge):
            right.append(wanted.field)
            continue
        missed.append(wanted.field)
        wrong += [wanted.field] if got is not None else []
        notes.append(f"{wanted.field} is {_shown(got)}, not {_wanted(wanted)}")
    expected = {wanted.field for wanted in utterance.expect}
    for field, item in known.items():
        judged = not utterance.only or field in utterance.only
        if field not in expected and item.origin == "stated" and field not in utterance.may and judged:
            wrong.append(field)
            notes.append(f"{field} = {_shown(item)} was not said")
    refused = {item.slot for item in found.rejected}
    for slot in utterance.reject:
        (right if slot in refused else missed).append(slot)
        notes += [] if slot in refused else [f"{slot} was not refused"]
    if utterance.unknown or (found.unknown_slots and not utterance.only):
        agree = utterance.unknown == bool(found.unknown_slots)
        (right if agree else missed).append("unknown")
        notes += [] if agree else [f"don't know is {'not ' if utterance.unknown else ''}read"]
    return Judged(utterance, tuple(right), tuple(missed), tuple(wrong), tuple(notes))


def matches(got: Known, wanted: Expected, knowledge: Knowledge) -> bool:
    """Whether a value is the expected one."""
    if wanted.within is not None:
        return isinstance(got.point, int | float) and wanted.within[0] <= got.point <= wanted.within[1]
    if wanted.holds:
        return _holds(got, wanted.holds)
    if wanted.low is not None and wanted.high is not None:
        return _near(got.low, wanted.low) and _near(got.high, wanted.high)
    options = wanted.any_of if wanted.any_of is not None else [wanted.value]
    return any(_same(got, value, knowledge) for value in options)


def _holds(got: Known, word: str) -> bool:
    if isinstance(got.value, tuple):
        return bool(got.value) and got.value[0] == word
    return word.lower() in str(got.value).lower()


def _same(got: Known, value: Any, knowledge: Knowledge) -> bool:
    if isinstance(value, list):
        members = got.value if isinstance(got.value, tuple) else ()
        if got.field in COMPONENT_FIELDS:
            return _words(members, knowledge) == _words(value, knowledge)
        return list(members) == value if got.field == "priorities" else set(members) == set(value)
    if isinstance(value, int | float):
        return _near(got.point, value)
    if got.field == "model_named":
        return str(value).lower() in str(got.value).lower() or str(got.value).lower() in str(value).lower()
    return bool(str(got.value).lower() == str(value).lower())


def _words(names: Iterable[str], knowledge: Knowledge) -> set[str]:
    """Components in the words of the cases, whichever of their names they come under."""
    ids = (resolve(name, knowledge) for name in names)
    return {mapping().components.get(name, name).replace("_", "-") for name in ids}


def _near(got: Any, wanted: float) -> bool:
    return isinstance(got, int | float) and abs(got - wanted) <= max(TOLERANCE * abs(wanted), 1e-9)


def as_json(
    found: UtteranceSet, answers: dict[tuple[str, str], Understanding], knowledge: Knowledge
) -> dict[str, Any]:
    """Precision, recall and F1 over all, by file and by field, and every message that isn't read exactly."""
    judged = {
        file.name: [judge(item, answers[file.name, item.id], knowledge) for item in file.utterances]
        for file in found.files
        if file.labelled
    }
    everything = [item for items in judged.values() for item in items]
    return {
        "schema": "stackwright-language-report/1",
        "totals": _figures(everything),
        "by_file": {name: _figures(items) for name, items in judged.items()},
        "by_field": _by_field(everything),
        "not_exact": {
            item.utterance.id: {"text": item.utterance.text, "notes": list(item.notes)}
            for item in everything
            if not item.exact
        },
        "unscored": [file.name for file in found.files if not file.labelled],
        "problems": list(found.problems),
    }


def _figures(items: list[Judged]) -> dict[str, Any]:
    right, missed, wrong = (sum(len(getattr(item, part)) for item in items) for part in Judged._fields[1:4])
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    both = precision + recall
    return {
        "messages": len(items),
        "exact": sum(item.exact for item in items),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / both, 4) if both else 0.0,
    }


def _by_field(items: list[Judged]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: {"right": 0, "missed": 0, "wrong": 0})
    for item in items:
        for part in ("right", "missed", "wrong"):
            for field in getattr(item, part):
                counts[field][part] += 1
    return {field: counts[field] for field in sorted(counts)}


def rows(utterance: Utterance, found: Understanding, knowledge: Knowledge) -> Iterator[dict[str, Any]]:
    """One row an understood field, one a refused value, one a slot answered with "I don't know"."""
    for item in found.updates:
        yield _row(utterance.id, item, knowledge)
    for refused in found.rejected:
        yield {"id": utterance.id, "field": refused.field or refused.slot, "rejected": "true"}
    for slot in found.unknown_slots:
        yield {"id": utterance.id, "field": slot, "origin": "unknown"}


def _row(identity: str, item: Known, knowledge: Knowledge) -> dict[str, Any]:
    value: Any = item.value
    if isinstance(value, tuple):
        components = item.field in COMPONENT_FIELDS
        names = [str(mapping().components.get(name, name) if components else name) for name in value]
        value = "|".join(dict.fromkeys(names))
    unit = knowledge.fields[item.field].unit
    return {
        "id": identity, "field": item.field, "value": value, "low": item.low, "high": item.high,
        "unit": unit, "origin": item.origin, "rejected": "",
    }  # fmt: skip


def _write(
    path: Path, found: UtteranceSet, answers: dict[tuple[str, str], Understanding], knowledge: Knowledge
) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        for source in found.files:
            for item in source.utterances:
                writer.writerows(rows(item, answers[source.name, item.id], knowledge))


def _shown(item: Known | None) -> str:
    if item is None:
        return "not read"
    ends = f" ({item.low:g} to {item.high:g})" if item.low is not None and item.high is not None else ""
    return f"{item.value}{ends}"


def _wanted(wanted: Expected) -> str:
    return str(
        {
            key: value
            for key, value in wanted.model_dump().items()
            if value not in (None, "") and key != "field"
        }
    )


def _table(report: dict[str, Any]) -> str:
    lines = [f"{'':24}  messages  exact  precision  recall     F1"]
    for name, entry in {**report["by_file"], "all": report["totals"]}.items():
        lines.append(
            f"{name:24}  {entry['messages']:8}  {entry['exact']:5}  {entry['precision']:9.3f}  "
            f"{entry['recall']:6.3f}  {entry['f1']:5.3f}"
        )
    lines += [f"Answered and not scored: {', '.join(report['unscored'])}"] if report["unscored"] else []
    lines.append("")
    for identity, entry in report["not_exact"].items():
        lines.append(f"{identity}: {'; '.join(entry['notes'])}: {entry['text']!r}")
    return "\n".join(lines)
