"""The data files are the ones of the manifest, each with a licence, and the vectors fit the texts."""

import csv
import io
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from ..embedding import MiniLm
from ..errors import KnowledgeInvalid, StackwrightError
from ..files import DataFiles
from ..library import Knowledge
from ..manifest import MANIFEST, differences
from ..parsed_yaml import FILE as PARSED
from ..parsed_yaml import ParsedYaml, as_json
from ..sentence_model import MODEL_SHA256
from .finding import Finding, error, warning

LICENCES = "LICENCES.csv"


def check_manifest(files: DataFiles) -> Iterator[Finding]:
    """Files that are missing, foreign or changed since the manifest was written."""
    try:
        for name, problem in differences(files):
            yield error(name, "", problem)
    except KnowledgeInvalid as invalid:
        yield error(MANIFEST, "", str(invalid))


def check_licences(files: DataFiles) -> Iterator[Finding]:
    """Every data file has a row in LICENCES.csv that names it, its folder or a pattern."""
    try:
        rows = list(csv.DictReader(io.StringIO(files.text(LICENCES))))
    except KnowledgeInvalid:
        yield warning(LICENCES, "", "The file is missing: the licences of the data files aren't recorded.")
        return
    places = [(row.get("file") or "").rstrip("/") for row in rows]
    for name in files.walk():
        if name not in (LICENCES, MANIFEST) and not any(_covers(place, name) for place in places):
            yield warning(name, "", f"{LICENCES} has no row for this file.")


def _covers(place: str, name: str) -> bool:
    return bool(place) and (name == place or name.startswith(f"{place}/") or fnmatchcase(name, place))


def check_parsed(files: DataFiles) -> Iterator[Finding]:
    """What the package ships as already read is there for every file that can be, and says what its YAML says."""
    if not files.is_packaged or not isinstance(files.root, Path) or not files.is_plain(PARSED):
        return
    known, as_yaml = ParsedYaml(files.bytes(PARSED)), DataFiles(files.root)
    for name in (item for item in as_yaml.walk() if item.endswith(".yaml")):
        try:
            content, told = as_yaml.yaml(name), known.of(as_yaml.text(name))
        except KnowledgeInvalid:
            continue  # which is reported where it is read
        if told != content and (told is not None or as_json(content)):
            yield error(PARSED, "", f"It doesn't say what {name} says; run scripts/build_index.py.")


def check_terms(knowledge: Knowledge) -> Iterator[Finding]:
    """The search terms that the package ships are those of its records as they are."""
    if not knowledge.files.is_packaged:
        return
    from ..index.cards import index_records
    from ..index.record_terms import FILE, pack

    try:
        records = index_records(knowledge)
    except (StackwrightError, KeyError, OSError):
        return  # the tables are wrong, which is already reported
    if not knowledge.files.is_plain(FILE) or knowledge.files.bytes(FILE) != pack(records):
        yield error(FILE, "", "It doesn't hold the terms of the records; run scripts/build_index.py.")


def check_vectors(knowledge: Knowledge) -> Iterator[Finding]:
    """Every record has a shipped vector, so that the first use needs no computing."""
    from ..index.cards import index_records
    from ..index.vectors import SHIPPED, missing_texts, read_shipped

    try:
        records = index_records(knowledge)
    except (StackwrightError, KeyError, OSError):
        return  # the tables are wrong, which is already reported
    shipped = read_shipped(knowledge.files, MiniLm())
    missing = missing_texts(records, shipped)
    if missing:
        message = (
            f"{len(missing)} of {len(records)} records have no vector of model {MODEL_SHA256[:8]}; "
            "run scripts/build_index.py."
        )
        yield warning(SHIPPED, missing[0].id, message)
