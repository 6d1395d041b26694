"""Language in and out with a model: proposals only, each checked by code before it counts.

Reading: a proposed value is taken over if its field was not read by the rules engine, its quote stands in
the message verbatim and supports the value. Phrasing: a rewritten sentence replaces ours if the verifier
finds the same support for it. When the model fails, the rules engine and the narrator have already answered.
"""

import json
import math
import re
import sys
from collections.abc import Mapping
from importlib import resources
from typing import Any

from knowledge import Knowledge
from knowledge.errors import ModelUnavailable
from knowledge.records import FieldSpec
from tools.evidence import Evidence
from tools.workload import Known, Scalar, Workload

from .asked_model import AskedModel, Update
from .context import TurnContext
from .language import Understanding, understand
from .language.injection import cut_instructions
from .model_port import Message
from .reply import Claim
from .state import ConsultationState
from .verify import check, stems

TOLERANCE = 0.01
LONGEST_TEXT = 80
LARGEST = sys.float_info.max
KEPT_SHARE = 0.5
"""Share of the content words that a rewritten sentence has in common with ours (judgement)."""
LONGEST_SHARE = 3
"""A rewritten sentence may be so many times as long as ours; a longer one isn't looked at."""
READ_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "facts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "value": {"type": ["number", "string", "array"], "items": {"type": "string"}},
                    "quote": {"type": "string"},
                },
                "required": ["field", "value", "quote"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["facts"],
    "additionalProperties": False,
}
PHRASE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "text": {"type": "string"}},
                "required": ["id", "text"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["sentences"],
    "additionalProperties": False,
}


def read_with_model(
    state: ConsultationState, understood: Understanding, workload: Workload, context: TurnContext
) -> tuple[Understanding, Update]:
    """The rules' reading, completed by what the model proposes and the words support; and what to note."""
    prompt = _prompt("read").replace("{fields}", _field_list(context.knowledge))
    asked = AskedModel(state, context)
    taken = {item.field for item in understood.updates}
    extra = []
    try:
        messages = [Message("system", prompt), Message("user", state["message"])]
        with asked.guarded():
            for proposal in asked.rows(messages, READ_SCHEMA, "facts", _is_proposal):
                known = supported_proposal(proposal, state, workload, context.knowledge)
                if known is not None and known.field not in taken:
                    taken.add(known.field)
                    extra.append(known)
    except ModelUnavailable as error:
        return understood, asked.failed(error, "The built-in reader took over")
    return understood.model_copy(update={"updates": (*understood.updates, *extra)}), asked.noted()


def _is_proposal(row: dict[str, Any]) -> bool:
    texts = isinstance(row.get("field"), str) and isinstance(row.get("quote"), str)
    return texts and isinstance(row.get("value"), int | float | str | list)


def supported_proposal(
    proposal: dict[str, Any], state: ConsultationState, workload: Workload, knowledge: Knowledge
) -> Known | None:
    """The proposal as a value, or None where its quote isn't in the message or doesn't support it."""
    spec = knowledge.fields.get(str(proposal.get("field")))
    quote = str(proposal.get("quote") or "")
    start = cut_instructions(state["message"]).text.find(quote)
    if spec is None or len(quote) < 2 or start < 0:
        return None
    value = _value(spec, proposal.get("value"))
    if value is None or not _supports(quote, spec, value, state, workload, knowledge):
        return None
    span = (start, start + len(quote))
    return Known(
        field=spec.name,
        value=value,
        unit=spec.unit,
        origin="inferred",
        turn=state["turn"],
        span=span,
        text=quote,
    )


def _value(spec: FieldSpec, raw: Any) -> Scalar | None:
    """The proposed value in the field's kind and bounds, else None."""
    if spec.kind == "number":
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            return None
        number = float(raw) if abs(raw) <= LARGEST else math.inf
        low, high = spec.minimum, spec.maximum
        inside = (low is None or number >= low) and (high is None or number <= high)
        return number if inside and math.isfinite(number) else None
    if spec.kind in ("set", "ranking"):
        items = raw if isinstance(raw, list) else [raw]
        chosen = tuple(str(item) for item in items if not spec.values or str(item) in spec.values)
        return chosen or None
    text = str(raw)[:LONGEST_TEXT]
    return text if text.isprintable() and text and (not spec.values or text in spec.values) else None


def _supports(
    quote: str,
    spec: FieldSpec,
    value: Scalar,
    state: ConsultationState,
    workload: Workload,
    knowledge: Knowledge,
) -> bool:
    """The rules engine, asked for this slot, reads the value from the quote; or the quote spells it out."""
    reading = understand(
        quote, turn=state["turn"], asked=(spec.slot,), workload=workload, knowledge=knowledge
    )
    same = [item for item in reading.updates if item.field == spec.name]
    if same:
        return any(_equal(item.point, value) for item in same)
    if isinstance(value, float):
        otherwise = any(_equal(item.point, value) for item in reading.updates)
        counted = spec.unit not in MEASURED and "/" not in spec.unit
        return counted and not otherwise and any(_equal(plain, value) for plain in _plain_numbers(quote))
    if not spec.values and spec.kind != "text":
        return False
    words = {word for item in _items(value) for word in re.findall(r"[a-z0-9]+", item.lower())}
    return bool(words) and words <= set(re.findall(r"[a-z0-9]+", quote.lower()))


MEASURED = frozenset({"ms", "s", "h", "USD", "GB", "percent", "W", "ratio", "months"})
"""Units in which a bare number says nothing: the rules engine has to read it with its unit."""
_SCALED = r"\s*(?:k|m|b|bn|thousand|million|billion|hundred|dozen|%|percent)\b"
_PLAIN = re.compile(rf"(?<![\w.,])\d+(?:\.\d+)?(?![\w,]|\.\d)(?!{_SCALED})", re.IGNORECASE)


def _plain_numbers(quote: str) -> list[float]:
    """Numbers that stand for themselves, without a magnitude behind them."""
    return [float(found) for found in _PLAIN.findall(quote)]


def _equal(one: Scalar | None, other: Scalar) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= TOLERANCE * max(abs(other), 1e-12)
    return one == other


def _items(value: Scalar) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def phrase_with_model(
    state: ConsultationState, claims: list[Claim], book: Mapping[str, Evidence], context: TurnContext
) -> tuple[list[Claim], Update]:
    """Our sentences in the model's words where they hold; one repair round, then ours stand."""
    asked = AskedModel(state, context)
    if asked.failed_before:
        return claims, {}
    try:
        with asked.guarded():
            texts = _rewritten(claims, asked, {})
            wrong = _violations(claims, texts, book, context)
            if wrong:
                texts.update(_rewritten(claims, asked, wrong))
                wrong = _violations(claims, texts, book, context)
    except ModelUnavailable as error:
        return claims, asked.failed(error, "The built-in wording stands")
    phrased = [
        claim.model_copy(update={"text": texts[str(index)]})
        if str(index) in texts and str(index) not in wrong
        else claim
        for index, claim in enumerate(claims)
    ]
    remark = f"{len(wrong)} sentence(s) of the model were not supported; ours stand." if wrong else ""
    return phrased, asked.noted(remark)


def _rewritten(claims: list[Claim], asked: AskedModel, wrong: Mapping[str, str]) -> dict[str, str]:
    """The sentences in the model's words, by number; with `wrong`, those again that had something wrong."""
    ours = {str(index): claim.text for index, claim in enumerate(claims)}
    sentences = [{"id": key, "text": text} for key, text in ours.items() if not wrong or key in wrong]
    messages = [
        Message("system", _prompt("phrase")),
        Message("user", json.dumps({"sentences": sentences}, ensure_ascii=False)),
    ]
    if wrong:
        complaint = "; ".join(f"{key}: {found}" for key, found in wrong.items())
        messages.append(Message("user", f"Not supported: {complaint}. Keep closer to the original."))
    rows = asked.rows(messages, PHRASE_SCHEMA, "sentences", _is_sentence)
    return {row["id"]: row["text"] for row in rows if row["id"] in ours and row["text"]}


def _is_sentence(row: dict[str, Any]) -> bool:
    return isinstance(row.get("id"), str) and isinstance(row.get("text"), str)


def _violations(
    claims: list[Claim], texts: dict[str, str], book: Mapping[str, Evidence], context: TurnContext
) -> dict[str, str]:
    """What is wrong with the sentences that can't stand, beyond what the verifier says of ours."""
    found = {key: _violation(claims[int(key)], text, book, context) for key, text in texts.items()}
    return {key: wrong for key, wrong in found.items() if wrong}


def _violation(claim: Claim, text: str, book: Mapping[str, Evidence], context: TurnContext) -> str:
    if len(text) > LONGEST_SHARE * len(claim.text) + LONGEST_TEXT:
        return "far too long"
    if not text.isprintable():
        return "signs that can't be shown"
    found = check(claim.model_copy(update={"text": text}), book, context.knowledge)
    lost = set(re.findall(r"\d[\d,.]*\d|\d", claim.text)) - set(re.findall(r"\d[\d,.]*\d|\d", text))
    details = [f"{item.kind} {item.detail}" for item in found]
    details += [f"lost {number}" for number in sorted(lost)]
    own, ours = stems(text), stems(claim.text)
    if len(own & ours) < KEPT_SHARE * max(len(own), len(ours)):
        details.append("too far from the original")
    return "; ".join(details)


def _field_list(knowledge: Knowledge) -> str:
    return "\n".join(
        f"- {field.name} ({', '.join(field.values) or field.unit or field.kind}): {field.note}"
        for field in knowledge.fields.values()
    )


def _prompt(name: str) -> str:
    return (resources.files("agent") / "prompts" / f"{name}.md").read_text(encoding="utf-8")
