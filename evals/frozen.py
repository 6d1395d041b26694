"""Case files that were frozen by hash: figures of different days speak of the same cases, or it is said.

A folder of cases may hold a SHA256SUMS, as `sha256sum *.yaml > SHA256SUMS` writes it.
"""

import hashlib
import re
from pathlib import Path

SUMS = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def sha256(path: Path) -> str:
    """The digest of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def edited_files(path: Path) -> tuple[str, ...]:
    """Frozen files at or below `path` that have changed or are gone, each as its folder's list names it."""
    lists = [path.parent / SUMS] if path.is_file() else sorted(path.rglob(SUMS))
    found = []
    for listed in (item for item in lists if item.is_file()):
        for name, digest in frozen(listed).items():
            file = listed.parent / name
            if path.is_file() and file != path:
                continue
            if not file.is_file() or sha256(file) != digest:
                found.append(name)
    return tuple(found)


def frozen(listed: Path) -> dict[str, str]:
    """File name -> digest; lines of another form are passed over, as are files of other folders."""
    lines = listed.read_text(encoding="utf-8", errors="replace").splitlines()
    named = {found[2]: found[1] for line in lines if (found := _LINE.fullmatch(line.strip()))}
    return {name: digest for name, digest in named.items() if name == Path(name).name}
