"""Which tool wrote a file, and the runs in it; a damaged or foreign file is refused with what would be read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from knowledge.errors import InputRefused
from knowledge.own_runs import file_label

from .aiperf import is_aiperf, is_aiperf_csv, read_aiperf, read_aiperf_csv
from .guidellm import is_guidellm, read_guidellm
from .mlperf import is_mlperf, read_mlperf
from .result import FORMATS, Result, refused
from .vllm import is_vllm, read_vllm

MOST_BYTES = 256_000_000
RAW = {
    "experiments": "It holds single requests; give profile_export_genai_perf.json, which is beside it.",
    "session_id": "It holds the prompts; give profile_export_aiperf.json, which is beside it.",
    "metadata": "It holds single requests; give profile_export_aiperf.json, which is beside it.",
}
"""Keys of files that stand beside the ones that are read."""


class ReadFile(NamedTuple):
    """The runs of a file, and why others of it can't be used."""

    label: str
    content: bytes
    results: tuple[Result, ...]
    problems: tuple[InputRefused, ...]


def read_results(path: Path) -> ReadFile:
    """Everything in `path`; InputRefused where it can't be read or isn't of a known kind."""
    label = file_label(path.name)
    content = _bytes(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise refused(label, "it isn't text.") from broken
    if not text.strip():
        raise refused(label, "it is empty.", "Was the benchmark stopped before it wrote its results?")
    if is_mlperf(text):
        return ReadFile(label, content, (read_mlperf(text, label),), ())
    if is_aiperf_csv(text):
        return ReadFile(label, content, (read_aiperf_csv(text, label),), ())
    return _from_json(text, label, content)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as failure:
        raise InputRefused(
            f"{path} can't be read: {failure.strerror}.", "Give the file that the benchmark saved."
        ) from failure
    if len(content) > MOST_BYTES:
        raise InputRefused(f"{path} is larger than {MOST_BYTES:,} bytes.", "Save it without single requests.")
    return content


def _from_json(text: str, label: str, content: bytes) -> ReadFile:
    results: list[Result] = []
    problems: list[InputRefused] = []
    objects = list(_objects(text, label))
    for place, item in enumerate(objects, 1):
        name = label if len(objects) == 1 else f"{label}, run {place}"
        try:
            results += _runs(item, name)
        except InputRefused as problem:
            problems.append(problem)
    if not results and problems:
        raise problems[0]
    return ReadFile(label, content, tuple(results), tuple(problems))


def _runs(item: Any, label: str) -> list[Result]:
    if is_guidellm(item):
        return read_guidellm(item, label)
    if is_vllm(item):
        return [read_vllm(item, label)]
    if is_aiperf(item):
        return [read_aiperf(item, label)]
    keys = ", ".join(sorted(map(str, item))[:5]) if isinstance(item, dict) else type(item).__name__
    hint = next((words for key, words in RAW.items() if isinstance(item, dict) and key in item), "")
    raise refused(label, f"it is none of the known result files (it holds {keys}).", hint)


def _objects(text: str, label: str) -> Iterator[Any]:
    """The JSON values of a file one after the other: `--append-result` writes them so; a list gives its items."""
    decoder, at = json.JSONDecoder(), 0
    text = text.strip()
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as broken:
            raise refused(label, _damage(text, broken)) from broken
        yield from value if isinstance(value, list) else [value]
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1


def _damage(text: str, broken: Exception) -> str:
    if not text.startswith(("{", "[")):
        return f"it is neither JSON, nor a table of metrics, nor an MLPerf summary. (Read are: {FORMATS}.)"
    if not isinstance(broken, json.JSONDecodeError):
        return "its JSON is nested too deeply."
    cut = broken.pos >= len(text) - 1 or "Unterminated" in broken.msg
    return f"its JSON is {'cut off' if cut else 'damaged'} at line {broken.lineno}, column {broken.colno}."
