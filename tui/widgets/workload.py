"""What is known of the workload: value, from whom, in which words; Enter corrects a row."""

from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from .marks import OPEN, ORIGINS, words

if TYPE_CHECKING:
    from tools.workload import Known, Workload

NAME_WIDTH = 24
EMPTY = "Nothing is known yet: describe the workload in your own words."


class Fact(NamedTuple):
    """A row as the composer gets it for correction."""

    name: str
    value: str


class WorkloadView(OptionList):
    """One row a field; assumptions of the assessment below."""

    class CorrectionWanted(Message):
        """The user wants to change this."""

        def __init__(self, fact: Fact) -> None:
            super().__init__()
            self.fact = fact

    def __init__(self, id: str | None = None) -> None:
        super().__init__(Option(Content(EMPTY), disabled=True), id=id, compact=True, markup=False)
        self._facts: dict[str, Fact] = {}

    def show(self, workload: "Workload", assumptions: tuple[str, ...]) -> None:
        self._facts = {}
        options = [Option(Content.styled("field, value, from whom", "$text-muted"), disabled=True)]
        for item in workload.known.values():
            options.append(self._known(item))
        stated = {words(field) for field in workload.known}
        for text in assumptions:
            name, _, value = text.partition(": ")
            if name not in stated:
                options.append(self._option(name, value, "assumed", ""))
        self.clear_options()
        self.add_options(options if len(options) > 1 else [Option(Content(EMPTY), disabled=True)])

    def _known(self, item: "Known") -> Option:
        from agent.decision_record import shown

        origin = "unknown" if item.unknown else item.origin
        said = f"“{item.text}”" if item.text and item.text != item.stated else ""
        return self._option(words(item.field), shown(item), origin, said)

    def _option(self, name: str, value: str, origin: str, said: str) -> Option:
        mark, word = ORIGINS.get(origin, (OPEN, origin))
        identity = f"fact-{len(self._facts)}"
        self._facts[identity] = Fact(name, value)
        padded = f"{name} " if len(name) >= NAME_WIDTH else name.ljust(NAME_WIDTH)
        prompt = Content.assemble(
            (f"{mark} ", "$accent"), padded, (value, "bold"), (f"  {word} {said}".rstrip(), "$text-muted")
        )
        return Option(prompt, id=identity)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id in self._facts:
            self.post_message(self.CorrectionWanted(self._facts[event.option_id]))
