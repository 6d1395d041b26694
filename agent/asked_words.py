"""What a question itself says: an answer that nothing covers it may repeat that, and states nothing by it."""

import re
from typing import TYPE_CHECKING, NamedTuple

from knowledge import Knowledge
from knowledge.index.words import singular

from .figures import claim_words, figures
from .names import names_in

if TYPE_CHECKING:
    from .context import TurnContext


_WORD = re.compile(r"[A-Za-z][\w-]*\w")


class AskedWords(NamedTuple):
    """The numbers and the names of a question."""

    numbers: frozenset[float] = frozenset()
    names: frozenset[str] = frozenset()

    def hold(self, text: str, knowledge: Knowledge) -> bool:
        """Whether all numbers and catalogue names of `text` are the question's own."""
        stated = {figure.value for figure in figures(text)}
        return stated <= self.numbers and self.names.issuperset(names_in(text, knowledge))


def asked_words(question: str, context: "TurnContext") -> AskedWords:
    """Names as they are spoken too: `qdrnt` says Qdrant."""
    numbers = frozenset(figure.value for figure in figures(question))
    names = {*names_in(question, context.knowledge), *context.retriever.named(question)}
    return AskedWords(numbers, frozenset(names))


def content_words(text: str) -> frozenset[str]:
    """Words that say what a text is about: long words cut to their stem, abbreviations and names with digits.

    >>> sorted(content_words("How much does an H100 cost, and what is RAG?"))
    ['cost', 'h100', 'rag']
    >>> content_words("HIPAA-eligible GPUs") == content_words("eligible for HIPAA: a GPU")
    True
    """
    common = claim_words()["common_words"] | claim_words()["question_words"]
    found = _WORD.findall(text)  # `HIPAA-eligible` is two words, `gpt-4o` a name
    parts = (
        part for word in found for part in (word.split("-") if word.replace("-", "").isalpha() else [word])
    )
    words = [word for word in parts if word.lower() not in common]
    telling = [word for word in words if len(word) > 3 or any(c.isupper() or c.isdigit() for c in word[1:])]
    return frozenset(singular(word.lower())[:6] for word in telling)
