"""One row: product, session, the four stages of the framework, and who advises."""

from textual.content import Content
from textual.widgets import Static

STAGES = ("Workload", "Technical", "Economic", "Risk")
DONE, CURRENT, TODO, BROKEN = "✓", "◉", "○", "✗"
WIDE = 100


class TopBar(Static):
    """Where the consultation stands."""

    def __init__(self, badge: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self._badge = badge
        self._title = "new consultation"
        self._marks = (CURRENT, TODO, TODO, TODO)
        self._known = 0

    def on_resize(self) -> None:
        self._show()

    def set_title(self, title: str) -> None:
        self._title = " ".join(title.split()) or "new consultation"
        self._show()

    def set_stage(self, known: int, recommended: bool, broken: bool = False) -> None:
        """What is known, and whether the other three stages have been computed."""
        self._known = known
        if recommended:
            self._marks = (DONE, BROKEN if broken else DONE, DONE, DONE)
        else:
            self._marks = (CURRENT, TODO, TODO, TODO)
        self._show()

    def _show(self) -> None:
        width = self.size.width
        if not width:
            return
        stages, badge = self._stages(width), Content.styled(f"  {self._badge} ", "$text-warning")
        if width < WIDE:
            badge = Content("")
        room = max(0, width - stages.cell_length - badge.cell_length - len(" stackwright  ") - 2)
        title = self._title if len(self._title) <= room else f"{self._title[: max(0, room - 1)]}…"
        left = Content.assemble((" stackwright  ", "bold"), title)
        gap = max(2, width - left.cell_length - stages.cell_length - badge.cell_length)
        self.update(Content.assemble(left, " " * gap, stages, badge))

    def _stages(self, width: int) -> Content:
        parts: list[Content] = []
        for stage, mark in zip(STAGES, self._marks, strict=True):
            name = stage if width >= WIDE else stage[0]
            known = f" {self._known}" if stage == "Workload" and self._known and width >= WIDE else ""
            style = {DONE: "$text-success", CURRENT: "reverse", BROKEN: "$text-error"}.get(mark, "")
            parts.append(Content.styled(f"{mark} {name}{known}", style))
        return Content("  " if width >= WIDE else " ").join(parts)
