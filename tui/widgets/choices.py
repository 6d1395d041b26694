"""Numbered choices: by digit and Enter from an empty message field, by arrows and Enter, or by mouse."""

from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

if TYPE_CHECKING:
    from agent.reply import AskedQuestion


class Choice(NamedTuple):
    """What is shown and what is sent."""

    label: str
    message: str


def question_choices(question: "AskedQuestion") -> list[Choice]:
    """The choices of a question, then the two that are always there."""
    assumed = f" [default: {question.default}]" if question.default else ""
    return [
        *(Choice(choice.label, choice.label) for choice in question.choices),
        Choice(f"I don't know{assumed}", "I don't know"),
        Choice("Just recommend", "just recommend"),
    ]


class Choices(OptionList):
    """One row a choice, no blank rows."""

    def __init__(self, choices: list[Choice], id: str | None = None) -> None:
        options = [
            Option(Content.assemble((f"{number} ", "$text-accent bold"), choice.label))
            for number, choice in enumerate(choices, 1)
        ]
        super().__init__(*options, id=id, classes="extra", compact=True, markup=False)
        self.choices = choices

    def on_mount(self) -> None:
        """Nothing is picked until the user does so."""
        self.highlighted = None

    def by_digit(self, text: str) -> Choice | None:
        """The choice that a message of one digit means."""
        if len(text) == 1 and text.isdigit() and 0 < int(text) <= len(self.choices):
            return self.choices[int(text) - 1]
        return None
