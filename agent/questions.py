"""Several questions in one message: `Is Qdrant HIPAA compliant? What about Milvus?` are two, and each is answered.

What is asked is kept a question a line, each complete: what leaves out something is asked as the question before it.
"""

import re
from collections.abc import Callable, Sequence
from itertools import islice

from .context import TurnContext
from .ellipsis import asks_nothing, completed
from .inquiries import amounts, asks_about_advice, holds_choice, is_asked, pattern
from .language import Understanding
from .language.supposed import is_supposition

MOST = 3
"""An answer has up to four sentences for each, and a screen about twelve."""
MOST_SENTENCES = 8
"""That are looked at: each costs some milliseconds."""
SHORTEST = 3
"""Words of a question that is missed where it isn't answered: `Right?`, `You know?` aren't."""
_ASKED = re.compile(r"[^?.!\n]+(?:[.!](?=\w)[^?.!\n]+)*\?+")


def asked_apart(question: str) -> list[str]:
    """The questions that are kept in it."""
    return question.splitlines() or [question]


class Asked:
    """Collects the questions of a message, in their order."""

    def __init__(
        self, context: TurnContext, reading: Callable[[str], Understanding], recommended: bool = True
    ) -> None:
        """`reading`: of a sentence that is said first; `recommended`: whether there is advice to ask about."""
        self._context, self._reading, self._recommended = context, reading, recommended
        self.questions: list[str] = []
        self._before = ""
        """The question before, whether there was room for it or not."""
        self.spans: list[range] = []
        """Where further questions stand in the message; what they name tells nothing of the workload."""
        self.left_out: list[str] = []
        """Those for which there is no room, or to which no answer is known."""

    def of_message(
        self, message: str, first: str, understood: Understanding, choices: Sequence[tuple[int, str]]
    ) -> Understanding:
        """The reading of a message with all that it asks; `first`: its first question as it is written, `choices`:
        sentences without which the message is, and where each ended."""
        is_asked = bool(first) and (not understood.updates or understood.asks_catalogue)
        known, begins = [*choices], message.find(first)
        if is_asked and (not choices or begins < choices[0][0]):
            known.append((begins + len(first), understood.question_text))
        if not known:
            return understood
        for _, question in sorted(known):
            self.add(question)
        if choices or first in message:
            self.add_behind(message, max(end for end, _ in known))
        within = frozenset(place for span in self.spans for place in span)
        told = (item for item in understood.updates if item.span is None or item.span[0] not in within)
        update = {
            "question_text": "\n".join(dict.fromkeys(" ".join(item.split()) for item in self.questions)),
            "updates": tuple(told),
            "asks_catalogue": understood.asks_catalogue or bool(choices),
            "intents": understood.intents | {"question"},
        }
        return understood.model_copy(update=update)

    @property
    def last(self) -> str:
        """What the next message may go on from; not a choice, behind which each name is asked by itself."""
        last = self.questions[-1] if self.questions else ""
        return "" if holds_choice(last, self._context) else last

    def add(self, question: str) -> None:
        """One that is known to be a question."""
        self._before = question.strip()
        if self._before not in self.questions:
            (self.questions if len(self.questions) < MOST else self.left_out).append(self._before)

    def add_behind(self, message: str, end: int) -> None:
        """The questions behind `end` in the message, as far as they ask the catalogue or about the advice; what they
        say how much there is of stays told."""
        for sentence in islice(_ASKED.finditer(message, end), MOST_SENTENCES):
            written_so = sentence[0].strip()
            whole = self._completed(written_so)
            if whole and self._is_answered(whole):
                self.spans += _beside_amounts(message, sentence.start(), sentence.end())
                if len(self.questions) < MOST and whole not in self.questions:
                    self.questions.append(whole)
                elif whole not in self.questions:
                    self.left_out.append(written_so)
            elif len(written_so.split()) >= SHORTEST and not self._reading(written_so).updates:
                self.left_out.append(written_so)
            self._before = whole or self._before

    def _completed(self, sentence: str) -> str:
        """As `completed`; what is told beside the names stands behind: `And Qdrant with 100 million vectors?`."""
        beside = pattern("beside").search(sentence)
        if beside is None or not amounts(sentence, beside.start()):
            return completed(sentence, self._before, self._context)
        head, named = sentence[: beside.start()], self._context.retriever.named(sentence[: beside.start()])
        if not named or not asks_nothing(pattern("lead").sub("", head), named):
            return completed(sentence, self._before, self._context)
        return f"{completed(head, self._before, self._context).rstrip(' ?')} {sentence[beside.start() :]}"

    def _is_answered(self, question: str) -> bool:
        """A number beside the names of a question that stands behind others doesn't make it less of one."""
        knowledge = self._context.knowledge
        if is_supposition(question):
            return self._recommended
        if self._recommended and asks_about_advice(question, knowledge):
            return True
        retriever = self._context.retriever
        if not retriever.named(question) and retriever.unknown_by_rule(question):
            return True
        return is_asked(question, self._reading, self._context)


def _beside_amounts(text: str, start: int, end: int) -> list[range]:
    """The parts of the text between both that say nothing of how much there is."""
    stops = [(found.start, found.stop) for found in amounts(text, start) if found.stop <= end]
    edges = [start, *(place for stop in stops for place in stop), end]
    return [range(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)]
