"""Accelerators that are owned: `8xH100`, `four used A100s in our rack`."""

import re
from functools import lru_cache

from knowledge.errors import KnowledgeInvalid
from knowledge.library import Knowledge

from .components import same_sentence
from .lexicon import table
from .message import prepare
from .phrases import Hit, Phrases, longest
from .reading import Reading

_COUNT = re.compile(
    r"(\d{1,6}|one|two|three|four|six|eight|sixteen)\s?(?:x|\u00d7|\*|pcs|units of)?\s?"
    r"(?:nvidia |amd |used |spare )*$"
)


def read_accelerators(reading: Reading) -> None:
    """`8xH100` that are owned or in place."""
    owned: dict[str, Hit] = {}
    wanted: Hit | None = None
    for hit in longest(accelerator_phrases(reading.knowledge).find(reading.message)):
        if not reading.scopes.states(hit.first) or reading.scopes.is_negated(hit):
            continue
        count = _count_before(reading, hit)
        known = "existing_stack" in reading.asked or count > 0
        if known and _owned(reading, hit):
            owned[f"{max(count, 1)}x{hit.tag}"] = hit
        elif wanted is None and not same_sentence(reading, "considering", hit):
            wanted = hit
    if owned:
        hits = list(owned.values())
        start = max(0, min(hit.start for hit in hits) - 6)
        start = next((t.start for t in reading.message.tokens if t.start >= start), start)
        reading.choice("owned_accelerators", tuple(owned), (start, max(hit.end for hit in hits)))
    elif wanted is not None:
        reading.choice("accelerator_wanted", str(wanted.tag), (wanted.start, wanted.end))


def _count_before(reading: Reading, hit: Hit) -> int:
    head = reading.message.folded[max(0, hit.start - 24) : hit.start]
    glued = re.match(r"(\d+)$", head)
    first = reading.message.tokens[hit.first]
    match = _COUNT.search(head)
    if first.text.startswith("x") and hit.first > 0 and reading.message.tokens[hit.first - 1].number:
        match = re.search(r"(\d{1,6})\s?$", head)
    if not match and not glued:
        return 0
    text = match[1] if match else (glued[1] if glued else "1")
    for quantity in reading.quantities:
        if quantity.amount.last in (hit.first - 1, hit.first - 2):
            reading.use(quantity)
    if text.isdigit():
        return int(text)
    return int(table("numbers")["words"].get(text, 1))


def _owned(reading: Reading, hit: Hit) -> bool:
    if same_sentence(reading, "considering", hit):
        return False
    known = "existing_stack" in reading.asked or len(reading.message.tokens) <= 8
    return known or bool(same_sentence(reading, "owning", hit))


@lru_cache(maxsize=8)
def accelerator_phrases(knowledge: Knowledge) -> Phrases:
    """Spellings of the accelerator tables, also in the plural and glued to a count."""
    phrases = Phrases()
    for name in ("perf/accelerators.csv", "perf/accelerator_aliases.csv"):
        for row in _rows(knowledge, name):
            spelling = [token.text for token in prepare(row.get("alias") or row["key"]).tokens]
            if not spelling or float(row.get("count") or 1) != 1 or spelling[0].isdigit():
                continue
            if row["key"].startswith("CPU-") and len(spelling) == 1:
                continue
            text = " ".join(spelling)
            phrases.add(
                row["key"], [text, f"x{text}"] + ([f"{text}s", f"x{text}s"] if len(spelling) == 1 else [])
            )
    return phrases


def _rows(knowledge: Knowledge, name: str) -> list[dict[str, str]]:
    try:
        return knowledge.files.rows(name)
    except KnowledgeInvalid:
        return []
