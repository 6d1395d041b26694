"""The numbered sources of one answer: what each says, how sure it is, how old, and where it stands."""

from datetime import date
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from .marks import MUTED, joined

if TYPE_CHECKING:
    from tools.evidence import Evidence

    from .source_book import SourceBook

TIERS = {
    "T1": "primary source", "T2": "neutral data", "T2v": "vendor benchmark", "P": "paper",
    "T3": "compilation", "T4": "news", "U": "user", "D": "computed",
}  # fmt: skip
DAYS_A_MONTH = 365.25 / 12


def age(as_of: str, today: date) -> str:
    """`2026-08-22, 3 months old`; nothing for a date that can't be read.

    >>> age("2026-08-22", date(2026, 11, 24)), age("", date(2026, 11, 24))
    ('2026-08-22, 3 months old', 'undated')
    """
    try:
        days = (today - date.fromisoformat(as_of)).days
    except ValueError:
        return as_of or "undated"
    months = round(days / DAYS_A_MONTH)
    if months < 1:
        return f"{as_of}, this month"
    return f"{as_of}, {months} month{'s' * (months > 1)} old"


def told_age(item: "Evidence", today: date) -> str:
    """Its age, or when it was read; and that it wants to be looked at again."""
    dated = item.dated(today)
    return dated.replace(item.as_of, age(item.as_of, today), 1) if item.as_of else dated or "undated"


class Sources(Vertical):
    """A list that opens at the source asked for."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.book: SourceBook | None = None

    def compose(self) -> "list[Widget]":
        return [
            Static("No sources yet: they come with the first answer that cites any.", id="sources-head"),
            SourceList(),
        ]

    def show(self, book: "SourceBook", today: date) -> None:
        if self.book is book:
            return
        self.book = book
        head = f"Sources of answer {book.turn}: {len(book.items)}. o copies the address."
        self.query_one("#sources-head", Static).update(Content(head))
        listed = self.query_one(SourceList)
        listed.clear_options()
        listed.add_options(
            [Option(_source(number, item, today)) for number, item in enumerate(book.items, 1)]
        )

    def go_to(self, number: int) -> None:
        """Highlight a source and bring it into view."""
        listed = self.query_one(SourceList)
        if self.book is not None and 0 < number <= len(self.book.items):
            listed.highlighted = number - 1
            self.call_after_refresh(listed.scroll_to_highlight, True)

    def highlighted(self) -> "Evidence | None":
        place = self.query_one(SourceList).highlighted
        return self.book.get(place + 1) if self.book is not None and place is not None else None


class SourceList(OptionList):
    BINDINGS = [Binding("o", "screen.copy_source", "Copy address", show=False)]

    def __init__(self) -> None:
        super().__init__(id="source-list", compact=True, markup=False)


def _source(number: int, item: "Evidence", today: date) -> Content:
    tier = f"{item.tier} {TIERS.get(item.tier, '')}".strip()
    dated = "" if item.kind == "calc" else told_age(item, today)
    about = " · ".join(part for part in (tier, dated, item.kind) if part)
    lines = [
        Content.assemble((f"[{number}] ", "bold"), (item.id, "bold")),
        Content.styled(about, MUTED),
        Content(item.text),
    ]
    if item.source:
        lines.append(Content.styled(item.source, "$text-accent"))
    return joined(lines)
