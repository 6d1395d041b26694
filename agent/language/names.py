"""Tokens that belong to names, so that their digits aren't read as numbers."""

from functools import lru_cache

from knowledge.library import Knowledge

from .accelerators import accelerator_phrases
from .component_names import component_phrases
from .lexicon import table
from .message import Message
from .model_names import model_spans
from .phrases import Phrases, compile_phrases


def name_tokens(message: Message, knowledge: Knowledge) -> frozenset[int]:
    """Tokens inside names, so that their digits aren't read as numbers."""
    taken: set[int] = set()
    for start, end in model_spans(message):
        taken |= {i for i, t in enumerate(message.tokens) if start <= t.start < end}
    for hit in accelerator_phrases(knowledge).find(message):
        taken |= set(range(hit.first, hit.last + 1)) - (
            {hit.first} if message.tokens[hit.first].number else set()
        )
    for hit in component_phrases(knowledge).find(message):
        if hit.length > 1 or any(c.isdigit() for c in message.tokens[hit.first].text):
            taken |= set(range(hit.first, hit.last + 1))
    for hit in _fixed_names().find(message):
        taken |= set(range(hit.first, hit.last + 1))
    return frozenset(taken)


@lru_cache(maxsize=1)
def _fixed_names() -> Phrases:
    return compile_phrases({"name": table("stop")["numbered_names"]})
