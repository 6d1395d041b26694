"""`assess`: everything that can be computed for one workload at one date, ready to be cited.

`detail="rank"`: point values only. `detail="full"`: sized and priced stacks with intervals, robustness
(SMAA), flips, risks, compliance states and the ledger of evidence. The same workload, knowledge and date
give the same assessment, byte for byte.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from knowledge import Knowledge

from .api_tier import assumed_tier
from .assessment import Assessment, ComplianceState, Risk, Robustness, SkippedSlot, Stack
from .blocking import blocked
from .compliance import compliance_state, demanded_regimes
from .draft import Draft
from .estimate import Estimate
from .evidence_book import collect
from .feasibility import training_run
from .limits import broken_limits, surely_broken
from .profile import Profile
from .ranking import NO_PROFILE, Ranking, rank
from .relaxation import relaxations
from .requirements import requirements
from .risk import risk_register
from .sensitivity import counter_argument, flips
from .sizing.calibration import validation
from .smaa import first_shares
from .stack_choice import distinct, exclusions_of, to_stack
from .stack_numbers import Subject, stack_numbers
from .wording import counted, field_label
from .workload import Workload

Detail = Literal["rank", "full"]
COST_SPREAD, PERFORMANCE_SPREAD = 0.15, 0.12
"""Half-width of the cost and performance values where no estimate gives one (judgement)."""


def assess(
    workload: Workload,
    knowledge: Knowledge,
    as_of: date,
    detail: Detail = "full",
    profile: Profile = NO_PROFILE,
) -> Assessment:
    """Assess `workload` with `knowledge` as of `as_of` under `profile`."""
    ranking = rank(workload, knowledge, as_of, profile)
    shown = distinct(ranking.drafts)
    if detail == "rank":
        stacks = tuple(to_stack(draft, {}, (), knowledge) for draft in shown)
        return _base(workload, ranking, stacks, knowledge, as_of, profile, detail)
    needs = requirements(ranking.workload, ranking.resolved, knowledge)
    needs.update(training_run(ranking.resolved.values, knowledge))
    pairs = [(draft, _full_stack(draft, knowledge, profile, as_of)) for draft in shown]
    pairs.sort(key=lambda pair: surely_broken(pair[0], pair[1].estimates))
    shown, stacks = [draft for draft, _ in pairs], tuple(stack for _, stack in pairs)
    others = [draft for draft in ranking.drafts if draft not in shown]
    ranking = ranking._replace(drafts=[*shown, *others])
    assessment = _base(workload, ranking, stacks, knowledge, as_of, profile, detail)
    return _completed(assessment, ranking, needs, shown, knowledge, as_of, profile)


def workload_hash(workload: Workload) -> str:
    """Hash over what is known, whatever the order and the turns it was said in."""
    known = {
        field: [item.value, item.low, item.high, item.unknown, item.origin]
        for field, item in sorted(workload.known.items())
    }
    return hashlib.sha256(json.dumps(known, sort_keys=True, default=list).encode()).hexdigest()[:16]


def _base(
    workload: Workload,
    ranking: Ranking,
    stacks: tuple[Stack, ...],
    knowledge: Knowledge,
    as_of: date,
    profile: Profile,
    detail: Detail,
) -> Assessment:
    return Assessment(
        as_of=as_of,
        knowledge_hash=knowledge.hash,
        workload_hash=workload_hash(workload),
        profile_name=profile.name,
        detail=detail,
        weights=ranking.weights,
        requirements={},
        stacks=stacks,
        conflicts=ranking.conflicts,
    )


def _full_stack(draft: Draft, knowledge: Knowledge, profile: Profile, as_of: date) -> Stack:
    numbers = stack_numbers(Subject(draft, knowledge, profile, as_of))
    broken = broken_limits(draft, numbers.estimates)
    return to_stack(draft, numbers.estimates, tuple(broken.values()), knowledge)


def _completed(
    assessment: Assessment,
    ranking: Ranking,
    needs: dict[str, Estimate],
    shown: Sequence[Draft],
    knowledge: Knowledge,
    as_of: date,
    profile: Profile,
) -> Assessment:
    stacks = assessment.stacks
    unkept = not stacks or bool(stacks[0].violations)
    updated = assessment.model_copy(
        update={
            "requirements": needs,
            "skipped": _skipped(ranking, knowledge),
            "exclusions": tuple(exclusions_of(shown[0])) if shown else (),
            "conflicts": (*ranking.conflicts, *blocked(ranking, knowledge, as_of, profile)),
            "relaxations": tuple(relaxations(ranking, knowledge, as_of, profile)) if unkept else (),
            "compliance": _compliance(shown, knowledge, as_of),
            "risks": _risks(shown, stacks, knowledge, as_of),
            "robustness": _robustness(stacks, ranking, knowledge),
            "flips": tuple(flips(ranking, knowledge, as_of, profile)),
            "counter_argument": (
                counter_argument(stacks[0], stacks[1], ranking.weights.categories) if len(stacks) > 1 else ""
            ),
            "guards": _guards(shown, knowledge),
            "assumptions": (
                *_assumptions(ranking, knowledge),
                *_unvalidated(shown, knowledge),
                *_usage_tier(shown, knowledge),
            ),
        }
    )
    return updated.model_copy(update={"evidence": collect(updated, ranking, knowledge)})


def _robustness(stacks: Sequence[Stack], ranking: Ranking, knowledge: Knowledge) -> Robustness | None:
    if not stacks:
        return None
    points = [list(stack.categories.values()) for stack in stacks]
    low, high = zip(*(_ends(stack) for stack in stacks), strict=True)
    priorities = tuple(ranking.resolved.values.get("priorities") or ())
    ids = [stack.id for stack in stacks]
    return first_shares(knowledge, ids, low, points, high, ranking.weights.lenses, priorities)


def _ends(stack: Stack) -> tuple[list[float], list[float]]:
    """Category values at their uncertain ends: cost by the spread of the bill, performance by judgement."""
    low, high = [], []
    for name, value in stack.categories.items():
        spread = {"cost": COST_SPREAD, "performance": PERFORMANCE_SPREAD}.get(name, 0.0)
        low.append(max(0.0, value - spread))
        high.append(min(1.0, value + spread))
    return low, high


def _skipped(ranking: Ranking, knowledge: Knowledge) -> tuple[SkippedSlot, ...]:
    needed = ranking.drafts[0].picks if ranking.drafts else {}
    return tuple(
        SkippedSlot(slot=slot.id, layer=slot.layer, name=slot.name, why=slot.skip_text or slot.skip_when)
        for slot in knowledge.slots.values()
        if slot.id not in needed
    )


def _compliance(shown: Sequence[Draft], knowledge: Knowledge, as_of: date) -> tuple[ComplianceState, ...]:
    """States of the winner's operated components for the demanded regimes."""
    if not shown:
        return ()
    values = shown[0].values
    regimes = (*demanded_regimes(values.get("compliance") or ()), *(values.get("other_regimes") or ()))
    operated = {pick.component.id for pick in shown[0].picks.values() if pick.operator != "self"}
    return tuple(
        compliance_state(knowledge, component, regime, as_of)
        for component in sorted(operated)
        for regime in regimes
        if not {"cmp.deployment_mode", "cmp.accelerator"} & set(knowledge.components[component].slots)
    )


def _risks(
    shown: Sequence[Draft], stacks: Sequence[Stack], knowledge: Knowledge, as_of: date
) -> tuple[Risk, ...]:
    if not shown:
        return ()
    components = list({pick.component.id: pick.component for pick in shown[0].picks.values()}.values())
    second = {
        option.component: rivals[0].name
        for slot, rivals in stacks[0].runners_up.items()
        if rivals and (option := stacks[0].picks.get(slot)) is not None
    }
    return risk_register(knowledge, components, second, as_of, shown[0].values)


def _guards(shown: Sequence[Draft], knowledge: Knowledge) -> tuple[str, ...]:
    """Over-engineering rules that bear on candidates of the winner's slots, once each."""
    if not shown:
        return ()
    texts: list[str] = []
    for ranked in shown[0].ranked.values():
        for item in ranked:
            for rule in item.cautions:
                if knowledge.rules[rule].effect == "guard" and knowledge.rules[rule].text not in texts:
                    texts.append(knowledge.rules[rule].text)
    return tuple(texts)


def _assumptions(ranking: Ranking, knowledge: Knowledge) -> tuple[str, ...]:
    """What was assumed and matters, in words."""
    texts = []
    priors = knowledge.priors["fields"]
    for field, item in ranking.resolved.assumed.items():
        if priors.get(field, {}).get("quiet") or item.point in (None, [], "none", "no"):
            continue
        if not _matters(field, ranking.resolved.values):
            continue
        spec = knowledge.fields.get(field)
        unit = spec.unit if spec is not None else ""
        numeric = isinstance(item.point, float | int)
        shown = counted(float(item.point), unit) if numeric else _plain(item.point)
        texts.append(f"{field_label(field)} {shown} ({item.basis})")
    if (
        ranking.resolved.values.get("on_premises") is True
        or ranking.resolved.values.get("air_gapped") is True
    ):
        texts.append(OWN_MACHINES)
    return tuple(texts)


def _unvalidated(shown: Sequence[Draft], knowledge: Knowledge) -> tuple[str, ...]:
    """A language model whose speed on its accelerator nobody published."""
    compute = shown[0].compute if shown else None
    if compute is None or compute.kind != "llm" or not compute.accelerator:
        return ()
    if validation(knowledge, compute.model, compute.accelerator) == "measured":
        return ()
    return (
        f"the speed of {compute.model} on {compute.accelerator} (unvalidated: no published run of the two)",
    )


def _usage_tier(shown: Sequence[Draft], knowledge: Knowledge) -> tuple[str, ...]:
    """The rate limits that the winner's hosted model takes for granted."""
    text = assumed_tier(shown[0].compute, shown[0].values, knowledge) if shown else ""
    return (text,) if text else ()


OWN_MACHINES = (
    "servers and disks on your premises, accelerators aside, cost as much as cloud machines of the same size"
    " (there is no list price of own hardware to go by)"
)
FOR_MODELS = frozenset({"input_tokens", "output_tokens", "llm_calls_per_task", "quality_bar"})
FOR_CORPORA = frozenset({"vector_dim", "freshness_s", "query_style", "corpus_documents", "tenants"})


def _matters(field: str, values: Mapping[str, Any]) -> bool:
    """Whether an assumption bears on this kind of work."""
    if field in FOR_MODELS:
        return values.get("llm_work") is True
    if field in FOR_CORPORA:
        return values.get("has_corpus") is True
    return field != "horizon_months"


def _plain(value: object) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
