"""The right number beside the wrong object: each figure belongs to the stack that its sentence speaks of."""

from collections.abc import Sequence

from tools.evidence import Evidence

from .evidence import EvidenceBook
from .figures import Figure, blanked, figures
from .violation import Violation

FREE_SUBJECTS = frozenset({"", "the workload"})


def misplaced_figures(text: str, cited: Sequence[Evidence], book: EvidenceBook) -> list[Violation]:
    """Figures that no cited result states of the object beside them, and results that state nothing here."""
    named = _titles(text, book)
    own = blanked(text, book.titles)
    found = [
        Violation("wrong_object", title)
        for _, title in named
        if title != book.recommended and all(item.subject != title for item in cited)
    ]
    used: set[str] = set()
    for figure in figures(own):
        meant = _beside(figure.at, named, book)
        homes = [item.id for item in cited if _states(item, figure, meant, book)]
        used.update(homes)
        if not homes:
            other = any(_states(item, figure, "", book) for item in cited)
            found.append(Violation("wrong_object" if other else "foreign_number", figure.text))
    objects = {title for _, title in named} or {book.recommended}
    for item in cited:
        if item.id not in used and not _describes(item, objects, own):
            found.append(Violation("foreign_citation", item.id))
    return found


def _titles(text: str, book: EvidenceBook) -> list[tuple[int, str]]:
    """(place, title) of the stacks named, the longest title first where one holds another."""
    found = []
    for title in sorted(book.titles, key=len, reverse=True):
        at = text.find(title)
        while at >= 0:
            found.append((at, title))
            text = text[:at] + "\0" * len(title) + text[at + len(title) :]
            at = text.find(title)
    return sorted(found)


def _beside(at: int, named: Sequence[tuple[int, str]], book: EvidenceBook) -> str:
    """The stack named last before the figure, else the first one named, else the recommended one."""
    before = [title for place, title in named if place < at]
    return before[-1] if before else named[0][1] if named else book.recommended


def _states(item: Evidence, figure: Figure, meant: str, book: EvidenceBook) -> bool:
    """Whether `item` holds this figure, of `meant` where it speaks of stacks (any where `meant` is empty)."""
    if meant and item.subject in book.titles and item.subject != meant:
        return False
    named = _titles(item.text, book)
    for other in figures(blanked(item.text, book.titles)):
        if not figure.same(other):
            continue
        if not meant or not named or item.subject == meant:
            return True
        before = [title for place, title in named if place < other.at]
        if not before or before[-1] == meant:
            return True
    return False


def _describes(item: Evidence, objects: set[str], text: str) -> bool:
    """A result without a figure here may be cited for its object: a score, or a pick that is named."""
    if item.id.startswith("calc/score/"):
        return item.subject in objects
    if item.id.startswith("calc/pick/"):
        return item.subject.lower() in text.lower()
    return item.kind == "user" or (item.subject in FREE_SUBJECTS and item.kind == "assumption")
