"""What one turn gives back to whoever shows it: terminal, line mode, service, evaluation."""

from pydantic import BaseModel, ConfigDict

from tools.assessment import Assessment, Conflict
from tools.evidence import Evidence
from tools.workload import Known, Workload


class Shown(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(Shown):
    label: str
    """What the button says and what is sent as the user's message when it is taken."""


class AskedQuestion(Shown):
    """A question of the interview."""

    id: str
    text: str
    why: str
    """Why it is asked: what it would change, from the same samples that chose it."""
    slots: tuple[str, ...]
    choices: tuple[Choice, ...] = ()
    default: str = ""
    """What is assumed on "I don't know"."""
    number: int
    """1 for the first question of the consultation."""
    repeated: bool = False
    """It was asked before and still waits for its answer, e.g. after a counter-question."""


class Claim(Shown):
    """A sentence with the evidence that supports it."""

    text: str
    evidence: tuple[str, ...]
    role: str = ""
    """verdict, why, tradeoff, bottleneck, strategy, risk, exit, trigger, compliance, assumption, next."""


class Rejected(Shown):
    """A value or name that was not taken over, with the reason."""

    slot: str = ""
    field: str = ""
    text: str
    reason: str
    component: str = ""
    """For a component: the name as known to us."""
    unknown_name: str = ""
    """Foreign words that sound like a product: kept for records, never shown or acted on."""


class Reply(Shown):
    """The answer to one user message."""

    turn: int
    kind: str
    """question, recommendation, answer, notice, error."""
    text: str
    """The whole answer as plain text with [n] citation marks; what a screen reader or a pipe gets."""
    heard: tuple[str, ...] = ()
    """What was taken over, changed, refused, asked back for or left unused, as the text tells it first."""
    claims: tuple[Claim, ...] = ()
    """The cited sentences of an explanation or answer, in order."""
    question: AskedQuestion | None = None
    updates: tuple[Known, ...] = ()
    """Fields that this message set."""
    replaced: tuple[tuple[Known, Known], ...] = ()
    """Earlier values that this message superseded: (old, new)."""
    conflicts: tuple[Conflict, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    unused: tuple[str, ...] = ()
    """Numbers in the message that were not used, as stated."""
    notices: tuple[str, ...] = ()
    workload: Workload = Workload()
    assessment: Assessment | None = None
    citations: tuple[Evidence, ...] = ()
    """[1], [2], … of `text`, in this order."""
    engine: str = "rules"
    """rules, or the model's name."""
    language: str = "en"
    done: bool = False
    """A recommendation stands, given now or before, and no question is open."""
