"""The deterministic narrator: an assessment told in cited sentences, every number from the ledger."""

from knowledge import Knowledge
from tools.assessment import Assessment, Option, Stack
from tools.evidence import Evidence
from tools.values import resolve, with_names
from tools.wording import interval, quantity
from tools.workload import Workload

from .arguments import told_arguments
from .reply import Claim

CONFIRM_LIMIT = 3


def explanation(
    assessment: Assessment, workload: Workload, knowledge: Knowledge, retrieved: frozenset[str]
) -> list[Claim]:
    """Verdict, trade-offs, what speaks against it, what would change it, risks, what to confirm."""
    winner = assessment.winner
    if winner is None:
        return _infeasible(assessment)
    book = {item.id: item for item in assessment.evidence}
    values = stack_values(winner, workload, knowledge)
    claims = [*_conflicts(assessment), _verdict(winner, assessment, book)]
    claims += [
        Claim(text=told.text, evidence=told.evidence, role=told.argument.role)
        for told in told_arguments(winner, values, retrieved, knowledge)
    ]
    claims += _money(winner, book)
    claims += _against(assessment, book)
    claims += _changes(assessment, book)
    claims += _risks(assessment)
    claims += _unneeded(assessment)
    claims += _confirm(assessment, knowledge)
    return claims


def stack_values(stack: Stack, workload: Workload, knowledge: Knowledge) -> dict[str, object]:
    """Values with the decision names of the winner, as its slots saw them."""
    resolved = resolve(workload, knowledge)
    names: dict[str, object] = {}
    for option in (stack.model_strategy, stack.retrieval_pattern):
        names.update(knowledge.decisions[option.component].sets)
    sizes = stack.estimates.get("gpus_required")
    names["gpu_count"] = sizes.typical if sizes is not None else 0
    return with_names(resolved.values, names, knowledge)


def _evidence(book: dict[str, Evidence], subject: str, *names: str) -> tuple[str, ...]:
    """Ids of the computed numbers `names` of `subject`."""
    return tuple(
        item.id
        for name in names
        for item in book.values()
        if item.kind == "calc" and item.subject == subject and name in item.values
    )


def _conflicts(assessment: Assessment) -> list[Claim]:
    return [
        Claim(
            text=f"{item.text} {item.resolution}",
            evidence=item.evidence or ("user/conflict",),
            role="conflict",
        )
        for item in assessment.conflicts
    ]


def _verdict(winner: Stack, assessment: Assessment, book: dict[str, Evidence]) -> Claim:
    cost = winner.estimates.get("monthly_infra_cost_usd")
    priced = f", at {quantity(cost)} for infrastructure" if cost is not None else ""
    share = ""
    robust = assessment.robustness
    smaa: tuple[str, ...] = ()
    if robust is not None and len(assessment.stacks) > 1:
        share = (
            f" It is first in {robust.first_share[winner.id]:.0%} of the weightings that fit what you said."
        )
        smaa = tuple(item.id for item in book.values() if item.id.startswith("calc/smaa/"))
    text = f"I recommend {winner.model_strategy.name.lower()}: {winner.title}{priced}.{share}"
    ids = (
        *_evidence(book, winner.title, "monthly_infra_cost_usd"),
        *_evidence(book, winner.title, "score"),
        *smaa,
    )
    return Claim(text=text, evidence=ids, role="verdict")


def _money(winner: Stack, book: dict[str, Evidence]) -> list[Claim]:
    """Total with staff, 36 months, latency and energy: one sentence each that is known."""
    claims = []
    for name, words in (
        ("monthly_total_cost_usd", "With the people who run it, it comes to"),
        ("tco_36_month_usd", "Over 36 months, with one-off work and exit, that is"),
        ("ttft_ms_p95", "The first token comes within"),
        ("e2e_ms_p95", "A whole answer takes"),
        ("energy_kwh_month", "It draws about"),
        ("train_gpu_hours", "Training takes"),
    ):
        estimate = winner.estimates.get(name)
        if estimate is not None and estimate.typical > 0:
            ids = _evidence(book, winner.title, name)
            suffix = " at p95" if name.endswith("_p95") else ""
            claims.append(Claim(text=f"{words} {interval(estimate)}{suffix}.", evidence=ids, role="number"))
    return claims


def _against(assessment: Assessment, book: dict[str, Evidence]) -> list[Claim]:
    if not assessment.counter_argument:
        return []
    ids = tuple(
        identity for stack in assessment.stacks[:2] for identity in _evidence(book, stack.title, "score")
    )
    return [Claim(text=assessment.counter_argument, evidence=ids, role="against")]


def _changes(assessment: Assessment, book: dict[str, Evidence]) -> list[Claim]:
    """What would dethrone the winner, which limits it breaks, and what giving one up would allow."""
    winner = assessment.winner
    assert winner is not None
    told = [
        *((item.text, item.text, "trigger") for item in assessment.flips),
        *((f"A stated limit is broken: {text}.", text, "violation") for text in winner.violations),
        *((item.text, item.text, "relaxation") for item in assessment.relaxations),
    ]
    return [
        Claim(text=sentence, evidence=_saying(book, recorded), role=role) for sentence, recorded, role in told
    ]


def _saying(book: dict[str, Evidence], text: str) -> tuple[str, ...]:
    """The calculation that recorded exactly this."""
    return tuple(item.id for item in book.values() if item.kind == "calc" and item.text == text)


def _risks(assessment: Assessment) -> list[Claim]:
    serious = [risk for risk in assessment.risks if risk.severity == "high"]
    return [
        Claim(text=f"{risk.text} {risk.mitigation}".strip(), evidence=risk.evidence, role="risk")
        for risk in serious[:CONFIRM_LIMIT]
        if risk.evidence
    ]


def _unneeded(assessment: Assessment) -> list[Claim]:
    """What is left out on purpose."""
    told = [item for item in assessment.skipped if item.slot in UNNEEDED_WORTH_SAYING]
    return [Claim(text=item.why, evidence=(f"slot/{item.slot}",), role="unneeded") for item in told]


UNNEEDED_WORTH_SAYING = ("sto.vector_db", "cmp.accelerator", "orc.cluster_scheduler", "sto.feature_store")


def _confirm(assessment: Assessment, knowledge: Knowledge) -> list[Claim]:
    """Components whose compliance is only claimed or unknown: to confirm before a contract."""
    open_states = [item for item in assessment.compliance if item.state in ("claimed", "unknown")]
    if not open_states:
        return []
    names = dict.fromkeys(
        f"{knowledge.components[item.component].name} ({item.regime}: {item.state})" for item in open_states
    )
    text = f"Confirm before contract: {', '.join(list(names)[:6])}."
    ids = tuple(dict.fromkeys(fact for item in open_states for fact in item.evidence)) or ("rule/compliance",)
    return [Claim(text=text, evidence=ids, role="compliance")]


def _infeasible(assessment: Assessment) -> list[Claim]:
    text = "No stack meets all of these limits at once."
    claims = [*_conflicts(assessment), Claim(text=text, evidence=("user/limits",), role="verdict")]
    return claims + [
        Claim(text=item.text, evidence=(f"user/{item.field}",), role="relaxation")
        for item in assessment.relaxations
    ]


def layer_lines(stack: Stack, knowledge: Knowledge) -> list[tuple[str, Option]]:
    """(layer name, option) in layer order."""
    return [(knowledge.slots[slot].name, option) for slot, option in stack.picks.items()]
