"""The questions that facts answer, and judged ones: all of facts that there are, and nearly every fact with some."""

from collections.abc import Iterator

from ..index.asked import FILE, read_asked
from ..index.judged import SOURCE, read_judged
from .finding import Finding, error
from .tables import Tables

FEWEST = 0.97
"""Share of the facts with questions: a fact without any is found less often."""


def check_asked(tables: Tables) -> Iterator[Finding]:
    """Without the file no question is missing."""
    asked = read_asked(tables.files)
    if not asked:
        return
    for identity in sorted(asked.keys() - tables.facts.keys()):
        yield error(FILE, identity, "It has questions, but there is no such fact.")
    share = len(asked.keys() & tables.facts.keys()) / max(len(tables.facts), 1)
    if share < FEWEST:
        yield error(FILE, "", f"Only {share:.0%} of the facts have questions; {FEWEST:.0%} should.")


def check_judged(tables: Tables) -> Iterator[Finding]:
    """Each question once, and its answers facts that there are."""
    seen: set[str] = set()
    for item in read_judged(tables.files):
        if item.text in seen:
            yield error(SOURCE, item.text, "The question stands there twice.")
        seen.add(item.text)
        for identity in sorted({answer for answer in item.answers if answer not in tables.facts}):
            yield error(SOURCE, item.text, f"It is answered by {identity}, but there is no such fact.")
