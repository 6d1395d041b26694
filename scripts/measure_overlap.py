"""Measure how many words in a row each statement shares with its source, where the source is at hand.

`python -m scripts.measure_overlap FOLDER`: FOLDER holds clones of the repositories that facts cite, as
`OWNER+NAME` or `OWNER+NAME/repo`. Facts whose source isn't there keep what was recorded for them.
"""

import csv
import io
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from knowledge.checks.overlap import FILE, LONGEST_RUN, longest_run, overlap_key, read_overlap, words_of
from knowledge.checks.tables import read_tables
from knowledge.files import DataFiles
from knowledge.manifest import packaged_root
from knowledge.records import Fact

_PINNED = re.compile(
    r"https://(?:github\.com/([^/]+)/([^/]+)/(?:blob|raw)|raw\.githubusercontent\.com/([^/]+)/([^/]+))"
    r"/([0-9a-f]{40})/([^#?]+)"
)


def main() -> int:
    clones, root = Path(sys.argv[1]), packaged_root()
    tables = read_tables(DataFiles(root))
    rows = {name: known for name, known in read_overlap(tables).items() if name in tables.facts}
    measured = 0
    for name, placed in tables.facts.items():
        words = source_words(placed.record, clones)
        if words:
            measured += 1
            rows[name] = overlap_key(placed.record), longest_run(words_of(placed.record.statement), words)
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(("fact_id", "key", "run_words"))
    lines.writerows((name, *rows[name]) for name in sorted(rows))
    (root / FILE).write_text(out.getvalue())
    close = [f"{name} ({run})" for name, (_, run) in sorted(rows.items()) if run > LONGEST_RUN]
    print(f"{measured} of {len(tables.facts)} measured; too close: {', '.join(close) or 'none'}")
    return 0


def source_words(fact: Fact, clones: Path) -> tuple[str, ...]:
    """The words of the file that the fact cites; empty where it isn't at hand."""
    found = _PINNED.match(fact.source.url)
    if found is None:
        return ()
    owner, name = found[1] or found[3], found[2] or found[4]
    folder = clones / f"{owner}+{name}"
    return _read(folder / "repo" if (folder / "repo").is_dir() else folder, found[5], unquote(found[6]))


@lru_cache(maxsize=64)
def _read(clone: Path, commit: str, path: str) -> tuple[str, ...]:
    """The file at its commit, or, where the clone hasn't got that, as it is now."""
    for version in (commit, "HEAD") if clone.is_dir() else ():
        command = ["git", "-C", str(clone), "show", f"{version}:{path}"]
        shown = subprocess.run(command, capture_output=True)  # noqa: S603 - git, and a path from our own data
        if shown.returncode == 0:
            return tuple(words_of(shown.stdout.decode("utf-8", "replace")))
    return ()


if __name__ == "__main__":
    sys.exit(main())
