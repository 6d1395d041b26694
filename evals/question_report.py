"""What the interviews over hidden truths showed, side by side with other ways of asking."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from statistics import mean
from typing import Any, NamedTuple

from .regret import ExpertRegret, spread

LEGEND = (
    "agree: ends with the stack of full information. to 5 %: questions until the advice loses at most 5 % for good, "
    "where it ever does (reach). minimal: fewest slots that lead to the same winner, chosen knowing the answers."
)


class PathResult(NamedTuple):
    """One way of asking on one truth."""

    questions: int
    slots: int
    repeated: int
    agrees: bool
    regret: float
    to_winner: int | None
    to_good_enough: int | None


class CaseResult(NamedTuple):
    name: str
    interview: PathResult
    form: PathResult
    random: tuple[PathResult, ...]
    minimal: tuple[str, ...] | None
    documented: bool = False
    """Whether a documented choice is known."""
    expert: ExpertRegret | None = None
    """None where no candidate stands for the documented choice."""


class QuestionReport(NamedTuple):
    results: tuple[CaseResult, ...]
    as_of: date
    seed: int


def ways(report: QuestionReport) -> dict[str, list[PathResult]]:
    """Results by way of asking."""
    return {
        "interview": [item.interview for item in report.results],
        "fixed form": [item.form for item in report.results],
        "random order": [path for item in report.results for path in item.random],
    }


def summary(paths: Sequence[PathResult]) -> dict[str, float | int | None]:
    """Means over truths; a count that was never reached isn't averaged, its share is said."""
    return {
        "truths": len(paths),
        "questions": mean(path.questions for path in paths),
        "slots": mean(path.slots for path in paths),
        "repeated": sum(path.repeated for path in paths),
        "agreement": mean(path.agrees for path in paths),
        "mean_regret": mean(path.regret for path in paths),
        "to_winner": _mean(path.to_winner for path in paths),
        "reach_winner": mean(path.to_winner is not None for path in paths),
        "to_good_enough": _mean(path.to_good_enough for path in paths),
        "reach_good_enough": mean(path.to_good_enough is not None for path in paths),
    }


def as_json(report: QuestionReport) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "as_of": report.as_of.isoformat(),
        "seed": report.seed,
        "ways": {name: summary(paths) for name, paths in ways(report).items()},
        "minimal_slots": _mean(_size(item.minimal) for item in report.results),
        "interview_slots_per_minimal": _ratio(report.results),
        "experts": _experts(report),
        "results": [
            {
                "name": item.name,
                "interview": item.interview._asdict(),
                "form": item.form._asdict(),
                "random": [path._asdict() for path in item.random],
                "minimal": item.minimal,
                "expert": item.expert
                and {
                    **item.expert._asdict(),
                    "expert": item.expert.expert._asdict(),
                    "advice": item.expert.advice._asdict(),
                },
            }
            for item in report.results
        ],
    }


def table(report: QuestionReport) -> str:
    """The report for a terminal."""
    lines = [
        f"{'':14} {'asked':>6} {'slots':>6} {'repeats':>8} {'agree':>6} {'regret':>7} {'to 5 %':>7} {'reach':>6}"
    ]
    for name, paths in ways(report).items():
        row = summary(paths)
        lines.append(
            f"{name:14} {row['questions']:>6.1f} {row['slots']:>6.1f} {row['repeated']:>8} {row['agreement']:>6.0%}"
            f" {row['mean_regret']:>7.1%} {_shown(row['to_good_enough']):>7} {row['reach_good_enough']:>6.0%}"
        )
    minimal, ratio = _mean(_size(item.minimal) for item in report.results), _ratio(report.results)
    lines += [
        "",
        f"minimal: {_shown(minimal)} slots on average; the interview asks {_shown(ratio)} slots for each of these",
    ]
    lines += [LEGEND, ""]
    lines += [_line(item) for item in report.results]
    return "\n".join([*lines, *_expert_lines(report)])


def _line(item: CaseResult) -> str:
    path = item.interview
    minimal = "none leads there" if item.minimal is None else ", ".join(item.minimal) or "nothing"
    mark = "agrees" if path.agrees else f"differs, regret {path.regret:.1%}"
    return f"{item.name}: {path.questions} questions, {path.slots} slots, {mark}; minimal: {minimal}"


def _expert_lines(report: QuestionReport) -> list[str]:
    found = _experts(report)
    if found is None:
        return []
    lines = [
        "",
        "regret against documented choices, as share of the best value (by our values, so not a proof):",
    ]
    for name in ("advice", "advice_worst_weights", "expert", "expert_worst_weights"):
        row = found[name]
        lines.append(
            f"  {name:22} median {row['median']:.1%}  p95 {row['p95']:.1%}  worst {row['worst']:.1%}"
        )
    lines.append(
        f"  {found['mapped']} of {found['with_choice']} documented choices have a candidate that stands for them"
    )
    for item in report.results:
        if (expert := item.expert) is not None:
            lines.append(
                f"  {item.name}: documented choice loses {expert.expert.stated:.1%}"
                f" ({expert.covered}/{expert.documented} slots), advice {expert.advice.stated:.1%}"
            )
    return lines


def _experts(report: QuestionReport) -> dict[str, Any] | None:
    mapped = [item.expert for item in report.results if item.expert is not None]
    if not mapped:
        return None
    figures: dict[str, Callable[[ExpertRegret], float]] = {
        "advice": lambda item: item.advice.stated,
        "advice_worst_weights": lambda item: item.advice.worst,
        "expert": lambda item: item.expert.stated,
        "expert_worst_weights": lambda item: item.expert.worst,
    }
    spreads = {name: spread([figure(item) for item in mapped]) for name, figure in figures.items()}
    return {
        "with_choice": sum(item.documented for item in report.results),
        "mapped": len(mapped),
        **{name: found._asdict() for name, found in spreads.items() if found is not None},
    }


def _size(slots: tuple[str, ...] | None) -> int | None:
    return None if slots is None else len(slots)


def _ratio(results: Iterable[CaseResult]) -> float | None:
    """Slots that the interview asks for each slot of the minimal set."""
    pairs = [(item.interview.slots, len(item.minimal)) for item in results if item.minimal]
    least = sum(pair[1] for pair in pairs)
    return sum(pair[0] for pair in pairs) / least if least else None


def _mean(values: Iterable[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if known else None


def _shown(value: float | int | None) -> str:
    return "never" if value is None else f"{value:.1f}"
