"""What a supposed change would do to the recommendation: two assessments side by side, in sentences."""

from .assessment import Assessment, Option, Stack
from .rivalry import Finding
from .wording import interval

PICKS_TOLD = 5
COST = "monthly_infra_cost_usd"


def difference(before: Assessment, after: Assessment, supposed: str) -> list[Finding]:
    """What comes first then, what it costs, which picks change, which limits break; `supposed` in words."""
    if after.winner is None:
        limits = [Finding(item.text) for item in after.relaxations]
        return [Finding(f"With {supposed}, no stack meets all limits at once."), *limits]
    if before.winner is None:
        return [Finding(f"With {supposed}, {after.winner.title} becomes possible.")]
    return [
        _first(before.winner, after.winner, supposed),
        *_cost(before.winner, after.winner),
        *_picks(before.winner, after.winner),
        *(Finding(f"Then this breaks your limit: {text}.") for text in after.winner.violations),
    ]


def _first(before: Stack, after: Stack, supposed: str) -> Finding:
    if before.title == after.title:
        return Finding(f"With {supposed}, it is still {after.title}.")
    return Finding(f"With {supposed}, {after.title} would come first instead of {before.title}.")


def _cost(before: Stack, after: Stack) -> list[Finding]:
    old, new = before.estimates.get(COST), after.estimates.get(COST)
    if old is None or new is None:
        return []
    if (old.low, old.typical, old.high) == (new.low, new.typical, new.high):
        return [Finding(f"Infrastructure costs the same, {interval(new)}.")]
    return [Finding(f"Infrastructure would cost {interval(new)} instead of {interval(old)}.")]


def _picks(before: Stack, after: Stack) -> list[Finding]:
    """Slots that are filled otherwise, are new, or fall away."""
    told = []
    for slot in dict.fromkeys((*before.picks, *after.picks)):
        old, new = before.picks.get(slot), after.picks.get(slot)
        if (old and (old.component, old.detail)) != (new and (new.component, new.detail)):
            told.append(_change(old, new))
    if not told:
        return []
    more = f", and {len(told) - PICKS_TOLD} more" if len(told) > PICKS_TOLD else ""
    return [Finding(f"In the stack: {', '.join(told[:PICKS_TOLD])}{more}.")]


def _change(old: Option | None, new: Option | None) -> str:
    if new is None:
        assert old is not None
        return f"{old.name} falls away"
    return f"{_sized(new)} instead of {_sized(old)}" if old is not None else f"{_sized(new)} is added"


def _sized(option: Option) -> str:
    return f"{option.name} ({option.detail})" if option.detail else option.name
