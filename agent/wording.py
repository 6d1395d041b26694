"""Questions and small sentences of the conversation, from data and from what was computed."""

from knowledge import Knowledge
from tools.wording import field_label

from .interview import Candidate
from .language.understanding import Several
from .reply import AskedQuestion, Choice

WHICH_ONE = "which_one"
"""Id of the question for the one of several values that holds."""


def asked_question(chosen: Candidate, number: int) -> AskedQuestion:
    """The question over the parts that are still open, with the reason that the samples give."""
    whole = len(chosen.parts) == len(chosen.question.parts)
    return AskedQuestion(
        id=chosen.question.id,
        text=" ".join(part.text for part in chosen.parts),
        why=_reason(chosen),
        slots=tuple(part.slot for part in chosen.parts),
        choices=tuple(Choice(label=label) for label in chosen.question.choices) if whole else (),
        default="; ".join(part.default for part in chosen.parts),
        number=number,
    )


def which_one(several: Several) -> str:
    """The question for the one of several values of a field."""
    return f"You gave several values for {field_label(several.field)} ({', '.join(several.texts)}); which one holds?"


def which_question(several: tuple[Several, ...], number: int, knowledge: Knowledge) -> AskedQuestion:
    """The same as the question of a turn: nothing else is asked beside it."""
    texts = several[0].texts
    return AskedQuestion(
        id=WHICH_ONE,
        text=" ".join(which_one(item) for item in several),
        why="Only one of them can hold, and the recommendation would be built on the wrong one.",
        slots=tuple(dict.fromkeys(knowledge.fields[item.field].slot for item in several)),
        choices=tuple(Choice(label=text) for text in texts) if len(several) == 1 else (),
        default=texts[0],
        number=number,
    )


def _reason(chosen: Candidate) -> str:
    if not chosen.changed:
        return chosen.question.why
    return (
        f"{chosen.question.why} In {chosen.changed} of {chosen.samples} likely answers "
        "the recommended stack changes."
    )
