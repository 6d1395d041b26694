"""A question, with what the searches need of it."""

from collections import Counter
from typing import NamedTuple

from .standing import Standing
from .vocabulary import Expansion


class ReadQuestion(NamedTuple):
    """Read once, searched for many times."""

    text: str
    expansion: Expansion
    named: dict[str, str]
    """Component ids, with the words that named them."""
    standing: Standing | None = None
    """None where no search by meaning is possible."""

    @property
    def singled_out(self) -> frozenset[str]:
        """Components whose form names nobody else; `OpenAI` may mean several, and must not crowd out the rest."""
        forms = Counter(self.named.values())
        return frozenset(identity for identity, form in self.named.items() if forms[form] == 1)
