"""From an assessment to its short form: a few reasons and alternatives a slot, every id resolved."""

from collections.abc import Iterator, Mapping

from agent.evidence import assessment_book, is_score
from knowledge import Knowledge
from tools.assessment import Assessment, Exclusion, Option, Stack
from tools.estimate import Estimate
from tools.evidence import Evidence
from tools.registry import cited_ids
from tools.workload import Workload

from .citations import citations
from .summary import (
    Alternative,
    Excluded,
    Figure,
    Filled,
    Rival,
    Robust,
    Summary,
    Unneeded,
    Winner,
)

REASONS, ALTERNATIVES, NAMED = 2, 3, 12
DIGITS = 6
"""Significant digits of numbers: more than any of them is known to."""


def summarise(assessment: Assessment, workload: Workload, knowledge: Knowledge) -> Summary:
    """`assessment` in short, its evidence resolved."""
    book = assessment_book(assessment, workload, knowledge)
    winner = assessment.winner
    short = Summary(
        as_of=assessment.as_of,
        knowledge_hash=assessment.knowledge_hash,
        workload_hash=assessment.workload_hash,
        profile_name=assessment.profile_name,
        winner=None if winner is None else _winner(winner, book, knowledge),
        rivals=tuple(_rival(stack, assessment) for stack in assessment.stacks[1:]),
        conflicts=assessment.conflicts,
        relaxations=assessment.relaxations,
        robustness=_robust(assessment),
        requirements=_figures(assessment.requirements, "requirements", "the workload", book),
        not_needed=tuple(
            Unneeded(slot=item.slot, name=item.name, why=item.why) for item in assessment.skipped
        ),
        excluded=_excluded(assessment),
        guards=assessment.guards,
        risks=tuple(risk for risk in assessment.risks if risk.severity == "high"),
        assumptions=assessment.assumptions,
        weights={name: _rounded(value) for name, value in assessment.weights.categories.items()},
    )
    ids = (*cited_ids(short), *_cautions(short))
    return short.model_copy(update={"evidence": citations(ids, book, knowledge, assessment.as_of)})


def _winner(stack: Stack, book: Mapping[str, Evidence], knowledge: Knowledge) -> Winner:
    decisions = (stack.model_strategy, stack.retrieval_pattern)
    return Winner(
        id=stack.id,
        title=stack.title,
        score=_rounded(stack.score),
        categories={name: _rounded(value) for name, value in stack.categories.items()},
        deployment=stack.deployment,
        model=stack.model,
        decisions=tuple(_filled(option, (), knowledge) for option in decisions),
        slots=tuple(
            _filled(option, stack.runners_up.get(slot, ()), knowledge) for slot, option in stack.picks.items()
        ),
        numbers=_figures(stack.estimates, "stack", stack.title, book),
        violations=stack.violations,
        evidence=_scored(stack, book),
    )


def _filled(option: Option, rivals: tuple[Option, ...], knowledge: Knowledge) -> Filled:
    slot = knowledge.slots.get(option.slot)
    return Filled(
        slot=option.slot,
        role=slot.name if slot is not None else option.slot.removeprefix("dec.").replace("_", " "),
        layer=option.layer,
        component=option.component,
        name=option.name,
        detail=option.detail,
        score=_rounded(option.score),
        reused=option.reused,
        bundled_with=option.bundled_with,
        alternatives=tuple(_alternative(rival) for rival in rivals[:ALTERNATIVES]),
        cautions=tuple(f"rule/{rule}" for rule in option.cautions),
        evidence=option.reasons[:REASONS],
    )


def _alternative(option: Option) -> Alternative:
    return Alternative(
        component=option.component, name=option.name, detail=option.detail, score=_rounded(option.score)
    )


def _figures(
    estimates: Mapping[str, Estimate], tool: str, subject: str, book: Mapping[str, Evidence]
) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    named: set[str] = set()
    for name, estimate in estimates.items():
        figures[name] = Figure(
            low=_rounded(estimate.low),
            typical=_rounded(estimate.typical),
            high=_rounded(estimate.high),
            unit=estimate.unit,
            kind=estimate.kind,
            at_least=estimate.incomplete,
            evidence=(
                *_calculated(name, estimate, tool, subject, book),
                *(identity for identity in estimate.evidence if identity not in named),
            ),
        )
        named.update(estimate.evidence)
    return figures


def _calculated(
    name: str, estimate: Estimate, tool: str, subject: str, book: Mapping[str, Evidence]
) -> tuple[str, ...]:
    """The calculation that this number comes from; stacks that differ in their parts may share a title."""
    wanted = {name: estimate.typical, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return tuple(
        item.id
        for item in book.values()
        if item.id.startswith(f"calc/{tool}/")
        and item.subject == subject
        and wanted.items() <= item.values.items()
    )[:1]


def _scored(stack: Stack, book: Mapping[str, Evidence]) -> tuple[str, ...]:
    return tuple(item.id for item in book.values() if is_score(item, stack))


def _rival(stack: Stack, assessment: Assessment) -> Rival:
    total = stack.estimates.get("monthly_total_cost_usd")
    return Rival(
        id=stack.id,
        title=stack.title,
        score=_rounded(stack.score),
        first_share=_share(stack, assessment),
        monthly_total_cost_usd=None if total is None else _rounded(total.typical),
        violations=stack.violations,
    )


def _share(stack: Stack, assessment: Assessment) -> float | None:
    robust = assessment.robustness
    return None if robust is None else _rounded(robust.first_share[stack.id])


def _robust(assessment: Assessment) -> Robust:
    winner, robust = assessment.winner, assessment.robustness
    return Robust(
        first_share=None if winner is None else _share(winner, assessment),
        draws=robust.draws if robust is not None else 0,
        would_flip=tuple(item.text for item in assessment.flips),
        counter_argument=assessment.counter_argument,
    )


def _excluded(assessment: Assessment) -> tuple[Excluded, ...]:
    """What is ruled out, by reason."""
    grouped: dict[str, list[Exclusion]] = {}
    for item in {(item.text, item.component): item for item in assessment.exclusions}.values():
        grouped.setdefault(item.text.removeprefix(item.name).strip(), []).append(item)
    return tuple(
        Excluded(
            why=why,
            components=tuple(item.component for item in items[:NAMED]),
            count=len(items),
            evidence=items[0].evidence[:1],
        )
        for why, items in grouped.items()
    )


def _cautions(short: Summary) -> Iterator[str]:
    if short.winner is not None:
        for item in (*short.winner.decisions, *short.winner.slots):
            yield from item.cautions


def _rounded(value: float) -> float:
    """
    >>> _rounded(0.7935067232850491), _rounded(123456789.0)
    (0.793507, 123457000.0)
    """
    return float(f"{value:.{DIGITS}g}")
