"""Where the data files are and how they are read: packaged, or an overriding folder of the user."""

import csv
import hashlib
import io
from collections.abc import Iterator
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from .errors import KnowledgeInvalid
from .parsed_yaml import FILE as PARSED
from .parsed_yaml import ParsedYaml

MAX_BYTES = 16_000_000


class DataFiles:
    """Read-only access to the data tree; `root` overrides the packaged one."""

    def __init__(self, root: Path | None = None) -> None:
        self.root: Traversable = root if root is not None else resources.files("knowledge") / "data"
        if not self.root.is_dir():
            wrong = "isn't a folder" if self.root.is_file() else "doesn't exist"
            raise KnowledgeInvalid(f"The knowledge folder {root} {wrong}.", "Give an existing folder.")
        self.is_packaged = root is None

    def text(self, name: str) -> str:
        """The text of `name`, a path relative to the root, without the mark that Excel sets before UTF-8."""
        data = self.bytes(name)
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise KnowledgeInvalid(f"{name} is not UTF-8 text.") from error

    def bytes(self, name: str) -> bytes:
        """The content of `name`; too large or missing files are refused by name."""
        at = self._at(name)
        if not at.is_file():
            raise KnowledgeInvalid(f"The knowledge file {name} is missing, or isn't a plain file.")
        data = at.read_bytes()
        if len(data) > MAX_BYTES:
            raise KnowledgeInvalid(f"The knowledge file {name} is larger than {MAX_BYTES} bytes.")
        return data

    def yaml(self, name: str) -> Any:
        """A YAML file as plain values."""
        text = self.text(name)
        if (known := self._parsed.of(text)) is not None:
            return known
        try:
            return yaml.load(text, Loader=_LOADER)  # noqa: S506 - CSafeLoader or SafeLoader
        except yaml.YAMLError as error:
            raise KnowledgeInvalid(f"{name} is not valid YAML: {error}.") from error

    def rows(self, name: str) -> list[dict[str, str]]:
        """A CSV file as one dict a row."""
        return list(csv.DictReader(io.StringIO(self.text(name))))

    def names(self, folder: str) -> list[str]:
        """The files directly in `folder`, sorted, relative to the root; KnowledgeInvalid if there is no such folder."""
        at = self._at(folder)
        if not at.is_dir():
            raise KnowledgeInvalid(f"The knowledge folder lacks {folder}.")
        return sorted(f"{folder}/{item.name}" for item in at.iterdir() if item.is_file())

    def walk(self, folder: str = "") -> Iterator[str]:
        """Every file below `folder`, sorted."""
        at = self._at(folder) if folder else self.root
        for item in sorted(at.iterdir(), key=lambda entry: entry.name):
            name = f"{folder}/{item.name}" if folder else item.name
            if item.is_dir():
                yield from self.walk(name)
            else:
                yield name

    def is_plain(self, name: str) -> bool:
        """Whether `name` is a file that can be read, and no pipe, device or link to nowhere."""
        return self._at(name).is_file()

    def digest(self) -> str:
        """SHA-256 over every file's name and content: the knowledge hash."""
        total = hashlib.sha256()
        for name in self.walk():
            total.update(name.encode() + b"\0" + hashlib.sha256(self.bytes(name)).digest())
        return total.hexdigest()

    @cached_property
    def _parsed(self) -> ParsedYaml:
        """What was read ahead: of the package alone, since a folder of anybody's may say one thing there and another
        in its YAML."""
        return ParsedYaml(self.bytes(PARSED) if self.is_packaged and self.is_plain(PARSED) else b"")

    def _at(self, name: str) -> Traversable:
        parts = name.split("/")
        if ".." in parts or name.startswith("/"):
            raise KnowledgeInvalid(f"{name!r} leads out of the knowledge folder.")
        return self.root.joinpath(*parts)


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
