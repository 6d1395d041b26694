"""Common English words and names: the whole words of the embedding model's vocabulary."""

from functools import cache

from .embedding import VOCABULARY
from .files import DataFiles

PIECE = "##"
SHORTEST = 2


@cache
def word_list() -> frozenset[str]:
    """About 23,000 lower-case words, read on first use."""
    words = DataFiles().text(VOCABULARY).split()
    return frozenset(word for word in words if not word.startswith(PIECE) and len(word) >= SHORTEST)
