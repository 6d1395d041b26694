"""Several questions in one message: `Is Qdrant HIPAA compliant? What about Milvus?` are two, and each is answered.

What is asked is kept a question a line, each complete: what leaves out something is asked as the question before it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from .context import TurnContext
from .inquiries import asks_about_advice, asks_catalogue
from .language import Understanding
from .sides import written

MOST = 3
"""An answer has up to four sentences for each, and a screen about twelve."""
MOST_SENTENCES = 8
"""That are looked at: each costs some milliseconds."""
HALF = 0.5
"""Of the words: what is so much of names of rows (`And of Qwen3-32B?`) leaves out what is asked."""
_ASKED = re.compile(r"[^?.!\n]+(?:[.!](?=\w)[^?.!\n]+)*\?+")
_OPENING = re.compile(r"^\W*(?:(?:and|or|but|also|then)\b[\s,]*)+", re.IGNORECASE)
_BACK = re.compile(
    r"\b(?:(which) (?:one|of (?:them|these|those|the two|both))|(its|their)|it|they|them|each|both|these|those)\b",
    re.IGNORECASE,
)
"""What speaks of something that was named before."""
_LEFT = frozenset(
    (
        "a about also and are as but can do does either for how in is of on or s same so that the then too was well "
        "what"
    ).split()
)
"""Words beside a name that ask nothing by themselves: `And is Milvus too?`, `What about Qdrant?`."""


def asked_apart(question: str) -> list[str]:
    """The questions that are kept in it."""
    return question.splitlines() or [question]


class Asked:
    """Collects the questions of a message, in their order."""

    def __init__(self, context: TurnContext, reading: Callable[[str], Understanding]) -> None:
        """`reading`: of a sentence that is said first."""
        self._context, self._reading = context, reading
        self.questions: list[str] = []
        self._before = ""
        """The question before, whether there was room for it or not."""
        self.spans: list[range] = []
        """Where further questions stand in the message; what they name tells nothing of the workload."""
        self.left_out: list[str] = []
        """Those for which there is no room, or that tell of the workload too."""

    def of_message(
        self, message: str, first: str, understood: Understanding, choices: Sequence[tuple[int, str]]
    ) -> Understanding:
        """The reading of a message with all that it asks; `first`: its first question as it is written, `choices`:
        sentences without which the message is, and where each ended."""
        is_asked = bool(first) and (not understood.updates or understood.asks_catalogue)
        known = [*choices]
        if is_asked:
            known.append((message.find(first) + len(first), understood.question_text))
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

    def add(self, question: str) -> None:
        """One that is known to be a question."""
        (self.questions if len(self.questions) < MOST else self.left_out).append(question.strip())
        self._before = question.strip()

    def add_behind(self, message: str, end: int) -> None:
        """The questions behind `end` in the message, as far as they ask the catalogue or about the advice."""
        for sentence in islice(_ASKED.finditer(message, end), MOST_SENTENCES):
            written_so = sentence[0].strip()
            whole = self._completed(_OPENING.sub("", written_so))
            if whole and self._is_answered(whole):
                self.spans.append(range(*sentence.span()))
                if len(self.questions) < MOST and whole not in self.questions:
                    self.questions.append(whole)
                elif whole not in self.questions:
                    self.left_out.append(written_so)
            elif whole and self._reading(whole).question_text:
                self.left_out.append(written_so)
            self._before = whole or self._before

    def _is_answered(self, question: str) -> bool:
        knowledge = self._context.knowledge
        return asks_about_advice(question, knowledge) or asks_catalogue(
            question, self._reading(question), self._context
        )

    def _completed(self, sentence: str) -> str:
        """With what it leaves out; empty where it asks of nothing that is named."""
        retriever, before = self._context.retriever, self._before
        named, earlier = retriever.named(sentence), retriever.named(before)
        rows = 0.0 if named else retriever.names_in(sentence).share
        if before and rows >= HALF:
            return f"{before} {sentence}"
        names = _as_written(earlier, before)
        if names and _BACK.search(sentence):
            return _BACK.sub(lambda back: _in_place_of(back, names), sentence, count=1)
        beside = re.findall(r"\w+", written(named.values()).sub(" ", sentence).lower())
        if not named or not names or not _LEFT.issuperset(beside):
            return sentence if named or rows else ""
        others = _as_written(named, sentence)
        return written(self._alike(earlier, named)).sub(lambda _: others, before, count=1)

    def _alike(self, earlier: Mapping[str, str], named: Mapping[str, str]) -> list[str]:
        """Forms of those that are of the same sort as what is named now; of all where none is."""
        known = self._context.knowledge.components
        sort = {slot for component in named for slot in known[component].slots}
        return [form for item, form in earlier.items() if sort & set(known[item].slots)] or [
            *earlier.values()
        ]


def _as_written(named: Mapping[str, str], text: str) -> str:
    """The names as the text has them."""
    return " and ".join(dict.fromkeys(found[0] for found in written(named.values()).finditer(text)))


def _in_place_of(back: "re.Match[str]", names: str) -> str:
    if back[1]:
        return f"{back[1]} of {names}"
    return f"{names}'s" if back[2] else names
