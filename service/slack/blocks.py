"""The parts of a message that can be pressed: choices of a question, feedback, the decision record."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from .text import escaped, shortened

CHOICE, OTHER, UNSURE, ENOUGH, RECORD, FEEDBACK = (
    "choice", "other", "dont_know", "recommend", "record", "feedback",
)  # fmt: skip
MOST_CHOICES, LABEL, SECTION = 5, 75, 3_000
"""Slack allows 75 characters on a button and 3,000 in a section; more than five choices are no longer taken in."""
SAID = {UNSURE: "I don't know", ENOUGH: "Just recommend"}
"""What is sent as the message of whoever presses these buttons."""
GOOD, BAD = "good", "bad"
Block = dict[str, Any]


class Pressed(BaseModel):
    """What a button carries: which turn of which session it belongs to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    session: str
    turn: int
    pick: str = ""
    """Number of the choice, or the verdict."""

    def value(self) -> str:
        return json.dumps(self.model_dump(), separators=(",", ":"))

    @classmethod
    def of(cls, value: object) -> "Pressed | None":
        """What a pressed button carried; None for what is none of ours."""
        try:
            return cls.model_validate_json(value) if isinstance(value, str) else None
        except ValidationError:
            return None


def question_blocks(session: str, turn: int, labels: list[str]) -> list[Block]:
    """A button for each of the first choices, and for each way around an answer."""
    choices = [
        _button(f"{CHOICE}:{number}", label, Pressed(session=session, turn=turn, pick=str(number)))
        for number, label in enumerate(labels[:MOST_CHOICES])
    ]
    here = Pressed(session=session, turn=turn)
    around = [
        _button(OTHER, "Something else", here),
        _button(UNSURE, "I don't know", here),
        _button(ENOUGH, "Just recommend", here),
    ]
    return [{"type": "actions", "block_id": f"question-{turn}", "elements": [*choices, *around]}]


def record_block(session: str, turn: int) -> Block:
    return {
        "type": "actions",
        "block_id": f"record-{turn}",
        "elements": [
            _button(RECORD, "Decision record (Markdown, JSON)", Pressed(session=session, turn=turn))
        ],
    }


def feedback_block(session: str, turn: int) -> Block:
    """Thumbs up and down."""

    def verdict(pick: str, words: str) -> dict[str, Any]:
        value = Pressed(session=session, turn=turn, pick=pick).value()
        return {"text": {"type": "plain_text", "text": words}, "value": value}

    element = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK,
        "positive_button": verdict(GOOD, "Good answer"),
        "negative_button": verdict(BAD, "Bad answer"),
    }
    return {"type": "context_actions", "block_id": f"feedback-{turn}", "elements": [element]}


def section(mrkdwn: str) -> Block:
    """A paragraph in which Slack makes no links or mentions of its own."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}}


def context(mrkdwn: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": mrkdwn, "verbatim": True}]}


def answered(blocks: list[Block], turn: int, by: str, said: str) -> list[Block]:
    """The blocks of a question that was answered by a button: who said what stands where the buttons were."""
    note = context(f"<@{by}> chose: {escaped(shortened(said, 200))}")
    return [note if block.get("block_id") == f"question-{turn}" else block for block in blocks]


def _button(action: str, label: str, pressed: Pressed) -> Block:
    return {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": shortened(label, LABEL), "emoji": False},
        "value": pressed.value(),
    }
