"""Answers to counter-questions: from the retrieved records, or an honest "no source covers that"."""

from knowledge import Knowledge
from tools.workload import Workload

from .context import TurnContext
from .language import Understanding
from .reply import Claim
from .state import ConsultationState

MAX_SENTENCES = 4


def answer_claims(state: ConsultationState, workload: Workload, context: TurnContext) -> list[Claim]:
    """Up to four cited statements that answer the question, or one sentence that nothing does."""
    question = Understanding.model_validate(state["understanding"]).question_text
    found = context.retriever.search(question, k=MAX_SENTENCES * 2)
    if found.abstained:
        return [
            Claim(text=f"The catalogue has no source for that: {found.reason}", evidence=(), role="abstain")
        ]
    claims: list[Claim] = []
    for hit in found.hits:
        for statement, evidence in _statements(hit.fact_ids, hit.record_id, hit.text, context.knowledge):
            if all(statement != claim.text for claim in claims):
                claims.append(Claim(text=statement, evidence=(evidence,), role="answer"))
        if len(claims) >= MAX_SENTENCES:
            break
    if not claims:
        return [Claim(text="The catalogue has no source for that.", evidence=(), role="abstain")]
    return claims[:MAX_SENTENCES]


def _statements(
    facts: tuple[str, ...], record: str, text: str, knowledge: Knowledge
) -> list[tuple[str, str]]:
    """(sentence, evidence id) of one record: its single fact, or the text of a rule or article card."""
    if len(facts) == 1 and facts[0] in knowledge.facts:
        return [(knowledge.facts[facts[0]].statement, facts[0])]
    if record.startswith(("rule:", "article:", "slot:", "decision:")):
        return [(text, record)]
    return []
