"""Tables of the pages that this package writes, in Markdown."""

from collections.abc import Iterable, Sequence
from typing import Any


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """Head and rows, and an empty line after them."""
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(str(cell).replace('|', '/') for cell in row)} |" for row in rows),
        "",
    ]


def share(value: float | None) -> str:
    """In percent; a dash for nothing."""
    return "–" if value is None else f"{100 * value:.1f} %"


def width(value: float | None) -> str:
    """High over low."""
    return "–" if value is None else f"{value:.2f}"
