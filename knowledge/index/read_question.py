"""A question, with what the searches need of it."""

from collections import Counter
from typing import Any, NamedTuple

from .vocabulary import Expansion


class ReadQuestion(NamedTuple):
    """Read once, searched for many times."""

    text: str
    expansion: Expansion
    named: dict[str, str]
    """Component ids, with the words that named them."""
    vector: Any = None
    """The sentence vector; None where no dense search is possible."""
    turned: Any = None
    """The same turned to where answers lie."""

    @property
    def singled_out(self) -> frozenset[str]:
        """Components whose form names nobody else; `OpenAI` may mean several, and must not crowd out the rest."""
        forms = Counter(self.named.values())
        return frozenset(identity for identity, form in self.named.items() if forms[form] == 1)
