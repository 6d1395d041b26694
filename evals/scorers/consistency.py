"""Whether the same facts, put otherwise, end in the same recommendation."""

from statistics import fmean

from evals.trace import Trace


def primary_picks(trace: Trace) -> dict[str, str]:
    """stack slot -> the id that comes first."""
    return {slot: ids[0] for slot, ids in trace.picks.items() if ids}


def same_winner(trace: Trace, reference: Trace) -> bool:
    """Both recommend, and the same in every slot."""
    picks = primary_picks(trace)
    return bool(picks) and picks == primary_picks(reference)


def slot_agreement(trace: Trace, reference: Trace) -> float:
    """Share of the slots that either fills in which both come to the same; 0 where neither recommends."""
    picks, other = primary_picks(trace), primary_picks(reference)
    slots = sorted({*picks, *other})
    return fmean(picks.get(slot) == other.get(slot) for slot in slots) if slots else 0.0


def changed_slots(trace: Trace, reference: Trace) -> tuple[str, ...]:
    """`slot: before -> after` of each slot that differs."""
    picks, other = primary_picks(trace), primary_picks(reference)
    return tuple(
        f"{slot}: {other.get(slot, '-')} -> {picks.get(slot, '-')}"
        for slot in sorted({*picks, *other})
        if picks.get(slot) != other.get(slot)
    )
