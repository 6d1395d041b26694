"""What must hold between the answers to two related workloads, without knowing the right answer to either.

Each property is a pure function of a subject (a workload and a way to rank) and gives a verdict: how often it
was tried and each violation. Of the cheapest feasible stack the cost may not fall when a demand grows; of the
winner, which may trade cost for something else, that isn't asked. docs/evaluation.md explains each.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from knowledge import Knowledge
from tools.values import resolve
from tools.workload import Known, SlotText, Workload
from tools.workload_file import FACTORS, workload_of

from .outcome import Outcome, Rank, StackOutcome, not_finite

RELATIVE = 1e-6
"""Differences in cost below this share are rounding."""
MORE_MONEY = (1.5, 10.0)
MORE_LOAD = 10.0
LESS_TIME = 3.0
BANS = 2
LOAD_FIELDS = ("users_total", "users_concurrent", "request_rate_rps", "peak_rate_rps", "events_per_s")
QUALITY_STEPS = {"low": "medium", "medium": "high", "high": "frontier"}
AVAILABILITY_STEPS = (99.0, 99.9, 99.99)
HARD_CONSTRAINTS = (
    "budget_usd_month", "e2e_latency_ms", "ttft_ms", "tpot_ms", "deployment", "residency", "compliance",
    "no_egress", "foreign_law_refused", "api_terms_refused", "licence_policy", "zero_retention",
    "avoid_components", "power_limit_w", "gpu_hours_limit", "availability_pct", "offline_operation",
    "deterministic_latency", "open_weights",
)  # fmt: skip
SAYS_NOTHING_OF_THE_WORK = {"currency": "EUR", "reply_language": "de"}


class Violation(NamedTuple):
    """How one workload breaks a property."""

    property: str
    text: str
    cause: str = ""
    """The kind of violation, to count by."""


class Verdict(NamedTuple):
    """How often a property could be tried on a workload, and what broke it."""

    tried: int
    violations: tuple[Violation, ...] = ()


class Subject(NamedTuple):
    """A workload under test."""

    fields: Mapping[str, Any]
    """As a file holds it."""
    workload: Workload
    rank: Rank
    knowledge: Knowledge
    rng: random.Random
    base: Outcome
    """The ranking of the workload as it is."""


Property = Callable[[Subject], Verdict]


def subject_of(fields: Mapping[str, Any], rank: Rank, knowledge: Knowledge, seed: str) -> Subject:
    """The subject for a workload in the form of a file; choices in the tests follow `seed`."""
    workload = workload_of(fields, "the workload", knowledge)
    rng = random.Random(seed)  # noqa: S311 - sampling, not secrets
    return Subject(fields, workload, rank, knowledge, rng, rank(workload))


def unit_rewriting(subject: Subject) -> Verdict:
    """The same amounts in other units give the same ranking."""
    rewritten = {field: _in_other_unit(field, raw, subject) for field, raw in subject.fields.items()}
    if rewritten == dict(subject.fields):
        return Verdict(0)
    other = subject.rank(workload_of(rewritten, "the workload", subject.knowledge))
    return _same_order("unit_rewriting", subject.base, other, "in other units")


def field_order(subject: Subject) -> Verdict:
    """The order in which fields are stated doesn't matter."""
    backwards = subject.workload.model_copy(update={"history": subject.workload.history[::-1]})
    return _same_order("field_order", subject.base, subject.rank(backwards), "said in another order")


def more_budget(subject: Subject) -> Verdict:
    """A higher budget makes nothing infeasible: neither all stacks nor one that was feasible."""
    budget = subject.workload.get("budget_usd_month")
    if budget is None or budget.upper is None or not subject.base.feasible:
        return Verdict(0)
    found = []
    for factor in MORE_MONEY:
        known = Known(field="budget_usd_month", value=budget.upper * factor)
        after = subject.rank(subject.workload.with_known(known))
        if not after.feasible:
            text = f"feasible at {budget.upper:g} USD a month, nothing is at {budget.upper * factor:g}"
            found.append(Violation("more_budget", text, "nothing feasible any more"))
        found += [
            Violation("more_budget", f"{text} (budget {budget.upper:g} -> {budget.upper * factor:g})", cause)
            for text, cause in _lost(subject.base, after)
        ]
    return Verdict(len(MORE_MONEY), tuple(found))


def more_load(subject: Subject) -> Verdict:
    """Ten times the load never makes the cheapest feasible stack cheaper."""
    known = subject.workload.known
    loads = {
        field: item
        for field in LOAD_FIELDS
        if (item := known.get(field)) is not None and item.upper is not None
    }
    before, workload = subject.base, subject.workload
    if not loads:
        rate = resolve(workload, subject.knowledge).values.get("request_rate_rps")
        if not rate:
            return Verdict(0)
        loads = {"request_rate_rps": Known(field="request_rate_rps", value=rate)}
        before = subject.rank(workload.with_known(*loads.values()))
    grown = [
        _scaled(item, MORE_LOAD, subject.knowledge.fields[field].maximum) for field, item in loads.items()
    ]
    after = subject.rank(workload.with_known(*grown))
    return _not_cheaper("more_load", before, after, f"{' and '.join(loads)} times {MORE_LOAD:g}")


def less_time(subject: Subject) -> Verdict:
    """A third of the time never makes the cheapest feasible stack cheaper."""
    fields = [field for field in ("e2e_latency_ms", "ttft_ms") if subject.workload.get(field) is not None]
    if not fields:
        return Verdict(0)
    tighter = [_scaled(subject.workload.known[field], 1 / LESS_TIME, None) for field in fields]
    after = subject.rank(subject.workload.with_known(*tighter))
    return _not_cheaper("less_time", subject.base, after, f"{' and '.join(fields)} a third")


def better_quality(subject: Subject) -> Verdict:
    """The next quality bar never makes the cheapest feasible stack cheaper."""
    stated = subject.workload.get("quality_bar")
    bar = "medium" if stated is None else str(stated.value)
    if bar not in QUALITY_STEPS:
        return Verdict(0)
    after = subject.rank(subject.workload.with_known(Known(field="quality_bar", value=QUALITY_STEPS[bar])))
    return _not_cheaper("better_quality", subject.base, after, f"quality {bar} -> {QUALITY_STEPS[bar]}")


def higher_availability(subject: Subject) -> Verdict:
    """A higher availability never makes the cheapest feasible stack cheaper."""
    now = resolve(subject.workload, subject.knowledge).values.get("availability_pct")
    target = next((step for step in AVAILABILITY_STEPS if now is not None and step > now), None)
    if target is None:
        return Verdict(0)
    after = subject.rank(subject.workload.with_known(Known(field="availability_pct", value=target)))
    return _not_cheaper("higher_availability", subject.base, after, f"availability {now:g} -> {target:g} %")


def irrelevant_facts(subject: Subject) -> Verdict:
    """Not knowing, and what doesn't bear on the work, changes nothing."""
    known = subject.workload.known
    unstated = [name for name in subject.knowledge.fields if name not in known]
    unknown = [
        Known(field=name, unknown=True) for name in subject.rng.sample(unstated, min(5, len(unstated)))
    ]
    told = [
        Known(field=field, value=value)
        for field, value in SAYS_NOTHING_OF_THE_WORK.items()
        if field not in known
    ]
    talked = subject.workload.with_known(*unknown, *told)
    remark = SlotText(slot="timeline", text="The project has a name already.", turn=1)
    after = subject.rank(talked.model_copy(update={"slots": (remark,)}))
    named = ", ".join(item.field for item in (*unknown, *told))
    return _same_order("irrelevant_facts", subject.base, after, f"with nothing said about {named}")


def stated_assumptions(subject: Subject) -> Verdict:
    """To state what was assumed anyway changes nothing."""
    fields = subject.knowledge.fields
    said = [
        Known(field=field, value=float(item.point) if isinstance(item.point, int) else item.point)
        for field, item in resolve(subject.workload, subject.knowledge).assumed.items()
        if field in fields and isinstance(item.point, int | float | str)
    ]
    after = subject.rank(subject.workload.with_known(*said))
    return _same_order("stated_assumptions", subject.base, after, "with its assumptions stated")


def ban_of_unpicked(subject: Subject) -> Verdict:
    """To rule out a component that the winner doesn't use keeps the winner."""
    winner = subject.base.winner
    if winner is None:
        return Verdict(0)
    existing = _words(subject.workload, "existing_components")
    pool = _unpicked(subject.base, winner) - set(existing)
    banned = subject.rng.sample(sorted(pool), min(BANS, len(pool)))
    found = []
    for name in banned:
        avoided = (*_words(subject.workload, "avoid_components"), name)
        after = subject.rank(subject.workload.with_known(Known(field="avoid_components", value=avoided)))
        if after.winner is None or (after.winner.id, after.winner.picks) != (winner.id, winner.picks):
            found.append(_ban_violation(name, subject.base, after))
    return Verdict(len(banned), tuple(found))


def dropped_constraint(subject: Subject) -> Verdict:
    """To give up a hard constraint never leaves without a feasible stack."""
    if not subject.base.feasible:
        return Verdict(0)
    stated = [field for field in HARD_CONSTRAINTS if field in subject.workload.known]
    found = []
    for field in stated:
        if not subject.rank(subject.workload.without(field)).feasible:
            text = f"feasible with {field} {subject.fields.get(field)}, nothing is without it"
            found.append(Violation("dropped_constraint", text, field))
    return Verdict(len(stated), tuple(found))


def finite_numbers(subject: Subject) -> Verdict:
    """Every number of every candidate stack is one."""
    names = not_finite(subject.base)
    return Verdict(1, tuple(Violation("finite_numbers", f"{name} is not finite") for name in names))


def limits_first(subject: Subject) -> Verdict:
    """A stack that breaks a stated limit doesn't win while another keeps them all."""
    winner = subject.base.winner
    if winner is None or not subject.base.feasible:
        return Verdict(0)
    if winner.feasible:
        return Verdict(1)
    text = f"{winner.id} breaks a limit, {subject.base.feasible[0].id} keeps them all"
    return Verdict(1, (Violation("limits_first", text),))


PROPERTIES: dict[str, Property] = {
    check.__name__: check
    for check in (
        unit_rewriting, field_order, irrelevant_facts, stated_assumptions, more_budget, dropped_constraint,
        more_load, less_time, better_quality, higher_availability, ban_of_unpicked,
        limits_first, finite_numbers,
    )
}  # fmt: skip


def _in_other_unit(field: str, raw: Any, subject: Subject) -> Any:
    """The amount in another unit of its dimension, chosen by the subject's seed; others as they are."""
    spec = subject.knowledge.fields[field]
    units = [unit for unit, factor in FACTORS.get(spec.unit, {}).items() if factor != 1]
    if spec.kind != "number" or not units:
        return raw
    unit = subject.rng.choice(units)
    factor = FACTORS[spec.unit][unit]
    ends = raw if isinstance(raw, dict) else {"value": raw}
    return {**{name: value / factor for name, value in ends.items()}, "unit": unit}


def _same_order(name: str, before: Outcome, after: Outcome, how: str) -> Verdict:
    if before.order == after.order:
        return Verdict(1)
    old, new = before.winner, after.winner
    moved = (old and (old.id, old.picks)) != (new and (new.id, new.picks))
    text = f"{old.id if old else 'nothing'} first, {new.id if new else 'nothing'} {how}"
    return Verdict(1, (Violation(name, text, "another winner" if moved else "the order behind the winner"),))


def _scaled(item: Known, factor: float, maximum: float | None) -> Known:
    """The value and its ends times `factor`."""

    def grown(value: float | None) -> float | None:
        return None if value is None else min(value * factor, maximum or float("inf"))

    value = float(item.value) if isinstance(item.value, int | float) else None
    return Known(field=item.field, value=grown(value), low=grown(item.low), high=grown(item.high))


def _not_cheaper(name: str, before: Outcome, after: Outcome, how: str) -> Verdict:
    """Whether the cheapest feasible stack costs at least what it did, and so does each stack that stays the same."""
    found = [*_cheaper_sames(name, before, after, how)]
    old, new = before.cheapest, after.cheapest
    if old is None and new is not None and not before.feasible:
        # What nothing could do before, nothing may do under a stricter demand either.
        text = f"nothing was feasible, with {how} {new.id} is"
        found.append(Violation(name, text, "feasible only under the stricter demand"))
    if old is not None and new is not None and new.usd < old.usd * (1 - RELATIVE):
        text = f"{how}: {old.usd:,.2f} USD a month ({old.id}) falls to {new.usd:,.2f} ({new.id})"
        found.append(Violation(name, text, cheaper_because(before, new)))
    return Verdict(1, tuple(found))


SAME_STACK = "the same stack at a lower price"


def _cheaper_sames(name: str, before: Outcome, after: Outcome, how: str) -> list[Violation]:
    """Stacks with the same products, model and hardware that cost less than they did."""
    was = {(stack.place, stack.runs, stack.picks, stack.unpriced): stack.usd for stack in before.stacks}
    pairs = [
        (stack, was.get((stack.place, stack.runs, stack.picks, stack.unpriced))) for stack in after.stacks
    ]
    return [
        Violation(name, f"{how}: {usd:,.2f} USD a month falls to {stack.usd:,.2f} for {stack.id}", SAME_STACK)
        for stack, usd in pairs
        if usd is not None and stack.usd < usd * (1 - RELATIVE)
    ]


def cheaper_because(before: Outcome, new: StackOutcome) -> str:
    """Why a stack is cheaper than all were before, as far as outcomes show it."""
    same_place = [stack for stack in before.stacks if stack.place == new.place]
    if not same_place:
        return "a strategy or place that wasn't a candidate before"
    old = same_place[0]
    if not old.feasible:
        return "a stack that wasn't feasible before"
    if set(new.unpriced) - set(old.unpriced):
        return "more of it is unpriced"
    if old.runs != new.runs:
        return "another model or hardware"
    if old.picks != new.picks:
        return "other products in the slots"
    return SAME_STACK


def _lost(before: Outcome, after: Outcome) -> list[tuple[str, str]]:
    """Stacks that were feasible and are still candidates, but no longer feasible."""
    now = {stack.id: stack for stack in after.stacks}
    found = []
    for stack in before.feasible:
        other = now.get(stack.id)
        if other is not None and not other.feasible:
            cause = (
                "costlier products in the slots"
                if other.runs == stack.runs
                else "a costlier model or hardware"
            )
            found.append(
                (
                    f"{stack.id} was feasible at {stack.usd:,.2f} USD a month, now takes {other.usd:,.2f}",
                    cause,
                )
            )
    return found


def _unpicked(outcome: Outcome, winner: StackOutcome) -> set[str]:
    """Components that are possible or picked somewhere, but not in the winner."""
    pool = {name for _, names in winner.candidates for name in names}
    pool |= {component for stack in outcome.stacks for component in stack.components}
    return pool - winner.components


def _ban_violation(name: str, before: Outcome, after: Outcome) -> Violation:
    old, new = before.winner, after.winner
    if new is None or old is None:
        return Violation("ban_of_unpicked", f"without {name} nothing is left", "nothing left")
    if old.id == new.id:
        changed = sorted(set(old.picks) ^ set(new.picks))
        shown = ", ".join(f"{slot} {component}" for slot, component in changed[:4])
        return Violation(
            "ban_of_unpicked", f"without {name} the winner's picks change: {shown}", "other picks in it"
        )
    was = next((stack for stack in before.stacks if stack.id == new.id), None)
    cause = "a rival stack gains by losing a pick" if was is not None else "a new stack comes first"
    return Violation("ban_of_unpicked", f"without {name} {new.id} comes first instead of {old.id}", cause)


def _words(workload: Workload, field: str) -> tuple[str, ...]:
    item = workload.get(field)
    return tuple(item.value) if item is not None and isinstance(item.value, tuple) else ()
