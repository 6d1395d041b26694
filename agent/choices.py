"""Numbered choices, as plain text shows them and people answer them."""

from collections.abc import Sequence


def chosen(line: str, labels: Sequence[str]) -> str:
    """The label that a lone number means, else the line itself.

    >>> chosen("2.", ["Any cloud", "On our premises"]), chosen("20", ["Any cloud"]), chosen("3", ["Any cloud"])
    ('On our premises', '20', '3')
    """
    if is_number(line) and 0 < int(_bare(line)) <= len(labels):
        return labels[int(_bare(line)) - 1]
    return line


def is_number(line: str) -> bool:
    """Whether it is one digit and nothing else that matters."""
    return len(_bare(line)) == 1 and _bare(line).isdecimal()


def _bare(line: str) -> str:
    return line.strip().rstrip(".)")
