"""A user's or an organisation's own components, facts, rules and prices, laid over ours and marked as theirs.

The folder has the layout of `knowledge/data`, with only what is theirs in it. A component under an id of ours
changes the attributes that it names; a fact, rule, argument or row under an id of ours replaces it. What is wrong,
or points to what doesn't exist, is named and ours is used.
"""

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from .checks.finding import Finding, error, warning
from .errors import InputRefused, StackwrightError
from .files import DataFiles
from .layers import TABLES, Layer, LayeredKnowledge
from .library import Knowledge
from .own_blocks import KINDS, own_records
from .own_documents import METERS, PRICE_MODELS, SOURCES, own_documents
from .own_reading import mapping_in, near, unsound_text
from .own_rows import own_rows

OWNER = "own.yaml"
MOST_FILES = 500
LONGEST_NAME = 60
EXPECTED = (*TABLES, PRICE_MODELS, SOURCES, OWNER)


class OwnFiles(NamedTuple):
    """The files of the folder that are read, and what was wrong with the others."""

    known: tuple[str, ...]
    findings: tuple[Finding, ...]


def with_own(base: Knowledge, folder: Path) -> Knowledge:
    """`base` with the folder's records over it."""
    return LayeredKnowledge(base, read_own(folder, base))


def read_own(folder: Path, base: Knowledge) -> Layer:
    """The folder's records that are sound, and findings on the others."""
    files = DataFiles(folder)
    listed = _files(files, folder)
    findings = list(listed.findings)
    owner = _owner(files, folder, findings)
    records = own_records(files, listed.known, owner, base, findings)
    rows = own_rows(files, listed.known, owner, base, findings, records.components)
    meters = {row["id"] for row in rows.get(METERS, ())}
    documents = own_documents(files, listed.known, base, records.components, meters, findings)
    if not (records.any or rows or documents or findings):
        text = "Nothing in the folder is used. It should have the layout that docs/knowledge.md describes."
        findings.append(warning(folder.name, "", text))
    return Layer(
        name=f"yours ({owner})",
        digest=_digest(files, listed.known),
        components=records.components,
        facts=records.facts,
        rules=records.rules,
        arguments=records.arguments,
        rows=rows,
        documents=documents,
        findings=tuple(dict.fromkeys(findings)),
    )


_UNPRINTABLE = "Its name can't be printed; it isn't read."


def _files(files: DataFiles, folder: Path) -> OwnFiles:
    names = list(islice((name for name in files.walk() if not _ignored(name)), MOST_FILES + 1))
    if len(names) > MOST_FILES:
        raise InputRefused(
            f"The knowledge folder {folder} holds more than {MOST_FILES} files.",
            "Give the folder that holds your own records and nothing else.",
        )
    sound = [name for name in names if name.isprintable()]
    unsound = (error(ascii(name)[1:-1], "", _UNPRINTABLE) for name in names if not name.isprintable())
    plain = [name for name in sound if files.is_plain(name)]
    known = tuple(name for name in plain if name in EXPECTED or _is_table_of_records(name))
    special = (error(name, "", "This isn't a plain file.") for name in sound if name not in plain)
    return OwnFiles(known, (*unsound, *special, *_strange(sorted(set(plain) - set(known)))))


def _ignored(name: str) -> bool:
    parts = name.split("/")
    return any(part.startswith(".") for part in parts) or parts[-1].upper().startswith("README")


def _is_table_of_records(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return folder in KINDS and file.endswith(".yaml")


def _strange(names: list[str]) -> Iterator[Finding]:
    expected = (*EXPECTED, *(f"{folder}/own.yaml" for folder in KINDS))
    for name in names:
        yield warning(name, "", f"This file isn't one that is read.{near(name, expected)}")


def _owner(files: DataFiles, folder: Path, findings: list[Finding]) -> str:
    """Whose records they are, as `own.yaml` says; else the folder's name."""
    fallback = folder.resolve().name or "own folder"
    if not (folder / OWNER).is_file():
        return fallback[:LONGEST_NAME]
    try:
        content = mapping_in(files, OWNER)
    except StackwrightError as invalid:
        findings.append(error(OWNER, "", str(invalid)))
        return fallback[:LONGEST_NAME]
    for key in sorted(set(content) - {"name"}):
        findings.append(warning(OWNER, str(key), f"Unknown key {key!r}.{near(str(key), ['name'])}"))
    name = content.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME or unsound_text(name):
        findings.append(error(OWNER, "name", f"A name of 1 to {LONGEST_NAME} plain characters is needed."))
        return fallback[:LONGEST_NAME]
    return name.strip()


def _digest(files: DataFiles, known: tuple[str, ...]) -> str:
    total = hashlib.sha256(b"own folder")
    for name in known:
        total.update(name.encode() + b"\0" + hashlib.sha256(files.bytes(name)).digest())
    return total.hexdigest()
