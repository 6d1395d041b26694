"""Dated snapshots of refreshed public data in the user's cache: written whole, named by a pointer, rolled back by it.

A snapshot is a folder that never changes once it stands. `current` names the one in force; an empty `current`
means the packaged data. Every file's SHA-256 stands in the snapshot, so a damaged one is noticed and left aside.
"""

import csv
import fcntl
import hashlib
import io
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from .errors import ConfigError, RefreshRefused
from .files import MAX_BYTES
from .layers import TABLES, Row
from .records import Fact, Record

FORMAT = 1
FOLDER, POINTER, MANIFEST, LOCK = "refreshed", "current", "snapshot.json", ".lock"
PATCHES, FACTS = "components.json", "facts.json"
KEPT = 6
"""Snapshots that stay for a rollback."""
DAMAGED = "Run 'stackwright knowledge refresh' again, or 'knowledge rollback'."
_NAME = re.compile(r"^\d{8}T\d{12}Z-[0-9a-f]{8}$")


class SnapshotDamaged(RefreshRefused):
    """The refreshed data can't be used as they stand."""


class Patch(Record):
    """What a public source says of a component now."""

    component: str
    source: str
    """Id of the source."""
    title: str
    url: str
    as_of: date
    maturity: Literal["", "graduated", "incubating", "sandbox", "archived"] = ""
    status: Literal["", "eol"] = ""
    last_release: date | None = None


class SourceState(Record):
    """What of a source stands in a snapshot."""

    id: str
    title: str
    url: str
    as_of: date
    entries: int
    """Entries of the source, from which shrinkage is told next time."""


class Manifest(Record):
    """What a snapshot is made of."""

    format: int
    taken: date
    over: str
    """Hash of the packaged knowledge that it was taken over."""
    previous: str
    """The snapshot before it; empty = the packaged data."""
    sources: tuple[SourceState, ...]
    files: dict[str, str]
    """File -> SHA-256."""


class Content(Record):
    """The data of a snapshot."""

    rows: dict[str, tuple[Row, ...]] = {}
    patches: tuple[Patch, ...] = ()
    facts: tuple[Fact, ...] = ()


class Snapshot(Record):
    """A snapshot as read and checked."""

    name: str
    manifest: Manifest
    content: Content

    @property
    def digest(self) -> str:
        """SHA-256 of the content alone: when it was taken changes nothing."""
        return hashlib.sha256(json.dumps(sorted(self.manifest.files.items())).encode()).hexdigest()


def current_snapshot(cache: Path) -> Path | None:
    """Folder of the snapshot in force; None where the packaged data are."""
    try:
        name = (cache / FOLDER / POINTER).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None
    if not name:
        return None
    # A damaged pointer must not lead out of the cache; it leads to a folder that isn't there, which is then said.
    return cache / FOLDER / (name if _NAME.match(name) else "unreadable")


def read_snapshot(folder: Path) -> Snapshot:
    """The snapshot in `folder`; SnapshotDamaged when a part is missing, changed or not what it should be."""
    try:
        manifest = Manifest.model_validate_json(_bytes(folder / MANIFEST))
        if manifest.format != FORMAT:
            raise SnapshotDamaged("It was written by another version.", DAMAGED)
        texts = {name: _checked(folder, name, digest) for name, digest in manifest.files.items()}
        content = Content.model_validate(_parsed(texts))
    except (OSError, ValueError, csv.Error, RecursionError) as error:
        what = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise SnapshotDamaged(f"The refreshed data in {folder} can't be read: {what}.", DAMAGED) from error
    return Snapshot(name=folder.name, manifest=manifest, content=content)


def write_snapshot(
    cache: Path, content: Content, over: str, sources: tuple[SourceState, ...], taken: date
) -> Path:
    """Write a snapshot beside the others and put it in force; the one before stays for a rollback."""
    home = cache / FOLDER
    texts = _rendered(content)
    files = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    before = current_snapshot(cache)
    manifest = Manifest(
        format=FORMAT,
        taken=taken,
        over=over,
        previous=before.name if before and before.is_dir() else "",
        sources=sources,
        files=files,
    )
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    target = home / f"{stamp}-{uuid.uuid4().hex[:8]}"
    draft = home / f".draft-{target.name}"
    try:
        for name, text in {**texts, MANIFEST: manifest.model_dump_json(indent=1)}.items():
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_text(text, encoding="utf-8")
        draft.rename(target)
        _point(home, target.name)
    except OSError as error:
        raise ConfigError(
            f"The snapshot can't be written to {home}: {error.strerror}. What we hold stays in use.",
            "Make room there, or set STACKWRIGHT_CACHE_DIR to another folder.",
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    _prune(home, target)
    return target


def roll_back(cache: Path) -> tuple[str, str] | None:
    """Put the snapshot before the current one in force: (from, to), `to` empty for the packaged data.

    None when the packaged data are in force already.
    """
    now = current_snapshot(cache)
    if now is None:
        return None
    try:
        previous = Manifest.model_validate_json(_bytes(now / MANIFEST)).previous
    except (OSError, ValueError):
        previous = ""
    if not (_NAME.match(previous) and (cache / FOLDER / previous).is_dir()):
        previous = ""
    _point(cache / FOLDER, previous)
    return now.name, previous


@contextmanager
def alone(cache: Path) -> Iterator[None]:
    """Hold the cache's lock: one refresh or rollback at a time."""
    home = cache / FOLDER
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = (home / LOCK).open("a+")
    except OSError as error:
        raise ConfigError(
            f"The cache {home} can't be written: {error.strerror}.",
            "Set STACKWRIGHT_CACHE_DIR to a folder that can.",
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RefreshRefused(
                "Another refresh or rollback is at work in this cache.",
                "Wait until it is done, then try again.",
            ) from error
        yield


def _point(home: Path, name: str) -> None:
    draft = home / f".{POINTER}-{uuid.uuid4().hex[:8]}"
    draft.write_text(f"{name}\n", encoding="utf-8")
    os.replace(draft, home / POINTER)  # noqa: PTH105 - Path.replace says no different


def _prune(home: Path, current: Path) -> None:
    """Remove drafts of killed processes and all but the last snapshots; a clock set back spares the current one."""
    for item in home.glob(".draft-*"):
        shutil.rmtree(item, ignore_errors=True)
    stored = sorted(item for item in home.iterdir() if item.is_dir() and _NAME.match(item.name))
    for item in (item for item in stored[:-KEPT] if item != current):
        shutil.rmtree(item, ignore_errors=True)


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise SnapshotDamaged(f"{path} is larger than {MAX_BYTES:,} bytes.", DAMAGED)
    return data


def _checked(folder: Path, name: str, digest: str) -> str:
    if name not in TABLES and name not in (PATCHES, FACTS):
        raise ValueError(f"{name!r} is no file of a snapshot")
    data = _bytes(folder / name)
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError(f"{name} differs from what was written")
    return data.decode("utf-8")


def _parsed(texts: Mapping[str, str]) -> dict[str, Any]:
    return {
        "rows": {
            name: tuple(csv.DictReader(io.StringIO(text))) for name, text in texts.items() if name in TABLES
        },
        "patches": json.loads(texts.get(PATCHES, "[]")),
        "facts": json.loads(texts.get(FACTS, "[]")),
    }


def _rendered(content: Content) -> dict[str, str]:
    texts = {name: _csv(rows) for name, rows in content.rows.items() if rows}
    for name, records in ((PATCHES, content.patches), (FACTS, content.facts)):
        if records:
            dumped = [record.model_dump(mode="json") for record in records]
            texts[name] = json.dumps(dumped, indent=1, sort_keys=True)
    return texts


def _csv(rows: tuple[Row, ...]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
