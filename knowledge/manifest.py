"""The manifest: name, SHA-256, size and rows of every data file, so that a changed one is noticed.

`python -m knowledge.manifest` writes it anew. Its own digest is no part of it.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .errors import ConfigError, KnowledgeInvalid
from .files import DataFiles

MANIFEST = "manifest.json"


def describe(files: DataFiles) -> dict[str, dict[str, Any]]:
    """File name -> sha256, bytes and rows (None where rows mean nothing), sorted by name."""
    return {name: _entry(files, name) for name in sorted(files.walk()) if name != MANIFEST}


def render(files: DataFiles) -> str:
    """The manifest's text, one file a line."""
    lines = [f'"{name}": {json.dumps(entry)}' for name, entry in describe(files).items()]
    return '{"files": {\n' + ",\n".join(lines) + "\n}}\n"


def differences(files: DataFiles) -> Iterator[tuple[str, str]]:
    """(file, what is wrong) for each file that isn't as the manifest says."""
    try:
        listed = json.loads(files.text(MANIFEST))["files"]
    except (ValueError, KeyError, TypeError) as error:
        raise KnowledgeInvalid(
            f"{MANIFEST} is damaged.", "Write it anew: python -m knowledge.manifest."
        ) from error
    present = describe(files)
    for name in sorted(set(listed) | set(present)):
        if name not in present:
            yield name, "The file is listed in the manifest but missing."
        elif name not in listed:
            yield name, "The file isn't listed in the manifest."
        elif listed[name].get("sha256") != present[name]["sha256"]:
            yield name, "The file differs from the manifest."


def write(root: Path) -> int:
    """Write the manifest of the tree at `root`; returns how many files it lists."""
    files = DataFiles(root)
    (root / MANIFEST).write_text(render(files), encoding="utf-8")
    return len(describe(files))


def packaged_root() -> Path:
    """The data folder of the package, where it is a folder that can be written."""
    root = DataFiles().root
    if not isinstance(root, Path):
        raise ConfigError("The packaged data isn't a folder.", "Run this from a checkout of the repository.")
    return root


def _entry(files: DataFiles, name: str) -> dict[str, Any]:
    data = files.bytes(name)
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "rows": _rows(files, name, data)}


def _rows(files: DataFiles, name: str, data: bytes) -> int | None:
    """Records of a table: CSV rows without the header, or the blocks of a YAML file's lists."""
    try:
        if name.endswith(".csv"):
            return max(0, sum(1 for _ in csv.reader(io.StringIO(data.decode("utf-8")))) - 1)
        if name.endswith(".yaml"):
            content = files.yaml(name)
            values = content.values() if isinstance(content, dict) else [content]
            return sum(len(value) for value in values if isinstance(value, list | dict))
    except (KnowledgeInvalid, UnicodeDecodeError, csv.Error):
        return None  # a broken file is reported where it is read
    return None


if __name__ == "__main__":
    print(f"{write(packaged_root())} files listed in {MANIFEST}")
