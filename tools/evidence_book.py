"""The ledger of an assessment: every fact, price, rule, calculation and word of the user that may be cited."""

from collections.abc import Iterable

from knowledge import Knowledge
from knowledge.records import Fact, Laid
from knowledge.thresholds import judged

from .assessment import Assessment, Stack
from .cost import price_evidence
from .estimate import Estimate
from .evidence import Evidence, Ledger
from .measurements import measurement_evidence
from .ranking import Ranking
from .requirements import user_evidence_id
from .risk import catalogue_evidence
from .wording import interval, number

QUANTITY_WORDS = {
    "monthly_infra_cost_usd": "infrastructure",
    "monthly_total_cost_usd": "total with staff",
    "monthly_llm_cost_usd": "the model alone",
    "monthly_staff_cost_usd": "staff",
    "tco_36_month_usd": "36 months of ownership",
    "tco_36_month_npv_usd": "36 months of ownership, present value",
    "ttft_ms_p95": "first token at p95",
    "tpot_ms_p95": "time per output token at p95",
    "e2e_ms_p95": "whole answer at p95",
    "ttft_ms_p99": "first token at p99",
    "e2e_ms_p99": "whole answer at p99",
}


def collect(assessment: Assessment, ranking: Ranking, knowledge: Knowledge) -> tuple[Evidence, ...]:
    """All evidence of `assessment`, in a stable order."""
    ledger = Ledger()
    _user(ledger, ranking)
    _assumed(ledger, ranking)
    for name, estimate in assessment.requirements.items():
        add_quantity(ledger, "requirements", name, estimate, "the workload")
    for stack in assessment.stacks:
        _stack(ledger, stack, knowledge)
    for item in assessment.exclusions:
        _demanded(ledger, item.evidence, ranking, knowledge)
        _cited(ledger, item.evidence, knowledge)
    for state in assessment.compliance:
        _cited(ledger, state.evidence, knowledge)
        for offer in state.offers:
            _cited(ledger, offer.evidence if offer.state == "denied" else (), knowledge)
    for risk in assessment.risks:
        _cited(ledger, risk.evidence, knowledge)
    for flip in assessment.flips:
        ledger.calc("flip", flip.text, {"threshold": flip.threshold, "unit": flip.unit})
    for relaxation in assessment.relaxations:
        ledger.calc("relaxation", relaxation.text, {"field": relaxation.field})
    for stack in assessment.stacks[:1]:
        for violation in stack.violations:
            ledger.calc("limit", violation, {}, stack.title)
    if assessment.counter_argument:
        ledger.calc("counter", assessment.counter_argument, {})
    _robustness(ledger, assessment)
    return ledger.items()


def fact_evidence(fact: Fact, knowledge: Knowledge) -> Evidence:
    """A fact as evidence."""
    component = knowledge.components.get(fact.component)
    values: dict[str, float | str] = {} if fact.value is None else {"value": fact.value}
    return Evidence(
        id=fact.id,
        kind="fact",
        text=marked(fact.statement, fact),
        values=values,
        subject=component.name if component is not None else "",
        source=fact.source.url,
        tier=fact.tier,
        as_of=fact.as_of.isoformat() if fact.as_of else "",
        read_at=fact.read_at.isoformat(),
        review_by=fact.review_by.isoformat(),
    )


def marked(text: str, record: Laid) -> str:
    """The text of a record, with whose it is where it isn't packaged."""
    return f"{text} ({record.mark})" if record.mark else text


def rule_evidence(rule_id: str, knowledge: Knowledge) -> Evidence | None:
    """`rule/<id>` as evidence."""
    rule = knowledge.rules.get(rule_id.removeprefix("rule/"))
    if rule is None:
        return None
    facts = [knowledge.facts[item] for item in rule.fact_ids if item in knowledge.facts]
    ours = rule.basis != "judgement" and judged(rule, facts)
    source = f"{rule.basis}; the threshold is judgement" if ours else rule.basis
    return Evidence(id=f"rule/{rule.id}", kind="rule", text=marked(rule.text, rule), source=source, tier="D")


def add_quantity(ledger: Ledger, tool: str, name: str, estimate: Estimate, subject: str) -> str:
    """A computed number as evidence; its text holds the number just as sentences write it."""
    words = QUANTITY_WORDS.get(name, name.replace("_", " "))
    basis = f"; {estimate.formula}" if estimate.formula else ""
    text = f"{subject}: {words} {interval(estimate)} ({estimate.kind}{basis})."
    values: dict[str, float | str] = {
        name: estimate.typical,
        f"{name}_low": estimate.low,
        f"{name}_high": estimate.high,
        "unit": estimate.unit,
    }
    return ledger.calc(tool, text, values, subject)


def _stack(ledger: Ledger, stack: Stack, knowledge: Knowledge) -> None:
    for name, estimate in stack.estimates.items():
        add_quantity(ledger, "stack", name, estimate, stack.title)
        _cited(ledger, estimate.evidence, knowledge)
    score = {"score": round(stack.score, 4), **{k: round(v, 4) for k, v in stack.categories.items()}}
    listed = ", ".join(f"{name.replace('_', ' ')} {value:.2f}" for name, value in stack.categories.items())
    ledger.calc("score", f"{stack.title}: score {stack.score:.2f}; {listed}.", dict(score), stack.title)
    for option in (stack.model_strategy, stack.retrieval_pattern, *stack.picks.values()):
        _cited(ledger, (*option.reasons, *(f"rule/{rule}" for rule in option.cautions)), knowledge)
    for rivals in stack.runners_up.values():
        for option in rivals:
            _cited(ledger, option.reasons[:1], knowledge)


def _cited(ledger: Ledger, ids: Iterable[str], knowledge: Knowledge) -> None:
    for identity in ids:
        if ledger.get(identity) is not None:
            continue
        fact = knowledge.facts.get(identity)
        found = (
            fact_evidence(fact, knowledge)
            if fact is not None
            else rule_evidence(identity, knowledge)
            or price_evidence(knowledge, identity)
            or catalogue_evidence(knowledge, identity)
            or measurement_evidence(knowledge, identity)
        )
        if found is not None:
            ledger.add(found)


def _demanded(ledger: Ledger, ids: Iterable[str], ranking: Ranking, knowledge: Knowledge) -> None:
    """`user/<slot or field>` and `user/profile`: all that was said on what a hard constraint rests on."""
    for identity in ids:
        head, _, name = identity.partition("/")
        if head != "user" or "/" in name:
            continue
        said = [
            known.text or f"{known.field} = {known.point}"
            for known in ranking.workload.known.values()
            if name == known.field or ((spec := knowledge.fields.get(known.field)) and name == spec.slot)
        ]
        text = "; ".join(said) or f"Your organisation's choice of {name.replace('_', ' ')}"
        ledger.add(Evidence(id=identity, kind="user", text=text, subject=name, source="you", tier="U"))


def _user(ledger: Ledger, ranking: Ranking) -> None:
    for known in ranking.workload.known.values():
        text = known.text or f"{known.field} = {known.point}"
        ledger.add(
            Evidence(
                id=user_evidence_id(known),
                kind="user",
                text=text,
                subject=known.field,
                source="you",
                tier="U",
            )
        )


def _assumed(ledger: Ledger, ranking: Ranking) -> None:
    for field, item in ranking.resolved.assumed.items():
        if isinstance(item.point, float | int) and item.low is not None and item.high is not None:
            ends = f"{number(item.low)} to {number(item.high)}"
            text = f"{field.replace('_', ' ')} assumed at {number(item.point)} ({ends}); {item.basis}."
            ledger.add(
                Evidence(
                    id=f"assumed/{field}",
                    kind="assumption",
                    text=text,
                    values={field: float(item.point)},
                    subject=field,
                    tier="D",
                )
            )


def _robustness(ledger: Ledger, assessment: Assessment) -> None:
    robust = assessment.robustness
    if robust is None or assessment.winner is None:
        return
    titles = {stack.id: stack.title for stack in assessment.stacks}
    shares = "; ".join(f"{titles[key]} {share:.0%}" for key, share in robust.first_share.items())
    values: dict[str, float | str] = {titles[key]: share for key, share in robust.first_share.items()}
    ledger.calc("smaa", f"First place over {robust.draws} weightings (seed {robust.seed}): {shares}.", values)
