"""Statements are in our own words: how many words in a row a statement shares with its source.

Sources aren't shipped, so what was measured beside them (`scripts/measure_overlap.py`) is recorded with a key of
statement and source: once either changes, the figure counts no more, and the floor on measured facts notices.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from hashlib import sha256

from ..records import Fact
from .finding import Finding, error
from .tables import Tables

FILE = "catalog/overlap.csv"
LONGEST_RUN = 12
"""Words in a row that a statement may share with its source."""
_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")


def check_overlap(tables: Tables) -> Iterator[Finding]:
    """Statements that follow their source too closely, and figures of facts that there are no more."""
    for identity, (key, run) in read_overlap(tables).items():
        placed = tables.facts.get(identity)
        if placed is None:
            yield error(FILE, identity, "Its overlap is recorded, but there is no such fact.")
        elif key == overlap_key(placed.record) and run > LONGEST_RUN:
            message = f"It shares {run} words in a row with its source; at most {LONGEST_RUN} may be."
            yield error(placed.file, identity, message)


def measured_facts(tables: Tables) -> int:
    """How many facts stand as they were measured beside their source."""
    known = {identity: placed.record for identity, placed in tables.facts.items()}
    return sum(
        identity in known and key == overlap_key(known[identity])
        for identity, (key, _) in read_overlap(tables).items()
    )


def read_overlap(tables: Tables) -> dict[str, tuple[str, int]]:
    """Fact id -> (key of what was measured, words in a row); without the file nothing was."""
    if not tables.files.is_plain(FILE):
        return {}
    return {row["fact_id"]: (row["key"], int(row["run_words"])) for row in tables.files.rows(FILE)}


def overlap_key(fact: Fact) -> str:
    """Changes with the statement and with its source."""
    return sha256(f"{fact.statement}\n{fact.source.url}".encode()).hexdigest()[:12]


def words_of(text: str) -> list[str]:
    """Words and numbers in lower case, without punctuation.

    >>> words_of("Up to 2,000 dimensions.")
    ['up', 'to', '2,000', 'dimensions']
    """
    return _WORD.findall(text.lower())


def longest_run(statement: Sequence[str], source: Sequence[str]) -> int:
    """Words in a row that both have.

    >>> longest_run(["it", "runs", "on", "one", "node"], ["runs", "on", "one", "machine"])
    3
    """
    return SequenceMatcher(None, statement, source, autojunk=False).find_longest_match().size
