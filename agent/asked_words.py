"""What a question itself says: an answer that nothing covers it may repeat that, and states nothing by it."""

from typing import TYPE_CHECKING, NamedTuple

from knowledge import Knowledge

from .figures import figures
from .names import names_in

if TYPE_CHECKING:
    from .context import TurnContext


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
