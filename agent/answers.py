"""Answers to counter-questions: from the retrieved records, or an honest "no source covers that"."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from knowledge import Knowledge
from knowledge.contradictions import contradicting
from knowledge.index.names import normalise
from knowledge.index.record import FACT_KINDS
from knowledge.index.retriever import BY_NAME
from knowledge.index.words import singular
from knowledge.row_texts import ROW_KINDS, row_sentences
from tools.workload import Workload

from .asked_words import asked_words
from .context import TurnContext
from .figures import claim_words
from .inquiries import inquire, named_in, retelling
from .language import Understanding
from .narrator import explanation
from .questions import asked_apart
from .reply import Claim
from .sides import MOST_SIDES, firsts_on, hits_told, lacking, sides
from .state import ConsultationState

if TYPE_CHECKING:
    from knowledge.index import Hit

MAX_SENTENCES = 4
MOST_LOOKED_AT = 2 * MAX_SENTENCES
MOST_OF_ROW = 3
"""Lines of a row that answers alone; those that are compared share the sentences."""
CLOSE = 0.75
"""Of the best record's score so much makes an answer: of 1,502 questions by strangers 91 in 100 get one that readers
called so, and 63 in 100 of what they get are (0.7: 93 and 55, 0.8: 90 and 64). Words in common tell less: 45 and 41 in
100, and no source for 38. Beside a row that tells what is asked a record must hold all content words."""
_WORD = re.compile(r"[A-Za-z][\w-]*\w")


def answer_claims(state: ConsultationState, workload: Workload, context: TurnContext) -> list[Claim]:
    """Cited statements that answer the question, or one sentence that nothing does.

    What is asked about the advice is computed or retold; all else comes from the records.
    """
    question = Understanding.model_validate(state["understanding"]).question_text
    if not question:
        return [Claim(text=UNCHANGED, evidence=(), role="abstain")]
    parts = asked_apart(question)
    claims = (claim for part in parts for claim in _claims(part, state, workload, context))
    return list(dict.fromkeys(claims))


def _claims(question: str, state: ConsultationState, workload: Workload, context: TurnContext) -> list[Claim]:
    inquiry = inquire(question, workload, context)
    if inquiry.results and workload.known:  # of nothing that was told there is no advice to ask about
        return [
            Claim(text=item.text, evidence=(item.id, *rests_on), role="answer")
            for item, rests_on in inquiry.results
        ]
    if answered_by_advice(question, state, context):
        return _retold(question, state, workload, context)
    return _found_claims(question, context)


def _found_claims(question: str, context: TurnContext) -> list[Claim]:
    """What the records tell of one question, or one sentence that nothing does."""
    found = context.retriever.search(question, k=MOST_LOOKED_AT)
    hits = hits_told(found, question, context)
    claims: list[Claim] = []
    if found.abstained:
        claims.append(Claim(text=_reason(found.reason, question, context), evidence=(), role="abstain"))
    told_by_row = any(hit.telling or hit.unheld for hit in hits)
    answering = _holding_all(question, context) if told_by_row else _close(hits, question, context)
    rows = sum(hit.kind in ROW_KINDS for hit in hits)
    for hit in hits:
        if hit.kind in ROW_KINDS:  # looked up by its name, so that it is what is asked about
            claims += _unheld(hit, question, context)
            claims += _of_row(hit, MOST_OF_ROW if rows == 1 else max(1, MAX_SENTENCES // rows))
            continue
        if hit.kind == "component" and hit.score == BY_NAME:
            claims.append(Claim(text=hit.text, evidence=(hit.record_id,), role="answer"))
            continue
        if not answering(hit):
            continue
        if hit.part and all(claim.text != OF_PLATFORM for claim in claims):
            claims.append(Claim(text=OF_PLATFORM, evidence=(), role="abstain"))
        for statement, evidence in _statements(hit.fact_ids, hit.record_id, hit.text, context.knowledge):
            if all(statement != claim.text for claim in claims):
                claims.append(Claim(text=statement, evidence=(evidence,), role="answer"))
    if not claims:
        return [Claim(text=NO_SOURCE, evidence=(), role="abstain")]
    if not found.abstained:
        reasons = (_reason(reason, question, context) for reason in lacking(question, context))
        claims = [*(Claim(text=reason, evidence=(), role="abstain") for reason in reasons), *claims]
    return claims[: max(MAX_SENTENCES, min(len(sides(question, context)), MOST_SIDES))]


def _close(hits: "Sequence[Hit]", question: str, context: TurnContext) -> "Callable[[Hit], bool]":
    """Whether a record was looked up as what attests to what is asked; where none was, whether it is about as good as
    the best; or the best on one of the things that are compared."""
    named = sides(question, context)
    found = [hit for hit in hits if hit.score < BY_NAME]
    attesting = {
        hit.record_id: hit.component for hit in hits if hit.score == BY_NAME and hit.kind in FACT_KINDS
    }
    best = max((hit.score for hit in found), default=0.0)
    firsts = firsts_on(named, found)
    compared = frozenset(firsts.values()) if len(named) > 1 else frozenset()
    if attesting:
        beside = (identity for component, identity in firsts.items() if component not in attesting.values())
        wanted = frozenset((*attesting, *(beside if len(named) > 1 else ())))
        return lambda hit: hit.record_id in wanted or (hit.score >= CLOSE * best and _speaks_of(hit, named))
    of_named = bool(found) and _speaks_of(found[0], named)
    return lambda hit: (
        hit.record_id in compared or (hit.score >= CLOSE * best and (not of_named or _speaks_of(hit, named)))
    )


def _speaks_of(hit: "Hit", named: Mapping[str, str]) -> bool:
    """Whether a record is about one of the components or says its name; `named`: ids with what they were called."""
    said = f" {normalise(hit.text)} "
    return hit.component in named or any(f" {form} " in said for form in named.values())


def _holding_all(question: str, context: TurnContext) -> "Callable[[Hit], bool]":
    """Whether a record holds all that says what is asked; of things that are compared it holds one name."""
    wanted = content_words(question)
    names = set(context.retriever.named(question).values())
    beside = wanted - content_words(" ".join(names)) if len(names) > 1 else wanted
    least = len(beside) + (len(names) > 1)
    return lambda hit: bool(wanted) and len(wanted & content_words(hit.text)) >= least


def answered_by_advice(question: str, state: ConsultationState, context: TurnContext) -> bool:
    """Whether sentences of the recommendation that stands answer it."""
    given = state.get("phase") == "recommended"
    if not given or retelling(question) is None or named_in(question, context.knowledge):
        return False
    return not context.retriever.asks_by_name(question)  # `claude opus 5.5 price` isn't that of the stack


def _retold(question: str, state: ConsultationState, workload: Workload, context: TurnContext) -> list[Claim]:
    """The sentences of the recommendation with the roles that are asked for, in the order of the roles."""
    assessment, retrieved = context.assess(workload), frozenset(state["record_ids"])
    told = explanation(assessment, workload, context.knowledge, retrieved)
    asked = retelling(question)
    assert asked is not None
    fitting = [claim for claim in told if asked.holding in claim.text]
    chosen = [claim for role in asked.roles for claim in fitting if claim.role == role]
    return chosen[:MAX_RETOLD] or [Claim(text=NOTHING_TOLD, evidence=(), role="abstain")]


MAX_RETOLD = 6
UNCHANGED = (
    "Nothing in that changes the recommendation. State a fact that is otherwise, or ask why, why not something "
    "else, or what if."
)
NOTHING_TOLD = "The recommendation has nothing on that: what was computed gives no such sentence."
UNHELD = "The catalogue doesn't hold {} {}."
UNHELD_THERE = "The catalogue doesn't hold {} {} at the place that is asked about."
NO_SOURCE = "The catalogue has no source for that."
OF_PLATFORM = (
    "Not all of that has a source on what is named itself: what speaks of a cloud or platform is said of that "
    "as a whole."
)
"""True wherever it stands among the answers: what can't be answered is shown first."""


def _reason(reason: str, question: str, context: TurnContext) -> str:
    """Why there is no answer; without names or figures that weren't asked for, since nothing supports them."""
    asked = asked_words(question, context)
    return f"{NO_SOURCE} {reason}".strip() if asked.hold(reason, context.knowledge) else NO_SOURCE


def content_words(text: str) -> frozenset[str]:
    """Words that say what a text is about: long words cut to their stem, abbreviations and names with digits.

    >>> sorted(content_words("How much does an H100 cost, and what is RAG?"))
    ['cost', 'h100', 'rag']
    >>> content_words("HIPAA-eligible GPUs") == content_words("eligible for HIPAA: a GPU")
    True
    """
    common = claim_words()["common_words"] | claim_words()["question_words"]
    found = _WORD.findall(text)  # `HIPAA-eligible` is two words, `gpt-4o` a name
    parts = (
        part for word in found for part in (word.split("-") if word.replace("-", "").isalpha() else [word])
    )
    words = [word for word in parts if word.lower() not in common]
    telling = [word for word in words if len(word) > 3 or any(c.isupper() or c.isdigit() for c in word[1:])]
    return frozenset(singular(word.lower())[:6] for word in telling)


def _unheld(hit: "Hit", question: str, context: TurnContext) -> list[Claim]:
    """What is asked of the row and not held; the row by its name where the question says it so, for no source does."""
    asked, name = asked_words(question, context), hit.record_id.partition(":")[2]
    of_row = f"of {name}" if normalise(name) in normalise(question) else "of it"
    texts = ((UNHELD_THERE if item.place else UNHELD).format(item.what, of_row) for item in hit.unheld)
    told = (text if asked.hold(text, context.knowledge) else text.replace(of_row, "of it") for text in texts)
    return [Claim(text=text, evidence=(), role="abstain") for text in told]


def _of_row(hit: "Hit", most: int) -> list[Claim]:
    """At most so many lines of a row that tell what is asked; the first ones where nothing in particular is."""
    sentences = row_sentences(hit.record_id, hit.text)
    chosen = [item for item in sentences if item.id in hit.telling] or (() if hit.unheld else sentences)
    return [Claim(text=item.text, evidence=(item.id,), role="answer") for item in chosen[:most]]


def _statements(
    facts: tuple[str, ...], record: str, text: str, knowledge: Knowledge
) -> list[tuple[str, str]]:
    """(sentence, evidence id) of one record: its single fact with those that say otherwise, or the text of a card."""
    if len(facts) == 1 and facts[0] in knowledge.facts:
        told = (facts[0], *contradicting(knowledge).get(facts[0], ()))
        return [(knowledge.facts[item].statement, item) for item in told]
    if record.startswith(("rule:", "article:", "slot:", "decision:")):
        return [(text, record)]
    return []
