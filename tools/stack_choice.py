"""From ranked drafts to the few stacks worth showing, and from a draft to a stack of the assessment."""

from collections.abc import Sequence

from knowledge import Knowledge

from .assessment import CATEGORIES, Exclusion, Option, Stack
from .compute import MANAGED_API, Compute
from .decisions import ScoredOption
from .draft import Draft
from .estimate import Estimate
from .rule_index import DECISION_SLOTS
from .scoring import FIT, Scored

SHOWN = 4
RUNNERS_UP = 3
REASONS = 4


def distinct(drafts: Sequence[Draft], limit: int = SHOWN) -> list[Draft]:
    """The best drafts that differ in model strategy, deployment or at least two slots."""
    chosen: list[Draft] = []
    for draft in drafts:
        if all(_differ(draft, other) for other in chosen):
            chosen.append(draft)
        if len(chosen) == limit:
            break
    return chosen


def _differ(left: Draft, right: Draft) -> bool:
    if left.strategy.option.id != right.strategy.option.id:
        return True
    if left.compute.deployment != right.compute.deployment:
        return True
    slots = set(left.picks) | set(right.picks)
    return sum(_component(left, slot) != _component(right, slot) for slot in slots) >= 2


def _component(draft: Draft, slot: str) -> str:
    pick = draft.picks.get(slot)
    return "" if pick is None else pick.component.id


def to_stack(
    draft: Draft, estimates: dict[str, Estimate], violations: tuple[str, ...], knowledge: Knowledge
) -> Stack:
    """The stack of the assessment."""
    values = draft.values
    existing = frozenset(values.get("existing_components") or ())
    details = {slot: _detail(slot, draft, knowledge) for slot in draft.picks}
    return Stack(
        id=draft.id,
        title=title_of(draft, knowledge),
        model_strategy=decision_option(draft.strategy),
        retrieval_pattern=decision_option(draft.pattern),
        deployment=draft.compute.deployment,
        model=draft.compute.model,
        picks={
            slot: option(slot, pick, knowledge, existing, details[slot], draft.bundled.get(slot, ""))
            for slot, pick in draft.picks.items()
        },
        runners_up={
            slot: tuple(
                option(slot, item, knowledge, existing)
                for item in ranked
                if item.barrier is None
                and item.component.id != draft.picks[slot].component.id
                and item.categories[FIT] >= knowledge.anchors["slot_fit_floor"]
            )[:RUNNERS_UP]
            for slot, ranked in draft.ranked.items()
            if slot in draft.picks
        },
        categories=dict(zip(CATEGORIES, draft.categories, strict=True)),
        score=draft.score,
        estimates=estimates,
        violations=violations,
    )


def title_of(draft: Draft, knowledge: Knowledge) -> str:
    """What runs where, in a few words."""
    compute = draft.compute
    if compute.kind == "api":
        provider = knowledge.components[compute.provider].name
        return f"{model_name(compute.model)} through {provider}"
    if compute.kind == "training":
        return f"a training fleet of {sized(compute)}, {_place(compute, knowledge)}"
    if compute.kind in ("llm", "encoder"):
        tuned = ", fine-tuned," if draft.strategy.option.sets.get("finetunes") else ""
        return f"{compute.model}{tuned} on {sized(compute)}, {_place(compute, knowledge)}"
    if compute.kind == "none":
        return "no model"
    return f"{draft.strategy.option.name}, {_place(compute, knowledge)}"


def model_name(key: str) -> str:
    """A hosted model without the path that price lists put before it: `fireworks_ai/…/gpt-oss-20b`."""
    return key.rsplit("/", 1)[-1]


def sized(compute: Compute) -> str:
    """`2 x L40S, fp8`, or `8 vCPUs`."""
    if compute.vcpus:
        return f"{compute.vcpus} vCPUs"
    if not compute.accelerators:
        return "accelerators of unknown number"
    return f"{compute.accelerators} x {compute.accelerator}, {compute.precision}"


def _place(compute: Compute, knowledge: Knowledge) -> str:
    if compute.deployment == MANAGED_API:
        return "managed API"
    component = knowledge.components.get(compute.deployment)
    return component.name if component is not None else compute.deployment


def _detail(slot: str, draft: Draft, knowledge: Knowledge) -> str:
    compute = draft.compute
    if slot == "cmp.accelerator" and compute.accelerators:
        return sized(compute)
    if slot == "cmp.model_api":
        return model_name(compute.model)
    if slot == "srv.inference_engine" and compute.model:
        return f"serves {compute.model}"
    if slot == "cmp.deployment_mode" and compute.replicas:
        return f"{compute.replicas} replica{'s' if compute.replicas > 1 else ''}"
    return ""


def option(
    slot: str,
    pick: Scored,
    knowledge: Knowledge,
    existing: frozenset[str],
    detail: str = "",
    bundled_with: str = "",
) -> Option:
    """A candidate as an option of the assessment, with the evidence that bears on it."""
    component = pick.component
    rules = (knowledge.rules[rule] for rule in (*pick.moved_by, *pick.cautions))
    cited = [fact for rule in rules for fact in rule.fact_ids]
    about = [fact for fact in component.fact_ids if fact in knowledge.facts]
    reasons = tuple(dict.fromkeys((*(fact for fact in cited if fact in about), *about, *cited)))
    return Option(
        slot=slot,
        layer=knowledge.slots[slot].layer,
        component=component.id,
        name=component.name,
        detail=detail,
        score=pick.score,
        categories=dict(zip(CATEGORIES, pick.categories, strict=True)),
        reasons=reasons[:REASONS] or tuple(f"rule/{rule}" for rule in pick.moved_by[:REASONS]),
        cautions=pick.cautions,
        reused=component.id in existing,
        mark=component.mark,
        bundled_with=bundled_with,
    )


def decision_option(scored: ScoredOption) -> Option:
    """A decision as an option of the assessment."""
    decision = scored.option
    reasons = (*decision.fact_ids, *(f"rule/{rule}" for rule in scored.moved_by))
    return Option(
        slot=DECISION_SLOTS[decision.decision],
        layer=4 if decision.decision == "model_strategy" else 6,
        component=decision.id,
        name=decision.name,
        score=scored.score,
        categories=dict(zip(CATEGORIES, scored.categories, strict=True)),
        reasons=reasons[:REASONS],
        cautions=scored.cautions,
    )


def exclusions_of(draft: Draft) -> list[Exclusion]:
    """What hard constraints ruled out, slot by slot."""
    return [
        Exclusion(
            slot=slot,
            component=item.component.id,
            name=item.component.name,
            rule=item.barrier.rule,
            text=item.barrier.text,
            evidence=item.barrier.evidence,
        )
        for slot, ranked in draft.ranked.items()
        for item in ranked
        if item.barrier is not None
    ]
