"""Language in and out with a model: proposals only, each checked by code before it counts.

Reading: a proposed value is taken over if its field was not read by the rules engine, its quote stands in
the message verbatim and supports the value. Phrasing: a rewritten sentence replaces ours if the verifier
finds the same support for it. When the model fails, the rules engine and the narrator have already answered.
"""

import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from knowledge import Knowledge
from knowledge.errors import ModelUnavailable
from knowledge.records import FieldSpec
from tools.evidence import Evidence
from tools.workload import Known, Scalar, Workload

from .context import TurnContext
from .language import Understanding, understand
from .language.injection import cut_instructions
from .model_port import Message
from .reply import Claim
from .state import ConsultationState
from .verify import check, stems

Update = dict[str, Any]
TOLERANCE = 0.01
LONGEST_TEXT = 80
KEPT_SHARE = 0.5
"""Share of the content words that a rewritten sentence has in common with ours (judgement)."""
FAILURES_ALLOWED = 3
"""Calls in a row that may fail before the model is left alone for the rest of the session."""
WEIGHT_OF_SILENCE = 2
"""A call that ran into its time limit counts double: somebody waited that long for nothing."""
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


class _Asked:
    """The model in one turn: called only while it answers, and each failure said once."""

    def __init__(self, state: ConsultationState, context: TurnContext) -> None:
        assert context.model is not None
        self._model, self._state, self._context = context.model, state, context

    @property
    def failed_before(self) -> bool:
        """Whether it has failed in this turn already."""
        return self._state.get("engine") == FAILED

    def complete(self, messages: Sequence[Message], schema: dict[str, Any]) -> Any:
        if self._context.model_failures >= FAILURES_ALLOWED:
            raise ModelUnavailable(f"The model {self._model.name} failed {FAILURES_ALLOWED} times in a row.")
        answer = self._model.complete(messages, schema)
        self._context.model_failures = 0
        return answer

    def failed(self, error: ModelUnavailable, consequence: str) -> Update:
        """The notice of a failure; a model that was given up is mentioned no more."""
        failures = self._context.model_failures
        weight = WEIGHT_OF_SILENCE if error.silent else 1
        self._context.model_failures = min(failures + weight, FAILURES_ALLOWED)
        notices = [*self._state["notices"], *self._first_use()]
        if failures < FAILURES_ALLOWED:
            gone = failures + weight >= FAILURES_ALLOWED
            after = " and the model is not asked again in this session." if gone else "."
            notices.append(f"{error.message} {consequence}{after}")
        return {"notices": notices, "engine": FAILED, "model_told": self._model.name}

    def noted(self, remark: str = "") -> Update:
        notices = [*self._state["notices"], *self._first_use(), *([remark] if remark else [])]
        return {"notices": notices, "engine": self._model.name, "model_told": self._model.name}

    def _first_use(self) -> list[str]:
        """What is sent where, said once in a consultation."""
        if self._state.get("model_told") == self._model.name:
            return []
        where = getattr(self._model, "base_url", "") or "its provider"
        return [
            f"Your messages and the sentences of the recommendation are sent to {self._model.name} at {where}."
        ]


FAILED = "rules (model failed)"


def read_with_model(
    state: ConsultationState, understood: Understanding, workload: Workload, context: TurnContext
) -> tuple[Understanding, Update]:
    """The rules' reading, completed by what the model proposes and the words support; and what to note."""
    prompt = _prompt("read").replace("{fields}", _field_list(context.knowledge))
    asked = _Asked(state, context)
    try:
        answer = asked.complete([Message("system", prompt), Message("user", state["message"])], READ_SCHEMA)
    except ModelUnavailable as error:
        return understood, asked.failed(error, "The built-in reader took over")
    taken = {item.field for item in understood.updates}
    extra = []
    for proposal in _proposals(answer):
        known = supported_proposal(proposal, state, workload, context.knowledge)
        if known is not None and known.field not in taken:
            taken.add(known.field)
            extra.append(known)
    return understood.model_copy(update={"updates": (*understood.updates, *extra)}), asked.noted()


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
        low, high = spec.minimum, spec.maximum
        inside = (low is None or raw >= low) and (high is None or raw <= high)
        return float(raw) if inside else None
    if spec.kind in ("set", "ranking"):
        items = raw if isinstance(raw, list) else [raw]
        chosen = tuple(str(item) for item in items if not spec.values or str(item) in spec.values)
        return chosen or None
    text = str(raw)[:LONGEST_TEXT]
    return text if text and (not spec.values or text in spec.values) else None


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


def _proposals(answer: Any) -> list[dict[str, Any]]:
    facts = answer.get("facts") if isinstance(answer, dict) else None
    return [item for item in facts if isinstance(item, dict)] if isinstance(facts, list) else []


def phrase_with_model(
    state: ConsultationState, claims: list[Claim], book: Mapping[str, Evidence], context: TurnContext
) -> tuple[list[Claim], Update]:
    """Our sentences in the model's words where they hold; one repair round, then ours stand."""
    asked = _Asked(state, context)
    if asked.failed_before:
        return claims, {}
    try:
        texts = _rewritten(claims, asked, "")
        wrong = {key: found for key, found in _violations(claims, texts, book, context).items() if found}
        if wrong:
            complaint = "; ".join(f"{key}: {found}" for key, found in wrong.items())
            texts.update(_rewritten([claims[int(key)] for key in wrong], asked, complaint, list(wrong)))
            wrong = {key: found for key, found in _violations(claims, texts, book, context).items() if found}
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


def _rewritten(
    claims: list[Claim], asked: "_Asked", complaint: str, keys: list[str] | None = None
) -> dict[str, str]:
    names = keys or [str(index) for index in range(len(claims))]
    sentences = [{"id": key, "text": claim.text} for key, claim in zip(names, claims, strict=True)]
    messages = [
        Message("system", _prompt("phrase")),
        Message("user", json.dumps({"sentences": sentences}, ensure_ascii=False)),
    ]
    if complaint:
        messages.append(Message("user", f"Not supported: {complaint}. Keep closer to the original."))
    answer = asked.complete(messages, PHRASE_SCHEMA)
    rows = answer.get("sentences") if isinstance(answer, dict) else None
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return {str(row.get("id")): str(row.get("text")) for row in found if row.get("text")}


def _violations(
    claims: list[Claim], texts: dict[str, str], book: Mapping[str, Evidence], context: TurnContext
) -> dict[str, str]:
    """Per sentence what is wrong with it, beyond what the verifier says of ours."""
    result = {}
    for key, text in texts.items():
        if not key.isdigit() or int(key) >= len(claims):
            continue
        claim = claims[int(key)]
        found = check(claim.model_copy(update={"text": text}), book, context.knowledge)
        lost = set(re.findall(r"\d[\d,.]*\d|\d", claim.text)) - set(re.findall(r"\d[\d,.]*\d|\d", text))
        details = [f"{item.kind} {item.detail}" for item in found] + [
            f"lost {number}" for number in sorted(lost)
        ]
        own, ours = stems(text), stems(claim.text)
        if len(own & ours) < KEPT_SHARE * max(len(own), len(ours)):
            details.append("too far from the original")
        result[key] = "; ".join(details)
    return result


def _field_list(knowledge: Knowledge) -> str:
    return "\n".join(
        f"- {field.name} ({', '.join(field.values) or field.unit or field.kind}): {field.note}"
        for field in knowledge.fields.values()
    )


def _prompt(name: str) -> str:
    return (resources.files("agent") / "prompts" / f"{name}.md").read_text(encoding="utf-8")
