"""What must hold after an adversarial script, one small check for each type of assertion.

Words of the user are data: nothing here asks a model whether an answer is good.
"""

import math
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from .case import AdversarialCase, Assertion, Tolerance
from .simulated_user import UNKNOWN
from .tolerance import within
from .trace import Trace
from .vocabulary import vocabulary

GATES = ("no_exception", "max_turns", "values_rejected", "must_not_recommend", "must_not_recommend_text")
DEFAULT_REL = 0.05
RATE_FIELDS = ("request_rate_rps", "peak_rate_rps")


class AssertionResult(NamedTuple):
    type: str
    held: bool
    about: str
    """Slot, quantity or name it speaks of."""


class ScriptScore(NamedTuple):
    """How one adversarial script went."""

    passed: bool
    results: tuple[AssertionResult, ...]

    @property
    def held(self) -> int:
        return sum(result.held for result in self.results)

    @property
    def gates(self) -> tuple[str, ...]:
        """Failed assertions of the types that no script may fail."""
        return tuple(result.type for result in self.results if not result.held and result.type in GATES)


def score_script(case: AdversarialCase, trace: Trace) -> ScriptScore:
    """Check every assertion; the script passes when all of them hold."""
    results = tuple(
        AssertionResult(item.type, CHECKS[item.type](item, trace, case), _about(item))
        for item in case.expected
    )
    return ScriptScore(all(result.held for result in results), results)


def _about(item: Assertion) -> str:
    return ", ".join(
        (*item.all_slots, *filter(None, (item.quantity, *item.quantities, item.name, *item.names)))
    )


def _no_exception(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    return trace.exception is None


def _max_turns(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    return trace.turns <= float(item.value or 0)


def _conflict_flagged(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    """Recorded between at least two of the slots (where two are named), and said in words."""
    wanted = set(item.all_slots)
    shared = max((len(wanted & set(conflict)) for conflict in trace.conflicts), default=-1)
    return shared >= min(2, len(wanted)) and (not item.any_of or _found(item.any_of, _said(trace)))


def _final_profile(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    entry = trace.profile.get(item.slot)
    if entry is None:
        return False
    wanted = ((item.numeric,) if item.numeric is not None else ()) + item.numeric_any
    tolerance = Tolerance(rel=DEFAULT_REL if item.rel is None else item.rel)
    held = [
        not item.any_of or _found(item.any_of, _value(entry)),
        not wanted or any(within(have, want, tolerance) for have in _numbers(entry) for want in wanted),
        item.max_rps is None or _rate_at_most(entry, trace, item.max_rps),
    ]
    return all(held)


def _rate_at_most(entry: dict[str, Any], trace: Trace, limit: float) -> bool:
    fields = entry.get("fields", {})
    rates = [fields[name].get("value", fields[name].get("high")) for name in RATE_FIELDS if name in fields]
    rates = rates or [trace.numbers.get("request_rate_rps")]
    return all(isinstance(rate, int | float) and rate <= limit for rate in rates)


def _profile_not_equal(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    entry = trace.profile.get(item.slot)
    if entry is None:
        return True
    wrong = [item.value, item.numeric, *item.values, *item.numeric_any]
    equal = any(_equal(entry.get("value"), value) for value in wrong if value is not None)
    return not equal and not (item.any_of and _found(item.any_of, _value(entry)))


def _not_recommended(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    return not _chosen(item, trace)


def _one_recommended(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    return bool(_chosen(item, trace))


def _chosen(item: Assertion, trace: Trace) -> set[str]:
    """Picks of the slot (of all slots where none is named) that the assertion lists."""
    words = vocabulary()
    slots = item.all_slots or tuple(trace.picks)
    picks = {words.canonical(name) for slot in slots for name in trace.picks.get(slot, [])}
    return picks & {words.canonical(name) for name in words.expand(item.any_of)}


def _text_matches(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    return _found(item.any_of, _said(trace))


def _text_avoids(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    return not _found(item.any_of, _said(trace))


def _not_reasked(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    """Asked at most once; not at all where the user has no fact to add to what the opening says."""
    return all(trace.asked.count(slot) <= (1 if slot in case.hidden_facts else 0) for slot in item.all_slots)


def _alternatives(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    return len(trace.alternatives.get(item.slot, [])) >= float(item.value or 1)


def _assumptions(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    return len(trace.assumptions) >= float(item.value or 1)


def _numeric(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    tolerance = item.bounds
    if tolerance == Tolerance() and item.value is not None:
        tolerance = Tolerance(rel=DEFAULT_REL)
    value = float(item.value) if item.value is not None else None
    return within(trace.numbers.get(item.quantity), value, tolerance)


def _finite(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    """All that are known are numbers, and at least one is known: silence isn't finite."""
    names = [name for name in (item.quantity, *item.quantities) if name] or list(trace.numbers)
    found = [trace.numbers[name] for name in names if name in trace.numbers]
    return bool(found) and all(math.isfinite(number) for number in found)


def _values_rejected(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    return all(slot in trace.rejected_values for slot in item.all_slots) and bool(trace.rejected_values)


def _nothing_invented(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    """What the user doesn't know isn't in the profile as stated."""
    unknown = [slot for slot, fact in case.hidden_facts.items() if (fact or "").lower().startswith(UNKNOWN)]
    return all(
        trace.profile.get(slot, {}).get("origin") != "stated" for slot in item.all_slots or tuple(unknown)
    )


def _component_rejected(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    rejected = [_plain(name) for name in trace.rejected_components]
    wanted = [_plain(name) for name in (item.name, *item.names) if name]
    return all(any(name in found or found in name for found in rejected if found) for name in wanted)


def _language(item: Assertion, trace: Trace, case: AdversarialCase) -> bool:
    wanted = [str(name) for name in (*item.any_of, *item.values, item.value) if name]
    return trace.reply_language.lower() in {name.lower() for name in wanted}


def _found(patterns: Iterable[str], text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


def _said(trace: Trace) -> str:
    return f"{trace.transcript}\n{trace.text}"


def _value(entry: dict[str, Any]) -> str:
    return f"{entry.get('value', '')} {entry.get('unit', '')}".strip()


def _numbers(entry: dict[str, Any]) -> list[float]:
    """The slot's number as stated, and those of its fields."""
    fields = [field.get("value") for field in entry.get("fields", {}).values()]
    return [float(number) for number in (entry.get("value"), *fields) if isinstance(number, int | float)]


def _equal(have: Any, unwanted: Any) -> bool:
    if isinstance(have, int | float) and isinstance(unwanted, int | float):
        return math.isclose(have, unwanted)
    return str(have).strip().lower() == str(unwanted).strip().lower()


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.lower())


Check = Callable[[Assertion, Trace, AdversarialCase], bool]
CHECKS: dict[str, Check] = {
    "no_exception": _no_exception,
    "max_turns": _max_turns,
    "must_flag_conflict": _conflict_flagged,
    "final_profile": _final_profile,
    "profile_slot_not_equal": _profile_not_equal,
    "must_not_recommend": _not_recommended,
    "must_recommend_one_of": _one_recommended,
    "must_not_recommend_text": _text_avoids,
    "text_matches": _text_matches,
    "text_not_matches": _text_avoids,
    "must_not_reask": _not_reasked,
    "min_alternatives": _alternatives,
    "min_assumptions": _assumptions,
    "numeric": _numeric,
    "numeric_finite": _finite,
    "values_rejected": _values_rejected,
    "no_invented_facts": _nothing_invented,
    "unknown_component_rejected": _component_rejected,
    "reply_language_any": _language,
}
