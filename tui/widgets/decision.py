"""The decision: verdict and how firm it is, the six categories, the stack by layer, numbers, alternatives."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from .bars import bar
from .marks import ALTERNATIVE, CONFLICT, MUTED, REFUSED, WINNER, cite, hanging, joined, shortened

if TYPE_CHECKING:
    from agent.reply import Reply
    from tools.assessment import Assessment, Stack
    from tools.assessment import Option as StackOption

    from .source_book import SourceBook

CATEGORY_WORDS = {
    "workload_fit": "Workload fit", "performance": "Performance", "integration": "Integration",
    "cost": "Cost", "security_compliance": "Security, rules", "vendor_ecosystem": "Vendor, ecosystem",
}  # fmt: skip
NAME_WIDTH, BAR_MIN, BAR_MAX = 18, 6, 30
QUANTITY_WIDTH, ROLE_WIDTH = 26, 22
RISKS_SHOWN = 4
EMPTY = "No decision yet. It comes when the answers settle it, or with F5."


class DecisionView(VerticalScroll):
    """Everything about the recommendation that is not prose."""

    class SourceWanted(Message):
        """The user wants the source behind a component."""

        def __init__(self, turn: int, number: int) -> None:
            super().__init__()
            self.turn, self.number = turn, number

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._reply: Reply | None = None
        self._book: SourceBook | None = None
        self._slot_name: Callable[[str], str] = str
        self._cited: dict[str, int] = {}

    def compose(self) -> "list[Widget]":
        stack = OptionList(id="stack", compact=True, markup=False)
        stack.display = False
        return [Static(Content(EMPTY), id="verdict-block"), stack, Static("", id="numbers-block")]

    def show(self, reply: "Reply", book: "SourceBook", slot_name: Callable[[str], str]) -> None:
        self._reply, self._book, self._slot_name = reply, book, slot_name
        self._draw()
        self.scroll_home(animate=False)

    def clear(self) -> None:
        self._reply = None
        self.query_one("#verdict-block", Static).update(Content(EMPTY))
        self.query_one("#numbers-block", Static).update(Content(""))
        self.query_one("#stack", OptionList).display = False

    def on_resize(self, event: events.Resize) -> None:
        if self._reply is not None:
            self._draw()

    def _draw(self) -> None:
        if self._reply is None or self._reply.assessment is None or self._book is None:
            return
        assessment, winner = self._reply.assessment, self._reply.assessment.winner
        width = max(20, self.size.width - 2)
        self.query_one("#verdict-block", Static).update(verdict_block(assessment, width))
        self.query_one("#numbers-block", Static).update(
            numbers_block(assessment, self._book, self._reply.turn, width)
        )
        stack = self.query_one("#stack", OptionList)
        stack.display = winner is not None
        stack.clear_options()
        self._cited = {}
        if winner is not None:
            stack.add_options(self._stack_options(winner, width))

    def _stack_options(self, winner: "Stack", width: int) -> list[Option]:
        from agent.decision_record import LAYERS

        rows = [Option(Content.styled("Decisions", "bold"), disabled=True)]
        rows.append(self._component("model strategy", winner.model_strategy, width))
        rows.append(self._component("retrieval pattern", winner.retrieval_pattern, width))
        layer = 0
        for slot, option in sorted(winner.picks.items(), key=lambda pair: pair[1].layer):
            if option.layer != layer:
                layer = option.layer
                rows.append(Option(Content.styled(LAYERS[layer], "bold"), disabled=True))
            rows.append(self._component(self._slot_name(slot), option, width))
        return rows

    def _component(self, role: str, option: "StackOption", width: int) -> Option:
        assert self._book is not None
        numbers = self._book.numbers(option.reasons)[:3]
        detail = f", {option.detail}" if option.detail else ""
        mark = f" ({option.mark})" if option.mark else ""
        notes = " (already yours)" if option.reused else " (same as above)" if option.bundled_with else ""
        identity = f"{option.slot or role}-{len(self._cited)}".replace(".", "-").replace(" ", "-")
        self._cited[identity] = numbers[0] if numbers else 0
        marks = [part for number in numbers for part in (" ", cite(self._book.turn, number))]
        caution = Content.styled(f" {CONFLICT}", "$text-warning") if option.cautions else Content("")
        head = Content.styled(f"  {shortened(role, ROLE_WIDTH)}", MUTED)
        body = Content.assemble((option.name, "bold"), mark, detail, notes, caution, *marks)
        prompt = hanging(head, body, ROLE_WIDTH + 3, width)
        return Option(prompt, id=identity)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        number = self._cited.get(event.option_id or "", 0)
        if number and self._book is not None:
            self.post_message(self.SourceWanted(self._book.turn, number))


def verdict_line(assessment: "Assessment | None") -> Content:
    """The verdict in one row, for where the decision itself is hidden."""
    if assessment is None:
        return Content("")
    winner = assessment.winner
    if winner is None:
        return Content.styled(f"{REFUSED} no stack meets all limits (F2)", "$text-error")
    mark = f"{REFUSED} breaks a limit: " if winner.violations else f"{WINNER} "
    style = "$text-error" if winner.violations else "$text-success"
    return Content.assemble((mark, style), (winner.title, f"{style} bold"), f"  {winner.score:.2f}  (F2)")


def verdict_block(assessment: "Assessment", width: int) -> Content:
    """Verdict, firmness, limits that break, and the six bars."""
    winner = assessment.winner
    if winner is None:
        return _infeasible(assessment)
    mark, style = (REFUSED, "$text-error") if winner.violations else (WINNER, "$text-success")
    lines = [
        Content.assemble((f"{mark} ", style), (winner.title, f"bold {style}")),
        Content(_firmness(assessment)),
    ]
    lines += [Content.styled(f"{REFUSED} limit broken: {text}", "$text-error") for text in winner.violations]
    lines += [Content(f"  {item.text}") for item in assessment.relaxations] if winner.violations else []
    lines += [Content(""), *_category_bars(assessment, winner, width)]
    return joined(lines)


def _infeasible(assessment: "Assessment") -> Content:
    lines = [Content.styled(f"{REFUSED} no stack meets all limits", "bold $text-error")]
    lines += [Content(f"{CONFLICT} {item.text} {item.resolution}") for item in assessment.conflicts]
    lines += [Content(f"{REFUSED} {item.name}: {item.text}") for item in assessment.exclusions[:RISKS_SHOWN]]
    if assessment.relaxations:
        lines += [Content(""), Content.styled("What would make one possible", "bold")]
        lines += [Content(f"{n} {item.text}") for n, item in enumerate(assessment.relaxations, 1)]
    return joined(lines)


def _firmness(assessment: "Assessment") -> str:
    """Score, how often it is first, and by how much it leads the runner-up."""
    winner = assessment.winner
    assert winner is not None
    first = f"score {winner.score:.2f}"
    if len(assessment.stacks) > 1:
        lead = round(winner.score - assessment.stacks[1].score, 2)
        first += (
            f", {lead:.2f} ahead of the next"
            if lead > 0
            else ", first by your limits, not by score"
            if lead
            else ""
        )
    if assessment.robustness is None:
        return first
    share = 100 * assessment.robustness.first_share.get(winner.id, 0.0)
    return f"{first}\nfirst in {share:.0f} % of {assessment.robustness.draws:,} weightings"


def _category_bars(assessment: "Assessment", winner: "Stack", width: int) -> list[Content]:
    """Heaviest first: name, weight, bar, value."""
    cells = max(BAR_MIN, min(BAR_MAX, width - NAME_WIDTH - 14))
    weights = assessment.weights.categories
    lines = []
    for name in sorted(winner.categories, key=lambda item: -weights.get(item, 0.0)):
        value = winner.categories[name]
        lines.append(
            Content.assemble(
                CATEGORY_WORDS.get(name, name).ljust(NAME_WIDTH),
                f"{100 * weights.get(name, 0.0):3.0f} % ",
                (bar(value, cells), "$primary"),
                f" {value:.2f}",
            )
        )
    return lines


def numbers_block(assessment: "Assessment", book: "SourceBook", turn: int, width: int) -> Content:
    """Cost and speed with ranges, alternatives, what would change it, risks."""
    winner = assessment.winner
    if winner is None:
        return Content("")
    blocks = [
        _numbers(winner, book, turn, width),
        _alternatives(assessment),
        _changes(assessment),
        _risks(assessment),
    ]
    return joined([block for block in blocks if block.plain], "\n\n")


def _numbers(winner: "Stack", book: "SourceBook", turn: int, width: int) -> Content:
    from agent.decision_record import SHOWN_QUANTITIES
    from tools.wording import interval, percentile_note

    lines = [Content.styled("Numbers (middle, low to high)", "bold")]
    for name, label in SHOWN_QUANTITIES:
        if name in winner.estimates:
            estimate = winner.estimates[name]
            number = book.of_quantity(name, winner.title)
            marks = (" ", cite(turn, number)) if number is not None else ()
            note = percentile_note(name, winner.estimates)
            kind = (f" {estimate.kind}, {note}" if note else f" {estimate.kind}", MUTED)
            body = Content.assemble(interval(estimate), kind, *marks)
            lines.append(hanging(Content(label), body, QUANTITY_WIDTH, width))
    return joined(lines)


def _alternatives(assessment: "Assessment") -> Content:
    lines = [Content.styled("Alternatives", "bold")]
    for stack in assessment.stacks[1:]:
        lines.append(Content(f"{ALTERNATIVE} {stack.title}  score {stack.score:.2f}"))
        lines += [Content.styled(f"  {REFUSED} {text}", "$text-error") for text in stack.violations]
    return joined(lines) if len(lines) > 1 else Content("")


def _changes(assessment: "Assessment") -> Content:
    texts = [flip.text for flip in assessment.flips]
    texts += [assessment.counter_argument] if assessment.counter_argument else []
    if not texts:
        return Content("")
    return joined([Content.styled("What would change it", "bold"), *(Content(f"- {text}") for text in texts)])


def _risks(assessment: "Assessment") -> Content:
    """The gravest risks of the winner, a word beside each mark."""
    assert assessment.winner is not None
    grave = {"high": 0, "medium": 1, "low": 2}
    own = [item for item in assessment.risks if item.id in assessment.winner.risks] or list(assessment.risks)
    own.sort(key=lambda item: grave[item.severity])
    if not own:
        return Content("")
    shown = [Content(f"{CONFLICT} {item.severity}: {item.text}") for item in own[:RISKS_SHOWN]]
    more = [Content.styled(f"  {len(own) - RISKS_SHOWN} more in the export (F9)", MUTED)]
    return joined([Content.styled("Risks", "bold"), *shown, *(more if len(own) > RISKS_SHOWN else [])])
