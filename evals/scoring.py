"""The score of a real case: gates, then fit, mentions, interview, numbers and citations. No model judges.

A slot fits when its primary pick is acceptable and, where a second is named, that one too is.
"""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from .case import Expectations, RealCase
from .citations import citation_share
from .conversation import MAX_TURNS
from .mentions import mentioned
from .tolerance import within
from .trace import Trace
from .vocabulary import vocabulary

WEIGHTS = {"fit": 0.40, "mentions": 0.20, "interview": 0.15, "numbers": 0.15, "citations": 0.10}
REASK_PENALTY = 0.10
OVER_ENGINEERING_PENALTY = 0.05
OVER_ENGINEERING_GATE = 2
PASS_SCORE = 0.70
LEAST = {"fit": 0.75, "mentions": 0.50}
"""Parts that a pass also needs by themselves."""
PICKS_THAT_COUNT = 2


class CaseScore(NamedTuple):
    """How one real case went."""

    passed: bool
    score: float
    parts: dict[str, float | None]
    """By the names of WEIGHTS; None where the case asks for nothing of the kind."""
    gates: tuple[str, ...]
    """Why the case fails whatever its score."""
    fits: dict[str, bool]
    over_engineering: tuple[str, ...]
    missing_mentions: tuple[str, ...]
    wrong_numbers: tuple[str, ...]
    unknown_names: tuple[str, ...]


def score_case(case: RealCase, trace: Trace, known_citations: frozenset[str]) -> CaseScore:
    """Score `trace` by what `case` expects."""
    expected = case.expectations
    fits = fitting_slots(expected, trace.picks)
    made = mentioned(trace.text, expected.required_mentions)
    wrong = [
        check.quantity
        for check in expected.numeric_checks
        if not within(trace.numbers.get(check.quantity), check.value, check.tolerance)
    ]
    parts: dict[str, float | None] = {
        "fit": _share(sum(fits.values()), len(fits)),
        "mentions": _share(len(made), len(expected.required_mentions)),
        "interview": interview(case.must_ask, trace.asked),
        "numbers": _share(len(expected.numeric_checks) - len(wrong), len(expected.numeric_checks)),
        "citations": citation_share(trace.citations, expected.required_slots, known_citations),
    }
    missing = [mention.id for mention in expected.required_mentions if mention.id not in made]
    return _judged(case, trace, parts, fits, missing, wrong)


def score_picks(case: RealCase, trace: Trace) -> CaseScore:
    """Score the choice of stack alone: everything else is given for free."""
    fits = fitting_slots(case.expectations, trace.picks)
    parts: dict[str, float | None] = dict.fromkeys(WEIGHTS, 1.0)
    parts["fit"] = _share(sum(fits.values()), len(fits))
    return _judged(case, trace, parts, fits, [], [])


def _judged(
    case: RealCase,
    trace: Trace,
    parts: dict[str, float | None],
    fits: dict[str, bool],
    missing: list[str],
    wrong: list[str],
) -> CaseScore:
    hits = over_engineered(case.expectations, trace.picks)
    gates = _gates(case.expectations, trace, hits)
    score = max(0.0, weighted(parts) - OVER_ENGINEERING_PENALTY * len(hits))
    passed = not gates and score >= PASS_SCORE and not below(parts)
    unknown = unknown_names(trace.picks)
    return CaseScore(passed, score, parts, gates, fits, hits, tuple(missing), tuple(wrong), unknown)


def below(parts: Mapping[str, float | None]) -> dict[str, float]:
    """Parts that miss the threshold of their own, with their values; one that the case lacks misses none."""
    return {
        name: value for name, least in LEAST.items() if (value := parts[name]) is not None and value < least
    }


def weighted(parts: Mapping[str, float | None]) -> float:
    """The weighted mean of the parts that the case has."""
    present = {name: value for name, value in parts.items() if value is not None}
    total = sum(WEIGHTS[name] for name in present)
    return sum(WEIGHTS[name] * value for name, value in present.items()) / total


def fitting_slots(expected: Expectations, picks: Mapping[str, list[str]]) -> dict[str, bool]:
    """Required slot -> whether the picks that count are acceptable."""
    words = vocabulary()
    found = {}
    for slot in expected.required_slots:
        acceptable = words.expand(expected.acceptable[slot])
        chosen = [words.canonical(name) for name in picks.get(slot, [])[:PICKS_THAT_COUNT]]
        found[slot] = bool(chosen) and all(name in acceptable for name in chosen)
    return found


def over_engineered(expected: Expectations, picks: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Different picks that the case calls more than the load deserves."""
    words = vocabulary()
    listed = {name for entry in expected.over_engineering for name in words.expand(entry.any_of)}
    chosen = {words.canonical(name) for names in picks.values() for name in names}
    return tuple(sorted(listed & chosen - {"none"}))


def interview(must_ask: tuple[str, ...], asked: list[str]) -> float | None:
    """Share of the slots that had to be asked, less a tenth for each repeated question; None where none had to be."""
    covered = _share(sum(slot in asked for slot in must_ask), len(must_ask))
    if covered is None:
        return None
    repeated = sum(count - 1 for count in Counter(asked).values())
    return max(0.0, covered - REASK_PENALTY * repeated)


def unknown_names(picks: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Picks that the vocabulary doesn't know; they can't be acceptable."""
    words = vocabulary()
    chosen = {name for names in picks.values() for name in names}
    return tuple(sorted(name for name in chosen if words.canonical(name) not in words.ids))


def _gates(expected: Expectations, trace: Trace, hits: tuple[str, ...]) -> tuple[str, ...]:
    words = vocabulary()
    failed = []
    for rule in expected.must_not:
        chosen = {words.canonical(name) for name in trace.picks.get(rule.slot, [])}
        failed += [f"{rule.slot}: {name}" for name in sorted(words.expand(rule.any_of) & chosen)]
    if len(hits) >= OVER_ENGINEERING_GATE:
        failed.append(f"over-engineering: {', '.join(hits)}")
    if trace.exception:
        failed.append("exception")
    if trace.turns > MAX_TURNS or (trace.turns == MAX_TURNS and not trace.picks):
        failed.append("turns")
    return tuple(failed)


def _share(part: int, whole: int) -> float | None:
    """None where nothing was asked for: nothing of nothing is no success."""
    return part / whole if whole else None
