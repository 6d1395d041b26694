"""The packaged YAML files already read: parsing them is most of what a start waits for.

A text is known by its SHA-256, so what is shipped here never stands for another text; a file that changed since, and a
folder that isn't the package's, is read as YAML. `scripts/build_index.py` writes it anew.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable
from typing import Any

FILE = "index/parsed_yaml.json.gz"
_CUT = "\t"


class ParsedYaml:
    """The values of each file, kept as JSON until they are asked for: each caller gets its own."""

    def __init__(self, stored: bytes) -> None:
        """What can't be read holds nothing."""
        self._values: dict[str, str] = {}
        try:
            lines = gzip.decompress(stored).decode().splitlines()
        except (OSError, EOFError, zlib.error, UnicodeDecodeError):
            return
        for line in lines:
            digest, _, values = line.partition(_CUT)
            self._values[digest] = values

    def of(self, text: str) -> Any:
        """What `text` says as YAML; None where it isn't known."""
        values = self._values.get(_digest(text))
        return None if values is None else json.loads(values)


def pack(contents: Iterable[tuple[str, Any]]) -> bytes:
    """The file's content, the same for the same texts; `contents`: texts with what they say as YAML."""
    lines = (f"{_digest(text)}{_CUT}{values}\n" for text, said in contents if (values := as_json(said)))
    return gzip.compress("".join(lines).encode(), mtime=0)


def as_json(content: Any) -> str:
    """JSON that says the same; empty where it can't: of a date without quotation marks, of a key that is no text."""
    try:
        values = json.dumps(content, separators=(",", ":"))
    except TypeError:
        return ""
    return values if json.loads(values) == content else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
