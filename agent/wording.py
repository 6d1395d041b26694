"""Questions and small sentences of the conversation, from data and from what was computed."""

from .interview import Candidate
from .reply import AskedQuestion, Choice


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


def _reason(chosen: Candidate) -> str:
    if not chosen.changed:
        return chosen.question.why
    return (
        f"{chosen.question.why} In {chosen.changed} of {chosen.samples} likely answers "
        "the recommended stack changes."
    )
