"""How much is known: sizes, tiers and ages of the facts, and of how many components and models enough is known."""

from collections import Counter
from datetime import date

from pydantic import BaseModel, ConfigDict

from .checks.completeness import known_kinds, licence_known, missing
from .checks.overlap import measured_facts
from .checks.tables import Placed, Tables
from .contradictions import contradicting
from .evidence_coverage import evidence_coverage
from .index.asked import read_asked
from .index.judged import read_judged
from .library import Knowledge
from .listing import stale
from .models import TABLE as MODELS
from .models import ModelSpec, models
from .quality_data import results_of


class Stats(BaseModel):
    """Sizes of the knowledge base, and the age and tiers of its facts."""

    model_config = ConfigDict(frozen=True)

    knowledge_hash: str
    slots: int
    components: int
    scored_components: int
    complete_components: int
    """Scored ones of which limit, cost, operations, risk, licence and, where others run them, compliance are known."""
    evidence_coverage: float
    """Of the kinds of facts that a choice needs of the scored ones, the share that facts tell; what only facts past
    their review date tell counts half."""
    licences_known: int
    """Scored ones whose licence was read, or that come under a contract or none."""
    facts: int
    rules: int
    arguments: int
    decisions: int
    questions: int
    """That the facts answer, in the words of people who ask."""
    judged_questions: int
    """Written without knowing the facts; a reader told which facts answer them, if any."""
    statements_compared: int
    """Facts whose words were held against their source as both stand."""
    open_language_models: int
    open_language_models_rated: int
    """With published quality results."""
    facts_by_tier: dict[str, int]
    facts_by_kind: dict[str, int]
    facts_by_slot: dict[str, int]
    facts_in_conflict: int
    """Another's source says otherwise."""
    facts_without_date: int
    facts_past_review: int


def stats(knowledge: Knowledge, as_of: date) -> Stats:
    """Counts as of a date."""
    facts = list(knowledge.facts.values())
    scored = [item for item in knowledge.components.values() if item.scored]
    kinds = known_kinds(facts)
    placed = {fact.id: Placed("", fact) for fact in facts}
    language = _language_models(knowledge)
    return Stats(
        knowledge_hash=knowledge.hash,
        slots=len(knowledge.slots),
        components=len(knowledge.components),
        scored_components=len(scored),
        complete_components=sum(not missing(item, kinds.get(item.id, frozenset())) for item in scored),
        evidence_coverage=round(evidence_coverage(scored, facts, as_of), 4),
        licences_known=sum(map(licence_known, scored)),
        facts=len(facts),
        rules=len(knowledge.rules),
        arguments=len(knowledge.arguments),
        decisions=len(knowledge.decisions),
        questions=sum(map(len, read_asked(knowledge.files).values())),
        judged_questions=len(read_judged(knowledge.files)),
        statements_compared=measured_facts(Tables(knowledge.files, facts=placed)),
        open_language_models=len(language),
        open_language_models_rated=sum(bool(results_of(knowledge, model.key)) for model in language),
        facts_by_tier=_sorted(Counter(fact.tier for fact in facts)),
        facts_by_kind=_sorted(Counter(fact.kind for fact in facts)),
        facts_by_slot=_sorted(Counter(slot for fact in facts for slot in fact.slots)),
        facts_in_conflict=len(contradicting(knowledge)),
        facts_without_date=sum(fact.as_of is None for fact in facts),
        facts_past_review=len(stale(knowledge, as_of)),
    )


def _language_models(knowledge: Knowledge) -> list[ModelSpec]:
    """Open ones with a licence; a folder without the table has none."""
    if not knowledge.files.is_plain(MODELS):
        return []
    found = models(knowledge).values()
    return [model for model in found if model.type == "llm" and model.open_weights and model.licence]


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
