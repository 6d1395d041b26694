"""What one turn may cite, by id: the assessment's ledger, retrieved records, and results that are retold.

Results that sentences retell whole (a conflict, a risk, a pick) are recorded here under `calc/<tool>/<hash>`,
with the evidence that they rest on.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from knowledge import Knowledge
from knowledge.row_texts import LINE, ROW_KINDS, row_sentences
from tools.assessment import Assessment, ComplianceState, Conflict, OfferState, Option, Risk, Stack
from tools.evidence import Evidence, calc_id
from tools.evidence_book import fact_evidence, rule_evidence
from tools.requirements import user_evidence_id
from tools.risk import catalogue_evidence
from tools.workload import Workload

from .asked_words import AskedWords, asked_words
from .figures import claim_words
from .reply import Claim

if TYPE_CHECKING:
    from .context import TurnContext

DECISION_NAMES = {"dec.model_strategy": "Model strategy", "dec.retrieval_pattern": "Retrieval pattern"}
STATES_SHOWN = 6


class EvidenceBook(dict[str, Evidence]):
    """Evidence by id."""

    def __init__(self) -> None:
        super().__init__()
        self.recommended = ""
        """Title of the stack that a sentence speaks of when it names none."""
        self.titles: frozenset[str] = frozenset()
        """Titles of all stacks shown."""
        self.picks: dict[str, str] = {}
        """Slot or decision -> name of what is picked."""
        self.pick_ids: dict[str, str] = {}
        """Slot or decision -> evidence of the pick."""
        self.rests_on: dict[str, tuple[str, ...]] = {}
        """Result -> evidence that must be cited with it."""
        self.asked = AskedWords()
        """What was asked, which an answer may repeat that nothing covers it."""

    def record(self, evidence: Evidence, rests_on: Sequence[str] = ()) -> None:
        self.setdefault(evidence.id, evidence)
        self.rests_on[evidence.id] = tuple(rests_on)


def evidence_book(
    workload: Workload, record_ids: Iterable[str], context: "TurnContext", question: str = ""
) -> EvidenceBook:
    """Everything that may be cited this turn; a `question` about the advice adds what was computed for it."""
    knowledge = context.knowledge
    book = assessment_book(context.assess(workload), workload, knowledge)
    for record in context.retriever.by_ids(dict.fromkeys(key.partition(LINE)[0] for key in record_ids)):
        for fact in record.fact_ids:
            if fact in knowledge.facts:
                book.setdefault(fact, fact_evidence(knowledge.facts[fact], knowledge))
        for line in row_sentences(record.record_id, record.text) if record.kind in ROW_KINDS else ():
            told = Evidence(
                id=line.id, kind="fact", text=line.text, source=line.source, tier="T3", as_of=line.as_of
            )
            book.setdefault(line.id, told)
        text = Evidence(id=record.record_id, kind="fact", text=record.text, tier="D")
        book.setdefault(record.record_id, text)
    if question:
        book.asked = asked_words(question, context)
        _inquired(book, question, workload, context)
    return book


def _inquired(book: EvidenceBook, question: str, workload: Workload, context: "TurnContext") -> None:
    from .inquiries import inquire
    from .questions import asked_apart

    for part in asked_apart(question):
        found = inquire(part, workload, context)
        for item in found.further:
            book.setdefault(item.id, item)
        for result, rests_on in found.results:
            book.record(result, rests_on)


def assessment_book(assessment: Assessment, workload: Workload, knowledge: Knowledge) -> EvidenceBook:
    """The assessment's ledger with the results that sentences retell."""
    book = EvidenceBook()
    book.update({item.id: item for item in assessment.evidence})
    for known in workload.known.values():
        identity, words = user_evidence_id(known), known.text or f"{known.field} = {known.point}"
        user = Evidence(id=identity, kind="user", text=words, subject=known.field, source="you", tier="U")
        book.setdefault(identity, user)
    book.titles = frozenset(stack.title for stack in assessment.stacks)
    for conflict in assessment.conflicts:
        book.record(conflict_evidence(conflict), conflict.evidence)
    for risk in assessment.risks:
        book.record(risk_evidence(risk), risk.evidence)
    if open_states(assessment) or uncovered_offers(assessment):
        book.record(compliance_evidence(assessment, knowledge), compliance_sources(assessment))
    if assessment.winner is None:
        book.record(infeasible_evidence(), limits_stated(assessment, workload))
    else:
        _winner(book, assessment, assessment.winner)
    return book


def _winner(book: EvidenceBook, assessment: Assessment, winner: Stack) -> None:
    book.recommended = winner.title
    for slot, option in subjects(winner).items():
        book.picks[slot] = option.name
        book.pick_ids[slot] = pick_evidence(slot, option).id
        book.record(pick_evidence(slot, option))
    shown = assessment.stacks[:2]
    scores = [item.id for stack in shown for item in book.values() if is_score(item, stack)]
    for item in list(book.values()):
        if item.id.startswith("calc/counter/"):
            book.rests_on[item.id] = tuple(scores)


def is_score(item: Evidence, stack: Stack) -> bool:
    """Whether `item` is the score of exactly this stack (titles may repeat)."""
    return (
        item.id.startswith("calc/score/")
        and item.subject == stack.title
        and item.values.get("score") == round(stack.score, 4)
        and all(item.values.get(name) == round(value, 4) for name, value in stack.categories.items())
    )


def subjects(stack: Stack) -> dict[str, Option]:
    """Everything that an argument can be about: decisions and slots of the stack."""
    decisions = zip(DECISION_NAMES, (stack.model_strategy, stack.retrieval_pattern), strict=True)
    return {**dict(decisions), **stack.picks}


def pick_evidence(slot: str, option: Option) -> Evidence:
    """That `option` fills `slot` in the recommended stack."""
    return _result("pick", f"Picked for {DECISION_NAMES.get(slot, slot)}: {option.name}.", option.name)


def conflict_evidence(conflict: Conflict) -> Evidence:
    return _result("conflict", f"{conflict.text} {conflict.resolution}".strip())


def risk_evidence(risk: Risk) -> Evidence:
    return _result("risk", f"{risk.text} {risk.mitigation}".strip())


def infeasible_evidence() -> Evidence:
    return _result("infeasible", "No stack meets all of these limits at once.")


def limits_stated(assessment: Assessment, workload: Workload) -> tuple[str, ...]:
    """What the user said that relaxations would take back, else everything said."""
    known = workload.known
    fields = [item.field for item in assessment.relaxations if item.field in known] or list(known)
    return tuple(dict.fromkeys(user_evidence_id(known[field]) for field in fields))


def open_states(assessment: Assessment) -> list[ComplianceState]:
    """Compliance that is only claimed or unknown: the first few are named."""
    states = [item for item in assessment.compliance if item.state in ("claimed", "unknown")]
    return states[:STATES_SHOWN]


class Uncovered(NamedTuple):
    """An offer of a picked component for which a demanded regime can't be had, though it may be of the component."""

    whole: ComplianceState
    offer: OfferState


def uncovered_offers(assessment: Assessment) -> list[Uncovered]:
    return [
        Uncovered(whole, offer)
        for whole in assessment.compliance
        for offer in whole.offers
        if offer.state == "denied" and whole.state != "denied"
    ]


def compliance_sources(assessment: Assessment) -> tuple[str, ...]:
    facts = [fact for whole in open_states(assessment) for fact in whole.evidence]
    facts += [fact for item in uncovered_offers(assessment) for fact in item.offer.evidence]
    return tuple(dict.fromkeys(facts))


def compliance_evidence(assessment: Assessment, knowledge: Knowledge) -> Evidence:
    """What has to be confirmed before a contract, and the offers that a regime doesn't cover."""
    regimes = claim_words()["regimes"]

    def named(item: ComplianceState) -> tuple[str, str]:
        return knowledge.components[item.component].name, regimes.get(item.regime, item.regime)

    shown = ["{} ({}: {})".format(*named(whole), whole.state) for whole in open_states(assessment)]
    apart = [
        "{} of {} ({})".format(item.offer.offer, *named(item.whole)) for item in uncovered_offers(assessment)
    ]
    told = [f"Confirm before contract: {', '.join(dict.fromkeys(shown))}."] if shown else []
    told += [f"Not covered: {', '.join(dict.fromkeys(apart))}."] if apart else []
    return _result("compliance", " ".join(told))


def _result(tool: str, text: str, subject: str = "") -> Evidence:
    identity = calc_id(tool, text, {})
    return Evidence(id=identity, kind="calc", text=text, subject=subject, tier="D")


def shown_evidence(
    claims: Iterable[Claim], book: Mapping[str, Evidence], knowledge: Knowledge, stack: Stack | None = None
) -> dict[str, Evidence]:
    """What `claims` and the picks of `stack` cite, for a list of sources; arguments and picks are no sources."""
    cited = [identity for claim in claims for identity in claim.evidence]
    if stack is not None:
        cited += [
            identity for option in stack.picks.values() for identity in pick_sources(option, cited, knowledge)
        ]
    shown: dict[str, Evidence] = {}
    for identity in cited:
        item = book.get(identity) or standing(identity, knowledge)
        if item is None and identity in knowledge.facts:
            item = fact_evidence(knowledge.facts[identity], knowledge)
        if item is not None and not identity.startswith(("argument/", "calc/pick/")):
            shown.setdefault(identity, item)
    return shown


def pick_sources(option: Option, cited: Collection[str], knowledge: Knowledge) -> list[str]:
    """The fact that is shown beside a pick: one that is cited anyway, else the best about it."""
    facts = [identity for identity in option.reasons if identity in knowledge.facts]
    return [identity for identity in facts if identity in cited][:1] or facts[:1]


def standing(identity: str, knowledge: Knowledge) -> Evidence | None:
    """Evidence that needs no retrieval: rules, arguments and slots of the catalogue."""
    kind, _, name = identity.partition("/")
    if kind == "rule":
        return rule_evidence(identity, knowledge)
    if kind == "argument" and name in knowledge.arguments:
        text = knowledge.arguments[name].text
        return Evidence(id=identity, kind="rule", text=text, source="judgement", tier="D")
    if kind == "catalogue":
        return catalogue_evidence(knowledge, identity)
    if kind == "slot" and name in knowledge.slots:
        slot = knowledge.slots[name]
        return Evidence(id=identity, kind="rule", text=slot.skip_text or slot.skip_when, tier="D")
    return None
