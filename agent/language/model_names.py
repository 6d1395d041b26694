"""Models and model families by name, as written, with the sizes in their names."""

import re
from functools import lru_cache

from .lexicon import table, words
from .message import Message
from .phrases import Hit, Phrases, compile_phrases
from .reading import Reading

_SIZE = re.compile(
    r"(?:\sv?\d{1,2}|-?v?\d+)(?:\.\d+)*[a-z]?\b|[\s-]?(?:\d+(?:\.\d+)?b\b|a\d+b\b|[a-z]\d{1,2}\b)",
    re.IGNORECASE,
)
"""A number of three digits behind a space is a quantity: `gpt-4o-mini 500 rpm`."""
_VARIANT = re.compile(
    r"[\s-](?:" + "|".join(sorted(words("models", "variants"), key=len, reverse=True)) + r")\b"
)


def read_models(reading: Reading) -> None:
    """Models and providers by name, as written."""
    named: list[tuple[int, int]] = []
    for start, end in model_spans(reading.message):
        index = next((i for i, t in enumerate(reading.message.tokens) if t.start >= start), 0)
        hit = Hit("model", index, index, start, end)
        if reading.scopes.states(index) and not reading.scopes.is_negated(hit):
            named.append((start, end))
    if named:
        written = dict.fromkeys(reading.words(start, end) for start, end in named)
        reading.choice("model_named", ", ".join(written), (named[0][0], named[-1][1]))
        sizes = [float(m[1]) for w in written for m in re.finditer(r"(?i)(?<![\d.a])(\d+(?:\.\d+)?)b\b", w)]
        if sizes and not reading.has("model_params_b"):
            reading.number("model_params_b", min(sizes), max(sizes), (named[0][0], named[-1][1]))


def model_spans(message: Message) -> list[tuple[int, int]]:
    """Characters of model names with version, variant and size."""
    spans: list[tuple[int, int]] = []
    blocked = {hit.first for hit in _model_phrases().find(message) if hit.tag == "not"}
    for hit in _model_phrases().find(message):
        if hit.tag == "not" or hit.first in blocked or (spans and hit.start < spans[-1][1]):
            continue
        spans.append((hit.start, _model_end(message, hit.end)))
    return spans


def _model_end(message: Message, end: int) -> int:
    while True:
        match = _SIZE.match(message.folded, end) or _VARIANT.match(message.folded, end)
        if not match or match.end() == end:
            return end
        end = match.end()


@lru_cache(maxsize=1)
def _model_phrases() -> Phrases:
    data = table("models")
    families = [
        *data["families"],
        *(f"{family}{digit}*" for family in ("gpt", "llama", "qwen", "glm", "phi") for digit in "123456"),
    ]
    return compile_phrases({"model": families, "not": data["not_models"]})
