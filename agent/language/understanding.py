"""What one message was understood to say: the contract that both engines (rules, llm) fill."""

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from agent.reply import Rejected
from tools.workload import Known, SlotText

Intent = Literal[
    "just_recommend",
    "dont_know",
    "skip",
    "undo",
    "why",
    "question",
    "greeting",
    "correction",
    "refuse",
    "command",
    "affirmation",
]


class MissingUnit(NamedTuple):
    """A number that needs a unit, a period or a currency and has none."""

    slot: str
    text: str
    what: Literal["unit", "period", "currency", "time", "count", "scope"] = "unit"
    """`count`: it's told for one of them, and how many they are isn't; `scope`: for each or for all is open."""


class Several(NamedTuple):
    """Two values of one field in one message, of which only one can hold."""

    field: str
    texts: tuple[str, ...]


class Mismatch(NamedTuple):
    """A total that was stated and what the other numbers come to; the stated one was taken."""

    field: str
    stated: str
    computed: str
    """`2,000 curators x 12 lookups an hour = 24,000 lookups an hour`."""


class Understanding(BaseModel):
    """Field updates and intents of one message, each update with the span that supports it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    updates: tuple[Known, ...] = ()
    slot_texts: tuple[SlotText, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    unused: tuple[str, ...] = ()
    """Numbers that were not used, as written."""
    intents: frozenset[Intent] = frozenset()
    command: str = ""
    """The slash command with its arguments, e.g. `/undo`."""
    question_text: str = ""
    """A counter-question that the knowledge base may answer."""
    asks_catalogue: bool = False
    """Whether it asks what the catalogue holds, beside what the rest of the message tells."""
    unknown_slots: tuple[str, ...] = ()
    """Asked slots that were answered with "I don't know"."""
    injection: bool = False
    """The message held instructions to the assistant; they were ignored."""
    language: str = "en"
    readable: bool = True
    """False for noise, and for a language that we don't read even where a figure or a name was taken over."""
    idle: bool = False
    """Nothing in it is about any workload: small talk, an aside, an instruction that was cut."""
    truncated: bool = False
    """Only the first part of an overlong message was read."""
    missing_unit: tuple[MissingUnit, ...] = ()
    several: tuple[Several, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
