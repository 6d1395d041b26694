"""One case as a page shows it: what was said, picked, argued and computed, beside what the case expects."""

from collections.abc import Mapping, Sequence
from typing import Any

from .assertions import AssertionResult, ScriptScore
from .case import AdversarialCase, NumericCheck, RealCase, Tolerance
from .dialogue import Exchange
from .mentions import mentioned
from .report import AdviceReport
from .scoring import PICKS_THAT_COUNT, CaseScore
from .tolerance import within
from .trace import Trace
from .vocabulary import CLASS_PREFIX, vocabulary

Dialogues = Mapping[str, Sequence[Exchange]]


def case_details(report: AdviceReport, dialogues: Dialogues | None = None) -> dict[str, dict[str, Any]]:
    """By case id, for every case that was scored."""
    said = dialogues or {}
    found: dict[str, dict[str, Any]] = {}
    for name in (*report.real, *report.adversarial):
        case, trace = report.cases[name], report.traces[name]
        found[name] = {**_head(case), "dialogue": _dialogue(trace, said.get(name, ())), **_run(trace)}
        if isinstance(case, RealCase):
            found[name] |= _real(case, trace, report.real[name])
        else:
            found[name] |= _script(case, report.adversarial[name])
    return found


def _head(case: RealCase | AdversarialCase) -> dict[str, Any]:
    about = (case.company, case.industry, case.category, case.difficulty, case.source_date)
    return {"title": case.title, "about": " · ".join(item for item in about if item)}


def _dialogue(trace: Trace, exchanges: Sequence[Exchange]) -> list[dict[str, str]]:
    """Turn by turn; from the trace alone only what the advisor said is known."""
    if not exchanges:
        return [{"message": "", "answer": trace.transcript}] if trace.transcript else []
    return [exchange._asdict() for exchange in exchanges]


def _run(trace: Trace) -> dict[str, Any]:
    return {"exception": trace.exception, "asked": trace.asked, "assumptions": trace.assumptions}


def _real(case: RealCase, trace: Trace, score: CaseScore) -> dict[str, Any]:
    expected = case.expectations
    made = mentioned(trace.text, expected.required_mentions)
    asked = [slot for slot in case.must_ask if slot in trace.asked]
    return {
        "slots": _slots(case, trace, score),
        "mentions": [
            {"id": mention.id, "why": mention.why, "made": mention.id in made}
            for mention in expected.required_mentions
        ],
        "argued": trace.text,
        "numbers": [_number(check, trace) for check in expected.numeric_checks],
        "must_ask": {slot: slot in asked for slot in case.must_ask},
        "over_engineering": list(score.over_engineering),
    }


def _slots(case: RealCase, trace: Trace, score: CaseScore) -> list[dict[str, Any]]:
    """Required slots, then the others that were filled or in which something is forbidden."""
    expected = case.expectations
    forbidden = {rule.slot for rule in expected.must_not}
    others = [slot for slot in vocabulary().layers if trace.picks.get(slot) or slot in forbidden]
    return [_slot(slot, case, trace, score) for slot in dict.fromkeys((*expected.required_slots, *others))]


def _slot(slot: str, case: RealCase, trace: Trace, score: CaseScore) -> dict[str, Any]:
    words, expected = vocabulary(), case.expectations
    acceptable = words.expand(expected.acceptable.get(slot, ()))
    rules = [rule for rule in expected.must_not if rule.slot == slot]
    refused = words.expand(name for rule in rules for name in rule.any_of)
    picked = [
        {
            "id": name,
            "counts": place < PICKS_THAT_COUNT,
            "acceptable": words.canonical(name) in acceptable,
            "refused": words.canonical(name) in refused,
        }
        for place, name in enumerate(trace.picks.get(slot, []))
    ]
    return {
        "slot": slot,
        "required": slot in expected.required_slots,
        "fits": score.fits.get(slot),
        "picked": picked,
        "alternatives": trace.alternatives.get(slot, []),
        "acceptable": [_spoken(name) for name in expected.acceptable.get(slot, ())],
        "must_not": [
            {"names": [_spoken(name) for name in rule.any_of], "reason": rule.reason} for rule in rules
        ],
        "evidence": trace.citations.get(slot, []),
    }


def _spoken(name: str) -> str:
    return f"any {name.removeprefix(CLASS_PREFIX)}" if name.startswith(CLASS_PREFIX) else name


def _number(check: NumericCheck, trace: Trace) -> dict[str, Any]:
    got = trace.numbers.get(check.quantity)
    return {
        "quantity": check.quantity,
        "unit": check.unit,
        "expected": check.value,
        "tolerance": tolerance_words(check.tolerance),
        "got": got,
        "held": within(got, check.value, check.tolerance),
        "basis": check.basis,
    }


def tolerance_words(tolerance: Tolerance) -> str:
    """How far a number may be off, in words.

    >>> tolerance_words(Tolerance(rel=0.1, max=5))
    '±10 %, at most 5'
    """
    words = {
        "factor": lambda value: f"within a factor of {value:g}",
        "rel": lambda value: f"±{value:.0%}".replace("%", " %"),
        "max": lambda value: f"at most {value:g}",
        "min": lambda value: f"at least {value:g}",
        "range": lambda value: f"{value[0]:g} to {value[1]:g}",
    }
    given = tolerance.model_dump(exclude_none=True)
    return ", ".join(words[name](value) for name, value in given.items())


def _script(case: AdversarialCase, score: ScriptScore) -> dict[str, Any]:
    return {
        "assertions": [
            _assertion(result, item.why or item.basis)
            for result, item in zip(score.results, case.expected, strict=True)
        ],
        "why": case.why,
    }


def _assertion(result: AssertionResult, why: str) -> dict[str, Any]:
    return {"type": result.type, "about": result.about, "held": result.held, "why": why}
