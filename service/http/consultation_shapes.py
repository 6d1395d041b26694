"""What the native API takes and gives."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agent.language.message import MAX_CHARACTERS
from agent.sessions import SessionRow, TurnRow

MESSAGE = Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS, pattern=r"\S")]
"""More than blanks."""


class Asked(BaseModel):
    """A body; names that aren't known are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Given(BaseModel):
    """Part of an answer; of what is stored, what isn't shown here is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class NewConsultation(Asked):
    message: MESSAGE | None = None
    """The first message, if it is sent along."""


class NewTurn(Asked):
    message: MESSAGE
    """What the user says; "/undo" takes the last statement back, "just recommend" ends the questions."""


class Consultation(Given):
    """One consultation, as a list shows it."""

    id: str
    title: str
    phase: str
    """interviewing | recommended"""
    verdict: str
    created: datetime
    updated: datetime
    turns: int

    @classmethod
    def of(cls, row: SessionRow) -> "Consultation":
        return cls(**{**row._asdict(), "created": _time(row.created), "updated": _time(row.updated)})


class Consultations(Given):
    consultations: tuple[Consultation, ...]
    """The newest first."""


class Noted(Given):
    """A value that was taken over from the message."""

    field: str
    value: Any = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    origin: str = ""
    stated: str = ""
    unknown: bool = False


class Statement(Given):
    """A sentence with the ids of what supports it."""

    text: str
    evidence: tuple[str, ...] = ()
    role: str = ""


class Choice(Given):
    label: str
    """What is sent as the message when it is taken."""


class Question(Given):
    id: str
    text: str
    why: str = ""
    slots: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    default: str = ""
    number: int = 0
    repeated: bool = False


class Source(Given):
    """What `[n]` in the text refers to; the first is [1]."""

    id: str
    kind: str = ""
    text: str = ""
    source: str = ""
    tier: str = ""
    as_of: str = ""
    """The date that the source bears; empty where it bears none."""
    read_at: str = ""
    """The day on which a fact's source was opened."""
    review_by: str = ""
    """The day from which a fact wants to be looked at again."""


class Clash(Given):
    """Requirements that exclude each other."""

    slots: tuple[str, ...] = ()
    text: str
    resolution: str = ""


class Refusal(Given):
    """A value or name that was not taken over."""

    slot: str = ""
    field: str = ""
    text: str = ""
    reason: str = ""


class Answer(Given):
    """The reply to one message."""

    kind: str
    """question, recommendation, answer, notice, error"""
    text: str
    """All of it as plain text, with [n] for the n-th citation."""
    claims: tuple[Statement, ...] = ()
    question: Question | None = None
    updates: tuple[Noted, ...] = ()
    conflicts: tuple[Clash, ...] = ()
    rejected: tuple[Refusal, ...] = ()
    unused: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    citations: tuple[Source, ...] = ()
    engine: str = "rules"
    language: str = "en"
    done: bool = False
    """A recommendation stands and no question is open."""


class Turn(Given):
    """One message and, once it is there, its reply."""

    consultation: str
    turn: int
    state: Literal["waiting", "answered"]
    message: str
    created: datetime
    reply: Answer | None = None

    @classmethod
    def of(cls, session: str, row: TurnRow) -> "Turn":
        return cls(
            consultation=session,
            turn=row.turn,
            state="waiting" if row.reply is None else "answered",
            message=row.message,
            created=_time(row.created),
            reply=None if row.reply is None else Answer.model_validate(row.reply),
        )


class Turns(Given):
    turns: tuple[Turn, ...]
    """The earliest first."""


class Opened(Given):
    """A consultation that was opened, with the turn of the message that was sent along."""

    consultation: Consultation
    turn: Turn | None = None


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
