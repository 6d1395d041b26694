"""The history checker: what was kept and answered, against what was said and what an undisturbed advisor replies."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from agent.consultation import open_consultation
from agent.sessions import SessionStore, TurnRow
from service.office import Office

from .scripts import SCRIPTS, key, script, session_name


@dataclass
class Verdict:
    """Turns that are not as they must be."""

    turns: int = 0
    lost: list[str] = field(default_factory=list)
    """Delivered, and not kept or never answered."""
    duplicated: list[str] = field(default_factory=list)
    """Kept more than once, or never sent."""
    reordered: list[str] = field(default_factory=list)
    """Sessions whose messages stand in another order."""
    half_answered: list[str] = field(default_factory=list)
    """The reply is empty, an error, of another turn, or not what an undisturbed advisor replies."""

    @property
    def clean(self) -> bool:
        return self.turns > 0 and not (self.lost or self.duplicated or self.reordered or self.half_answered)

    def __str__(self) -> str:
        counts = (self.lost, self.duplicated, self.reordered, self.half_answered)
        return f"{self.turns:,} turns: lost/duplicated/reordered/half-answered = " + "/".join(
            str(len(wrong)) for wrong in counts
        )


def check(
    store: SessionStore, office: Office, numbers: Iterable[int], receipts: frozenset[str] | None = None
) -> Verdict:
    """Judge the sessions with these numbers; `receipts`: the keys of what was sent, if not all of it was."""
    verdict = Verdict()
    for number in numbers:
        _check_session(verdict, store.turns(session_name(number)), number, office, receipts)
    return verdict


def _check_session(
    verdict: Verdict, turns: list[TurnRow], number: int, office: Office, receipts: frozenset[str] | None
) -> None:
    sent = [key(number, place) for place in range(len(script(number)))]
    kept = [row.key for row in turns]
    answered = {row.key for row in turns if row.reply is not None}
    verdict.turns += len(turns)
    # A message that was stored just before its sender died has no receipt; it must be answered all the same.
    due = {*kept, *(sent if receipts is None else receipts.intersection(sent))}
    verdict.lost += [name for name in sent if name in due and name not in answered]
    verdict.duplicated += [name for name in kept if kept.count(name) > 1 or name not in sent]
    if [name for name in kept if name in sent] != [name for name in sent if name in kept]:
        verdict.reordered.append(session_name(number))
    undisturbed = _undisturbed(office, number % len(SCRIPTS))
    verdict.half_answered += [
        row.key
        for row, text in zip(turns, undisturbed, strict=False)
        if row.reply is not None and (row.reply.get("turn") != row.turn or row.reply.get("text") != text)
    ]


_KEPT: dict[int, tuple[str, ...]] = {}


def _undisturbed(office: Office, number: int) -> tuple[str, ...]:
    """The replies of an advisor that nobody kills."""
    if number not in _KEPT:
        consultation = open_consultation(
            office.knowledge, office.profile, office.as_of, retriever=office.retriever
        )
        _KEPT[number] = tuple(consultation.turn(message).text for message in SCRIPTS[number])
    return _KEPT[number]
