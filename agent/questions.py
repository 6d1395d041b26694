"""Several questions in one message: `Is Qdrant HIPAA compliant? What about Milvus?` are two, and each is answered.

What is asked is kept a question a line, each complete: what leaves out something is asked as the question before it.
"""

import re
from collections.abc import Callable, Collection, Sequence

from .context import TurnContext
from .inquiries import asks_about_advice, asks_catalogue
from .language import Understanding
from .sides import written

MOST = 3
"""An answer has up to four sentences for each, and a screen about twelve."""
HALF = 0.5
"""Of the words: what is so much of names of rows (`And of Qwen3-32B?`) leaves out what is asked."""
_ASKED = re.compile(r"[^?.!\n]+(?:[.!](?=\w)[^?.!\n]+)*\?+")
_OPENING = re.compile(r"^\W*(?:(?:and|or|but|also|then)\b[\s,]*)+", re.IGNORECASE)
_ABOUT = re.compile(r"\b(?:what|how) about\b", re.IGNORECASE)
_BACK = re.compile(r"\b(?:it|its|they|them|their|each|both|these|those|which|one|ones)\b", re.IGNORECASE)
"""What speaks of something that was named before."""


def asked_apart(question: str) -> list[str]:
    """The questions that are kept in it."""
    return question.splitlines() or [question]


def together(questions: Sequence[str]) -> str:
    """Questions as they are kept, each once."""
    return "\n".join(dict.fromkeys(" ".join(question.split()) for question in questions))


class Asked:
    """Collects the questions of a message, in their order."""

    def __init__(self, context: TurnContext, reading: Callable[[str], Understanding]) -> None:
        """`reading`: of a sentence that is said first."""
        self._context, self._reading = context, reading
        self.questions: list[str] = []
        self.spans: list[range] = []
        """Where further questions stand in the message; what they name tells nothing of the workload."""
        self.left_out: list[str] = []
        """Those for which there is no room, or that tell of the workload too."""

    def add(self, question: str) -> None:
        """One that is known to be a question."""
        (self.questions if len(self.questions) < MOST else self.left_out).append(question.strip())

    def add_behind(self, message: str, end: int) -> None:
        """The questions behind `end` in the message, as far as they ask the catalogue or about the advice."""
        for sentence in _ASKED.finditer(message, end):
            whole = self._completed(sentence[0].strip())
            if whole and self._is_answered(whole):
                self.add(whole)
                self.spans.append(range(*sentence.span()))
            elif whole and self._reading(whole).question_text:
                self.left_out.append(whole)

    def _is_answered(self, question: str) -> bool:
        knowledge = self._context.knowledge
        return asks_about_advice(question, knowledge) or asks_catalogue(
            question, self._reading(question), self._context
        )

    def _completed(self, sentence: str) -> str:
        """With what it leaves out; empty where it asks of nothing that is named."""
        named = self._context.retriever.named(sentence)
        before = self._context.retriever.named(self.questions[-1]) if self.questions else {}
        rows = 0.0 if named else self._context.retriever.names_in(sentence).share
        if self.questions and rows >= HALF:
            return f"{self.questions[-1]} {sentence}"
        if not named and not rows:
            names = ", ".join(dict.fromkeys(before.values()))
            return f"{names}: {sentence}" if names and _BACK.search(sentence) else ""
        own = _OPENING.sub("", sentence)
        beside = written(named.values()).sub(" ", own).strip(" ?")
        if not named or not before or (len(beside.split()) > 1 and not _ABOUT.search(own)):
            return sentence
        others = dict.fromkeys(found[0] for found in written(named.values()).finditer(own))
        return _with_others(self.questions[-1], before.values(), ", ".join(others))


def _with_others(question: str, names: Collection[str], others: str) -> str:
    """The question with the first of the names replaced, and without the further ones."""
    first, *further = written(names).split(question)
    return f"{first}{others}{' '.join(further)}" if further else f"{others}: {question}"
