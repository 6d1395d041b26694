"""Questions about the advice itself: what if, why not, how sure. Computed again, never looked up.

What they find is evidence of the turn (`calc/inquiry/…`), so that the verifier can hold the answer to it.
"""

import re
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

from knowledge import Knowledge
from tools.evidence import Evidence, calc_id
from tools.evidence_book import fact_evidence
from tools.ranking import rank
from tools.requirements import user_evidence_id
from tools.rivalry import Finding, standing_of
from tools.supposition import COST, difference
from tools.values import resolve
from tools.wording import counted, field_label
from tools.workload import Known, Workload

from .context import TurnContext
from .evidence import standing
from .language import Understanding, understand
from .language.component_names import component_phrases
from .language.component_names import resolve as resolve_name
from .language.message import prepare
from .language.supposed import is_supposition, supposed
from .names import names_in

TOOL = "inquiry"
BARE = ("request_rate", "peak_factor")
"""What a supposed number without a noun is about."""
NAMING = frozenset(
    {
        "accelerator_wanted",
        "existing_cloud",
        "existing_components",
        "model_named",
        "hardware_platform",
        "model_params_b",
        "residency",
    }
)
"""Fields that a name alone fills: what is asked about is neither owned nor wished for."""
MAX_WORDS = 14
"""A longer message without a question mark says something."""


class Inquiry(NamedTuple):
    """What was found for one question: results in order, with what each rests on."""

    results: tuple[tuple[Evidence, tuple[str, ...]], ...] = ()
    further: tuple[Evidence, ...] = ()
    """Evidence that the results rest on and the assessment of the turn doesn't hold."""


def inquire(question: str, workload: Workload, context: TurnContext) -> Inquiry:
    """The findings; none where the question isn't about the advice."""
    if not question or context.assess(workload).winner is None:
        return Inquiry()
    if is_supposition(question):
        return _what_if(question, workload, context)
    named = named_in(question, context.knowledge)
    if named and _asks("standing", question):
        ranking = rank(workload, context.knowledge, context.as_of, context.profile)
        findings = [item for name in named[:2] for item in standing_of(name, ranking, context.knowledge)]
        return _supported(findings, workload, context)
    return Inquiry()


def _supported(findings: list[Finding], workload: Workload, context: TurnContext) -> Inquiry:
    """The findings with those pieces of evidence that can be shown."""
    knowledge = context.knowledge
    held = {item.id: item for item in context.assess(workload).evidence}
    held |= {user_evidence_id(item): _said(item) for item in workload.known.values()}
    further = {}
    results = []
    for finding in findings:
        shown = []
        for identity in finding.evidence:
            fact = knowledge.facts.get(identity)
            item = held.get(identity) or (fact_evidence(fact, knowledge) if fact is not None else None)
            if item is not None:
                further[identity] = item
            if item is not None or standing(identity, knowledge) is not None:
                shown.append(identity)
        results.append(_result(finding._replace(evidence=tuple(dict.fromkeys(shown)))))
    return Inquiry(tuple(results), tuple(further.values()))


def _said(item: Known) -> Evidence:
    words = item.text or f"{item.field} = {item.point}"
    return Evidence(id=user_evidence_id(item), kind="user", text=words, subject=item.field, tier="U")


def named_in(question: str, knowledge: Knowledge) -> tuple[str, ...]:
    """Components and options of the decisions that the question names, by any of their names."""
    found = list(names_in(question, knowledge))
    for hit in component_phrases(knowledge).find(prepare(question)):
        name = resolve_name(str(hit.tag[0] if isinstance(hit.tag, tuple) else hit.tag), knowledge)
        if name in knowledge.components:
            found.append(name)
    if not found:
        options: dict[str, str] = _patterns()["options"]
        found = [name for name, words in options.items() if re.search(words, question, re.IGNORECASE)]
    return tuple(dict.fromkeys(found))


class Retelling(NamedTuple):
    """Which sentences of the recommendation answer a question: their roles, and what they must hold."""

    roles: tuple[str, ...]
    holding: str = ""


def retelling(question: str) -> Retelling | None:
    """None where no sentence of the recommendation answers it."""
    for entry in _patterns()["roles"]:
        if re.search(entry["asked"], question.strip(), re.IGNORECASE):
            return Retelling(tuple(entry["roles"]), entry.get("holding", ""))
    return None


def asks_about_advice(message: str, knowledge: Knowledge) -> bool:
    """Whether a message, question mark or not, asks about a recommendation that was given."""
    if len(message.split()) > MAX_WORDS:
        return False
    named = named_in(message, knowledge)
    return bool(named and _asks("standing", message)) or bool(not named and retelling(message))


def asks_catalogue(message: str, understood: Understanding, context: TurnContext) -> bool:
    """Whether a message, question mark or not, asks what the catalogue holds and tells nothing of the workload.

    `H100 price on azure` names a device and a cloud, and wishes for neither; `qdrant vs milvus` compares; `claude, 300
    rpm` tells.
    """
    if len(message.split()) > MAX_WORDS or _asks("own", message) or _asks("amount", message):
        return False
    names = {*named_in(message, context.knowledge), *context.retriever.named(message)}
    if _asks("opening", message) and names:  # `is qdrant hipaa compliant` demands nothing of the workload
        return True
    if names and message.endswith("?") and context.retriever.asks_by_name(message):  # `runpod soc 2?`
        return True
    told = {item.field for item in understood.updates if item.origin == "stated"}
    if not told <= NAMING:
        return False
    if not understood.updates and _asks("definition", message):
        return True  # `what is an OCU`, though nobody is called so
    if _asks("versus", message) and (names or told):
        return True
    either = _asks("either", message) and len(names) > 1
    asked = either or _asks("versus", message) or _asks("catalogue", message)
    return asked and context.retriever.asks_by_name(message)


def asks_openly(question: str, context: TurnContext) -> bool:
    """Whether it begins as a question and asks of something that it names, whatever numbers stand in it, and neither of
    what is the asker's nor how many of it are needed."""
    if not _asks("marked", question) or not _asks("asking", question) or _asks("sizing", question):
        return False
    return not _asks("own", question) and bool(context.retriever.named(question))


def speaks_of_own(text: str) -> bool:
    """Whether it tells of what the asker has, is or must."""
    return _asks("own", text)


def amounts(text: str, start: int = 0) -> list[range]:
    """Where it says how much there is of something: of `Does it hold 20 million vectors?` the last three words."""
    return [range(*found.span()) for found in pattern("amount").finditer(text, start)]


def is_asked(question: str, reading: Callable[[str], Understanding], context: TurnContext) -> bool:
    """Whether what is known to be a question asks the catalogue, whatever numbers stand in it."""
    bare = pattern("amount").sub(" ", question)
    if holds_choice(bare, context) and not _asks("own", bare):
        return True
    return asks_catalogue(bare, reading(bare), context)


def holds_choice(question: str, context: TurnContext) -> bool:
    """Whether it holds things that it names against each other."""
    return _asks("joint", question) and len(context.retriever.named(question)) > 1


def goes_on(question: str, context: TurnContext) -> bool:
    """Whether it leaves out what the question before named: `and on RunPod?`, `how does it compare with Volcano?`

    `Is Qdrant fast with its defaults?` names what it is about.
    """
    if len(question.split()) > MAX_WORDS:
        return False
    names = {*named_in(question, context.knowledge), *context.retriever.named(question)}
    left_out = not names or (len(names) == 1 and _asks("against", question))
    return _asks("going_on", question) or (left_out and _asks("standing_for", question))


def _what_if(question: str, workload: Workload, context: TurnContext) -> Inquiry:
    knowledge = context.knowledge

    def read(text: str) -> Understanding:
        settings: dict[str, Any] = {"turn": 0, "workload": workload, "knowledge": knowledge}
        found = understand(text, **settings, convert=context.to_usd)
        return found if found.updates else understand(text, **settings, asked=BARE, convert=context.to_usd)

    values = resolve(workload, knowledge, context.profile).values
    changes = supposed(question, values, read)
    if not changes:
        return Inquiry()
    other = workload
    for item in changes:
        other = other.with_known(item)
    before, after = context.assess(workload), context.assess(other)
    costs = [
        item
        for assessment in (before, after)
        for item in assessment.evidence
        if assessment.winner is not None and item.subject == assessment.winner.title and COST in item.values
    ]
    words = " and ".join(_in_words(item, context) for item in changes if item.field != "currency")
    found = difference(before, after, words)
    rests = tuple(dict.fromkeys(item.id for item in costs))
    results = tuple(_result(item._replace(evidence=rests if " cost" in item.text else ())) for item in found)
    return Inquiry(results, tuple(costs))


def _in_words(item: Known, context: TurnContext) -> str:
    """`peak rate 300 requests a second`."""
    spec = context.knowledge.fields[item.field]
    if item.stated and spec.slot == "budget":
        return f"{field_label(item.field)} {item.stated}"
    if isinstance(item.point, int | float):
        return f"{field_label(item.field)} {counted(float(item.point), spec.unit)}"
    value = ", ".join(item.point) if isinstance(item.point, tuple) else str(item.point)
    return f"{field_label(item.field)} {value.replace('_', ' ')}"


def _result(finding: Finding) -> tuple[Evidence, tuple[str, ...]]:
    identity = calc_id(TOOL, finding.text, {})
    return Evidence(id=identity, kind="calc", text=finding.text, tier="D"), finding.evidence


def _asks(kind: str, question: str) -> bool:
    return pattern(kind).search(question) is not None


@cache
def pattern(kind: str) -> "re.Pattern[str]":
    """What is looked for in questions, in whatever case, by its name in the file."""
    return re.compile(_patterns()[kind], re.IGNORECASE)


@cache
def _patterns() -> dict[str, Any]:
    text = (resources.files("agent") / "data" / "inquiries.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content
