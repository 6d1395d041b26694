"""What a new consultation shows: what this is, three openings to start from, and the last one to resume."""

from textual.content import Content
from textual.widgets import Static

from .choices import Choice
from .marks import joined

LINES = (
    "Describe an AI workload in your own words: what it does, for whom, how much, and which limits.",
    "I ask what matters most, then recommend a whole stack: sized, priced, checked, cited.",
    "Every number has a source, and what is not known is said. The built-in advisor needs no key.",
    "Answer in any order, correct anything, ask why. F5 recommends at once. F1 lists all keys.",
)
EXAMPLES = (
    "Answer the questions of 200 lawyers from 350,000 documents, EU only, 6,000 EUR a month",
    "Score card payments for fraud within 50 ms, 3,000 a second at peak, a team of four",
    "Find defects with cameras on 12 production lines, no internet connection on site",
)


def example_choices() -> list[Choice]:
    return [Choice(text, text) for text in EXAMPLES]


class Welcome(Static):
    """The four lines, and what F8 would resume."""

    def __init__(self) -> None:
        super().__init__(classes="extra")
        self._last = ""

    def on_mount(self) -> None:
        self._show()

    def resumable(self, title: str) -> None:
        self._last = title
        self._show()

    def _show(self) -> None:
        lines = [Content(line) for line in LINES]
        if self._last:
            lines.append(Content.assemble(("F8 ", "$text-accent bold"), f"resume last: {self._last}"))
        lines += [Content(""), Content.styled("For example", "bold")]
        self.update(joined(lines))
