"""Several questions in one message: `Is Qdrant free? Does Milvus filter?` are two, and each is answered."""

import re
from typing import TYPE_CHECKING

from .inquiries import goes_on

if TYPE_CHECKING:
    from .context import TurnContext

MOST = 3
"""More would make an answer that nobody reads."""
HALF = 0.5
"""Of the words: what is so much of names leaves out what is asked."""
_QUESTION = re.compile(r"[^?]*\?+|[^?]+$")
_NEXT = re.compile(r"\s*[^?.!\n]+(?:[.!](?=\w)[^?.!\n]+)*\?+")
"""A question right behind another."""


def asked_apart(question: str, context: "TurnContext") -> list[str]:
    """The questions in it that can be told apart; what leaves something out goes with the one before."""
    if question.count("?") < 2:
        return [question]
    found = list[str]()
    for sentence in _QUESTION.findall(question):
        if found and (len(found) == MOST or not _stands_alone(sentence, context)):
            found[-1] += sentence
        else:
            found.append(sentence)
    return [part.strip() for part in found]


def _stands_alone(sentence: str, context: "TurnContext") -> bool:
    """Whether it names and asks something; `And of Milvus?` doesn't, `And Airflow or Dagster?` does."""
    retriever, named = context.retriever, context.retriever.named(sentence)
    if len(named) > 1 and retriever.compares(sentence):
        return True
    is_half_names = retriever.names_in(sentence).share >= HALF
    return bool(named) and not is_half_names and not goes_on(sentence, context)


def with_next(question: str, message: str, context: "TurnContext") -> str:
    """The question and those that follow it at once and name something of their own."""
    start = message.find(question)
    if start < 0 or not question.endswith("?") or not context.retriever.named(question):
        return question
    end = start + len(question)
    while (following := _NEXT.match(message, end)) and context.retriever.named(following[0]):
        end = following.end()
    return message[start:end]
