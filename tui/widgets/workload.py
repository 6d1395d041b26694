"""What is known of the workload: value, from whom, in which words; Enter corrects a row."""

from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from .marks import MUTED, OPEN, ORIGINS, hanging, shortened, words

if TYPE_CHECKING:
    from tools.workload import Known, Workload

NAME_WIDTH = 22
EMPTY = "Nothing is known yet: describe the workload in your own words."


class Fact(NamedTuple):
    """A row as it is shown, and as the message field gets it for correction."""

    name: str
    value: str
    origin: str
    said: str = ""


class WorkloadView(OptionList):
    """One row a field; assumptions of the assessment below."""

    class CorrectionWanted(Message):
        """The user wants to change this."""

        def __init__(self, fact: Fact) -> None:
            super().__init__()
            self.fact = fact

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id, compact=True, markup=False)
        self._facts: list[Fact] = []

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def show(self, workload: "Workload", assumptions: tuple[str, ...]) -> None:
        self._facts = [_fact(item) for item in workload.known.values()]
        stated = {fact.name for fact in self._facts}
        self._facts += [fact for fact in map(_assumption, assumptions) if fact.name not in stated]
        self._draw()

    def _draw(self) -> None:
        place = self.highlighted
        self.clear_options()
        if not self._facts:
            self.add_option(Option(Content(EMPTY), disabled=True))
            return
        width = max(30, self.scrollable_content_region.width - 1)
        self.add_options([Option(_row(fact, width)) for fact in self._facts])
        self.highlighted = place

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self._facts):
            self.post_message(self.CorrectionWanted(self._facts[event.option_index]))


def _fact(item: "Known") -> Fact:
    from agent.decision_record import shown

    said = item.text if item.text and item.text != item.stated else ""
    return Fact(words(item.field), shown(item), "unknown" if item.unknown else item.origin, said)


def _assumption(text: str) -> Fact:
    """`input tokens: 1,500 tokens (assumed for chat)` taken apart."""
    name, _, rest = text.partition(": ")
    value, _, basis = rest.partition(" (")
    return Fact(name, value, "assumed", basis.rstrip(")"))


def _row(fact: Fact, width: int) -> Content:
    mark, word = ORIGINS.get(fact.origin, (OPEN, fact.origin))
    head = Content.assemble((f"{mark} ", "$text-accent"), shortened(fact.name, NAME_WIDTH))
    quoted = fact.said if fact.origin == "assumed" else f"“{fact.said}”" if fact.said else ""
    told = quoted if quoted.startswith(word) else f"{word} {quoted}".rstrip()
    body = Content.assemble((fact.value, "bold"), (f"  {told}", MUTED))
    return hanging(head, body, NAME_WIDTH + 3, width)
