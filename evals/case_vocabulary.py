"""Whether a case speaks the vocabulary: a slot, id or quantity that nothing can ever have would hold by accident.

`must_not: [{slot: clusterr, …}]` forbids nothing, so a case that says it is malformed, not passed.
"""

import difflib
from collections.abc import Iterable, Iterator

from .assertion_types import COMPONENT_TYPES, STACK_SLOT_TYPES, WORKLOAD_SLOT_TYPES
from .case import AdversarialCase, Assertion, Case, Expectations
from .simulated_user import UNKNOWN
from .vocabulary import CLASS_PREFIX, vocabulary


def vocabulary_faults(case: Case) -> list[str]:
    """`place: what is wrong; did you mean …?` for each word that the vocabulary doesn't have."""
    found = [
        *_slots("hidden_facts", case.hidden_facts, workload=True),
        *_slots("must_ask", case.must_ask, workload=True),
        *_choices("documented_choice", case.documented_choice),
        *(
            fault
            for place, event in enumerate(case.events)
            for fault in _slots(f"events.{place}.when", event.when.slot_asked_after_event, workload=True)
        ),
    ]
    if isinstance(case, AdversarialCase):
        return [
            *found,
            *(fault for place, item in enumerate(case.expected) for fault in _asserted(place, item, case)),
        ]
    return [*found, *_expected(case.expectations)]


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean …?`, or nothing where nothing is near."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _expected(expected: Expectations) -> Iterator[str]:
    yield from _choices("expectations.acceptable", expected.acceptable)
    yield from _slots("expectations.required_slots", expected.required_slots)
    for place, rule in enumerate(expected.must_not):
        yield from _slots(f"expectations.must_not.{place}", [rule.slot])
        yield from _ids(f"expectations.must_not.{place}", rule.any_of)
    for place, entry in enumerate(expected.over_engineering):
        yield from _ids(f"expectations.over_engineering.{place}", entry.any_of)
    for place, check in enumerate(expected.numeric_checks):
        yield from _quantities(f"expectations.numeric_checks.{place}", [check.quantity])


def _asserted(place: int, item: Assertion, case: AdversarialCase) -> Iterator[str]:
    where = f"expected.{place}"
    if item.type in (*WORKLOAD_SLOT_TYPES, *STACK_SLOT_TYPES):
        yield from _slots(where, item.all_slots, workload=item.type in WORKLOAD_SLOT_TYPES)
    if item.type in COMPONENT_TYPES:
        yield from _ids(where, item.any_of)
    yield from _quantities(where, [name for name in (item.quantity, *item.quantities) if name])
    unknown = any((fact or "").lower().startswith(UNKNOWN) for fact in case.hidden_facts.values())
    if item.type == "no_invented_facts" and not item.all_slots and not unknown:
        yield f"{where}: no_invented_facts needs slots, or a hidden fact that is unknown"


def _choices(place: str, choices: dict[str, tuple[str, ...]]) -> Iterator[str]:
    yield from _slots(place, choices)
    for slot, names in choices.items():
        yield from _ids(f"{place}.{slot}", names)


def _slots(place: str, names: Iterable[str], workload: bool = False) -> Iterator[str]:
    words = vocabulary()
    known = words.workload_slots if workload else tuple(words.layers)
    for name in names:
        if name not in known:
            yield f"{place}.{name}: not a {'workload' if workload else 'stack'} slot{nearest(name, known)}"


def _ids(place: str, names: Iterable[str]) -> Iterator[str]:
    words = vocabulary()
    for name in names:
        if name.startswith(CLASS_PREFIX):
            listed = name.removeprefix(CLASS_PREFIX)
            if listed not in words.classes:
                yield f"{place}.{name}: not a class of the vocabulary{nearest(listed, words.classes)}"
        elif name not in words.ids:
            yield f"{place}.{name}: not an id of the vocabulary{nearest(name, words.ids)}"


def _quantities(place: str, names: Iterable[str]) -> Iterator[str]:
    known = vocabulary().quantities
    for name in names:
        if name not in known:
            yield f"{place}.{name}: not a quantity of the vocabulary{nearest(name, known)}"
