"""What a question leaves out, taken from the one before: of `Is Qdrant free? And Milvus?` the second is whether Milvus
is."""

import re
from collections.abc import Mapping

from .context import TurnContext
from .inquiries import asks_about_advice, holds_choice, pattern
from .language.supposed import is_supposition
from .sides import written

HALF = 0.5
"""Of the words: what is so much of names of rows (`And of Qwen3-32B?`) leaves out what is asked."""


def completed(sentence: str, before: str, context: TurnContext) -> str:
    """With what it leaves out of the question `before`; empty where it asks of nothing that is named."""
    sentence = pattern("lead").sub("", sentence)
    retriever = context.retriever
    named, earlier = retriever.named(sentence), retriever.named(before)
    rows = 0.0 if named else retriever.names_in(sentence).share
    if before and rows >= HALF:
        return f"{before} {sentence}"
    names = _as_written(earlier, before)
    if names and pattern("back").search(sentence):
        return pattern("back").sub(lambda back: _in_place_of(back, names), sentence, count=1)
    if named and names and not holds_choice(sentence, context) and asks_nothing(sentence, named):
        return _with_others(sentence, before, named, context)
    if named or rows:
        return sentence
    if asks_about_advice(sentence, context.knowledge) or is_supposition(sentence):
        return sentence
    if retriever.unknown_by_rule(sentence):  # `Is Foobarbase?`: that nothing is known of it answers it
        return sentence
    return f"{sentence.rstrip(' ?')} of {names}?" if names and _asks_of_them(sentence, context) else ""


def _asks_of_them(sentence: str, context: TurnContext) -> bool:
    """Whether what names nothing can be asked of things that were named."""
    return pattern("sizing").search(sentence) is not None or context.retriever.asks_of_something(sentence)


def asks_nothing(sentence: str, named: Mapping[str, str]) -> bool:
    """Whether nothing is asked of what it names: `And is Milvus too?`."""
    beside = pattern("asking_nothing").sub(" ", written(named.values()).sub(" ", sentence))
    return re.search(r"\w", beside) is None


def _with_others(sentence: str, before: str, named: Mapping[str, str], context: TurnContext) -> str:
    """The question before with the names of the sentence: in place of those behind the same small word (`And on
    RunPod?`), else of the first of the same sort, else of any; a choice gets another side."""
    earlier, others = context.retriever.named(before), _as_written(named, sentence)
    relation = pattern("relation").search(sentence)
    if relation is not None:
        behind = rf"(?<=\b{relation[1]} ){written(earlier.values()).pattern}"
        whole, count = re.subn(behind, lambda _: others, before, count=1, flags=re.IGNORECASE)
        return whole if count else f"{before} {sentence}"
    known = context.knowledge.components
    sort = {slot for component in named for slot in known[component].slots}
    alike = [form for item, form in earlier.items() if sort & set(known[item].slots)]
    if len(alike) > 1 and holds_choice(before, context):
        return written(alike[-1:]).sub(lambda last: f"{last[0]} or {others}", before, count=1)
    return written(alike or earlier.values()).sub(lambda _: others, before, count=1)


def _as_written(named: Mapping[str, str], text: str) -> str:
    """The names as the text has them."""
    return " and ".join(dict.fromkeys(found[0] for found in written(named.values()).finditer(text)))


def _in_place_of(back: "re.Match[str]", names: str) -> str:
    if back[1]:
        return f"{back[1]} of {names}"
    return f"{names}'s" if back[2] else names
