"""From what a message says to a new workload: later statements win, and what they replace is said."""

from collections.abc import Sequence
from typing import NamedTuple

from knowledge import Knowledge
from tools.workload import Known, SlotText, Workload

from .language.understanding import Understanding

MERGED = (
    "existing_components",
    "avoid_components",
    "existing_cloud",
    "integrations",
    "pain_points",
    "modality",
)
"""Sets that grow with each statement; a correction replaces them."""
FULL_REPLACEMENT = frozenset({"correction"})
SAYS_NOTHING = frozenset({"skip", "just_recommend", "why", "command", "undo", "greeting"})


class Reconciled(NamedTuple):
    """The new workload, and which earlier values it supersedes."""

    workload: Workload
    replaced: tuple[tuple[Known, Known], ...]


def reconcile(
    workload: Workload, understanding: Understanding, turn: int, knowledge: Knowledge
) -> Reconciled:
    """Append this turn's updates; an inferred value never overrules a stated one."""
    before = workload.known
    accepted: list[Known] = []
    replaced: list[tuple[Known, Known]] = []
    for update in understanding.updates:
        old = before.get(update.field)
        if old is not None and _weaker(update, old):
            continue
        new = _merged(old, update) if not understanding.intents & FULL_REPLACEMENT else update
        if old is not None and not old.unknown and _differs(old, new) and update.field not in MERGED:
            replaced.append((old, new))
        accepted.append(new)
    slots = (*workload.slots, *_slot_texts(understanding, turn))
    return Reconciled(Workload(history=(*workload.history, *accepted), slots=slots), tuple(replaced))


def _slot_texts(understanding: Understanding, turn: int) -> tuple[SlotText, ...]:
    """What was said of each slot; "skip" and the like say nothing."""
    silent = bool(understanding.intents & SAYS_NOTHING) and not understanding.updates
    said = tuple(item for item in understanding.slot_texts if item.unknown or not silent)
    told = {item.slot for item in said if item.unknown}
    missing = [slot for slot in understanding.unknown_slots if slot not in told]
    return (*said, *_unknown(missing, turn))


def _weaker(update: Known, old: Known) -> bool:
    return (
        update.origin == "inferred" and old.origin == "stated" and not old.unknown and update.turn != old.turn
    )


def _merged(old: Known | None, update: Known) -> Known:
    """For sets that accumulate: the union, in order of mention."""
    if old is None or update.field not in MERGED or not isinstance(old.value, tuple):
        return update
    if not isinstance(update.value, tuple):
        return update
    return update.model_copy(update={"value": tuple(dict.fromkeys((*old.value, *update.value)))})


def _differs(old: Known, new: Known) -> bool:
    return (old.value, old.low, old.high) != (new.value, new.low, new.high)


def _unknown(slots: Sequence[str], turn: int) -> tuple[SlotText, ...]:
    return tuple(SlotText(slot=slot, text="I don't know", turn=turn, unknown=True) for slot in slots)
