"""The deterministic narrator: an assessment told in cited sentences, every number from the ledger."""

from knowledge import Knowledge
from tools.assessment import Assessment, Option, Stack
from tools.evidence import Evidence
from tools.values import resolve, with_names
from tools.wording import interval, percentile_note, quantity
from tools.workload import Workload

from .arguments import told_arguments
from .evidence import (
    compliance_evidence,
    compliance_sources,
    conflict_evidence,
    infeasible_evidence,
    is_score,
    limits_stated,
    open_states,
    pick_evidence,
    risk_evidence,
    uncovered_offers,
)
from .reply import Claim

RISKS_TOLD = 3


def explanation(
    assessment: Assessment, workload: Workload, knowledge: Knowledge, retrieved: frozenset[str]
) -> list[Claim]:
    """Verdict, trade-offs, what speaks against it, what would change it, risks, what to confirm.

    All arguments that hold are told; the verifier leaves out those whose facts are not in `retrieved`.
    """
    winner = assessment.winner
    if winner is None:
        return _infeasible(assessment, workload)
    book = {item.id: item for item in assessment.evidence}
    values = stack_values(winner, workload, knowledge)
    claims = [*_conflicts(assessment), _verdict(winner, assessment, book)]
    claims += [
        Claim(text=told.text, evidence=told.evidence, role=told.argument.role)
        for told in told_arguments(winner, values, knowledge)
    ]
    claims += _money(winner, book)
    claims += _measured(winner, book)
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


def _number(book: dict[str, Evidence], stack: Stack, name: str) -> tuple[str, ...]:
    """The id of the computed number `name` of `stack`; stacks that differ in their parts may share a title."""
    estimate = stack.estimates[name]
    wanted = {name: estimate.typical, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return tuple(
        item.id
        for item in book.values()
        if item.id.startswith("calc/stack/")
        and item.subject == stack.title
        and wanted.items() <= item.values.items()
    )[:1]


def _scores(book: dict[str, Evidence], stack: Stack) -> tuple[str, ...]:
    return tuple(item.id for item in book.values() if is_score(item, stack))


def _conflicts(assessment: Assessment) -> list[Claim]:
    return [
        Claim(
            text=f"{item.text} {item.resolution}".strip(),
            evidence=(*item.evidence, conflict_evidence(item).id),
            role="conflict",
        )
        for item in assessment.conflicts
    ]


def _verdict(winner: Stack, assessment: Assessment, book: dict[str, Evidence]) -> Claim:
    cost = winner.estimates.get("monthly_infra_cost_usd")
    priced = f" Infrastructure costs {quantity(cost)}." if cost is not None else ""
    share = ""
    robust = assessment.robustness
    smaa: tuple[str, ...] = ()
    if robust is not None and len(assessment.stacks) > 1:
        share = (
            f" It is first in {robust.first_share[winner.id]:.0%} of the weightings that fit what you said."
        )
        smaa = tuple(item.id for item in book.values() if item.id.startswith("calc/smaa/"))
    nearest = "Nearest to your limits is" if winner.violations else "I recommend"
    text = f"{nearest} {_inline(winner.model_strategy.name)}: {winner.title}.{priced}{share}"
    ids = (
        *_number(book, winner, "monthly_infra_cost_usd"),
        *_scores(book, winner),
        *smaa,
        pick_evidence("dec.model_strategy", winner.model_strategy).id,
    )
    return Claim(text=text, evidence=ids, role="verdict")


def _inline(name: str) -> str:
    """A name in the middle of a sentence; abbreviations keep their capitals."""
    return name[0].lower() + name[1:] if name[1:2].islower() else name


def _money(winner: Stack, book: dict[str, Evidence]) -> list[Claim]:
    """Total with staff, 36 months, latency and energy: one sentence each that is known."""
    claims = []
    for name, words in (
        ("monthly_total_cost_usd", "With staff, the total is"),
        (
            "tco_36_month_usd",
            "Ownership for 36 months, with growth, learning, moving in and the way out, comes to",
        ),
        ("ttft_ms_p95", "The first token takes"),
        ("e2e_ms_p95", "A whole answer takes"),
        ("energy_kwh_month", "The energy drawn is about"),
        ("train_gpu_hours", "Training takes"),
    ):
        estimate = winner.estimates.get(name)
        if estimate is not None and estimate.typical > 0:
            ids = _number(book, winner, name)
            suffix = " at p95" if name.endswith("_p95") else ""
            if note := percentile_note(name, winner.estimates):
                # a word that denies is checked as a comparison, which this is none of
                suffix += f" ({note.replace('not validated', 'unvalidated')})"
            claims.append(Claim(text=f"{words} {interval(estimate)}{suffix}.", evidence=ids, role="number"))
    return claims


def _measured(winner: Stack, book: dict[str, Evidence]) -> list[Claim]:
    """The benchmarks of the user's own that the estimates rest on."""
    cited = dict.fromkeys(identity for item in winner.estimates.values() for identity in item.evidence)
    found = (book[identity] for identity in cited if identity in book)
    return [
        Claim(text=item.text, evidence=(item.id,), role="measurement")
        for item in found
        if item.kind == "measurement"
    ]


def _against(assessment: Assessment, book: dict[str, Evidence]) -> list[Claim]:
    """The strongest counter-argument, where the two stacks can be told apart by their titles."""
    shown = assessment.stacks[:2]
    if not assessment.counter_argument or len({stack.title for stack in shown}) < len(shown):
        return []
    scores = [identity for stack in shown for identity in _scores(book, stack)]
    ids = (*_saying(book, assessment.counter_argument), *dict.fromkeys(scores))
    return [Claim(text=assessment.counter_argument, evidence=ids, role="against")]


def _changes(assessment: Assessment, book: dict[str, Evidence]) -> list[Claim]:
    """What would dethrone the winner, which limits it breaks, and what giving one up would allow."""
    winner = assessment.winner
    assert winner is not None
    told = [
        *((item.text, item.text, "trigger") for item in assessment.flips if item.to_stack != winner.title),
        *((f"This breaks your limit: {text}.", text, "violation") for text in winner.violations),
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
        Claim(
            text=f"{risk.text} {risk.mitigation}".strip(),
            evidence=(*dict.fromkeys(risk.evidence), risk_evidence(risk).id),
            role="risk",
        )
        for risk in serious[:RISKS_TOLD]
        if risk.evidence
    ]


def _unneeded(assessment: Assessment) -> list[Claim]:
    """What is left out on purpose."""
    told = [item for item in assessment.skipped if item.slot in UNNEEDED_WORTH_SAYING]
    return [Claim(text=item.why, evidence=(f"slot/{item.slot}",), role="unneeded") for item in told]


UNNEEDED_WORTH_SAYING = ("sto.vector_db", "cmp.accelerator", "orc.cluster_scheduler", "sto.feature_store")


def _confirm(assessment: Assessment, knowledge: Knowledge) -> list[Claim]:
    """Compliance that is only claimed or unknown, to confirm before a contract; offers that it doesn't cover."""
    if not (open_states(assessment) or uncovered_offers(assessment)):
        return []
    told = compliance_evidence(assessment, knowledge)
    ids = (*compliance_sources(assessment), told.id)
    return [Claim(text=told.text, evidence=ids, role="compliance")]


def _infeasible(assessment: Assessment, workload: Workload) -> list[Claim]:
    told = infeasible_evidence()
    book = {item.id: item for item in assessment.evidence}
    ids = (*limits_stated(assessment, workload), told.id)
    claims = [*_conflicts(assessment), Claim(text=told.text, evidence=ids, role="verdict")]
    return claims + [
        Claim(text=item.text, evidence=_saying(book, item.text), role="relaxation")
        for item in assessment.relaxations
    ]


def layer_lines(stack: Stack, knowledge: Knowledge) -> list[tuple[str, Option]]:
    """(layer name, option) in layer order."""
    return [(knowledge.slots[slot].name, option) for slot, option in stack.picks.items()]
