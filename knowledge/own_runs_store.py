"""Where the user's benchmarks are kept: one table in the data folder, laid over the packaged one.

The table is written whole, its rows in the order of their ids, so that the same measurements give the same
knowledge hash whatever the order they came in.
"""

import csv
import fcntl
import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from .aliases import validated
from .checks.finding import Finding, error
from .errors import ConfigError
from .files import MAX_BYTES
from .layers import TABLES, Layer, LayeredKnowledge, Row
from .library import Knowledge
from .own_runs import TABLE, OwnRun, strange_names

FOLDER, FILE, LOCK = "calibration", "own_measured.csv", ".lock"


class StoredRuns(NamedTuple):
    """The stored table as it was read; equal content means equal knowledge."""

    path: Path
    content: bytes


class ReadRuns(NamedTuple):
    """Sound rows, and what is wrong with the others."""

    runs: tuple[OwnRun, ...]
    findings: tuple[Finding, ...]


def store_path(data: Path) -> Path:
    """The table in the data folder `data`."""
    return data / FOLDER / FILE


def stored_runs(data: Path) -> StoredRuns | None:
    """The stored table; None where nothing is stored."""
    path = store_path(data)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as failure:
        raise ConfigError(f"Your measurements in {path} can't be read: {failure.strerror}.") from failure
    if len(content) > MAX_BYTES:
        raise ConfigError(f"Your measurements in {path} are larger than {MAX_BYTES} bytes.")
    return StoredRuns(path, content)


def with_own_runs(base: Knowledge, stored: StoredRuns) -> Knowledge:
    """`base` with the user's measurements over it."""
    read = read_runs(stored)
    strange = [(run, wrong) for run in read.runs if (wrong := strange_names(run, base))]
    findings = (*read.findings, *(error(FILE, run.id, f"It isn't used: {wrong}.") for run, wrong in strange))
    rows = tuple(_row(run) for run in read.runs)
    if not rows and not findings:
        return base
    digest = hashlib.sha256(table_text(read.runs).encode()).hexdigest() if rows else ""
    return LayeredKnowledge(
        base, Layer("your measurements", digest, rows={TABLE: rows} if rows else {}, findings=findings)
    )


def read_runs(stored: StoredRuns | None) -> ReadRuns:
    """The rows of a stored table, by id; a row that is broken is named and left out."""
    runs: dict[str, OwnRun] = {}
    findings: list[Finding] = []
    text = stored.content.decode("utf-8", errors="replace") if stored else ""
    reader = csv.DictReader(io.StringIO(text), restkey="", restval="")
    try:
        for row in reader:
            wrong = TABLES[TABLE].problem(row)
            if wrong:
                findings.append(error(FILE, str(row.get("id", "")), f"{wrong}. The row isn't used."))
            else:
                run = validated(OwnRun, row, FILE)
                runs.setdefault(run.id, run)
    except csv.Error as broken:
        findings.append(error(FILE, "", f"The table can't be read on: {broken}."))
    return ReadRuns(tuple(runs[key] for key in sorted(runs)), tuple(findings))


def write_runs(data: Path, runs: Sequence[OwnRun]) -> Path:
    """Replace the stored table by `runs`."""
    path = store_path(data)
    draft = path.with_name(f".{FILE}-{os.getpid()}")
    try:
        draft.write_text(table_text(runs), encoding="utf-8")
        draft.chmod(0o600)
        draft.replace(path)
    except OSError as failure:
        raise ConfigError(
            f"Your measurements can't be written to {path}: {failure.strerror}.",
            "Make room there, or give another folder with --data-dir.",
        ) from failure
    return path


def table_text(runs: Sequence[OwnRun]) -> str:
    """The table as CSV; the same form may lie in a shared folder as perf/own_measured.csv."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(OwnRun.model_fields), lineterminator="\n")
    writer.writeheader()
    writer.writerows(_row(run) for run in sorted(runs, key=lambda run: run.id))
    return text.getvalue()


@contextmanager
def only_writer(data: Path) -> Iterator[None]:
    """Hold the store's lock while it is read and written anew."""
    folder = data / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = (folder / LOCK).open("a+")
    except OSError as failure:
        raise ConfigError(
            f"The data folder {folder} can't be written: {failure.strerror}.",
            "Give another folder with --data-dir.",
        ) from failure
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _row(run: OwnRun) -> Row:
    plain = run.model_dump(mode="json")
    return {name: "" if value is None else _text(value) for name, value in plain.items()}


def _text(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)
