"""Values outside the physical or plain-sense bounds of their field are refused with a plain reason."""

import re

from agent.reply import Rejected
from knowledge.records import FieldSpec
from tools.wording import counted, field_label
from tools.workload import Known

from .reading import Reading

NEARLY_ZERO = 1e-3
_MINUS = re.compile(r"(?:^|[^\w)\]\s]\s*|[A-Za-z]\s+)[-\u2212]$")


def refuse_absurd(reading: Reading) -> None:
    """Move values that break their field's bounds from the updates to the rejected."""
    kept: list[Known] = []
    for item in reading.updates:
        spec = reading.knowledge.fields[item.field]
        reason = _negative(reading, item, spec) or _reason(item, spec)
        if reason:
            reading.rejected.append(
                Rejected(slot=spec.slot, field=item.field, text=item.stated, reason=reason)
            )
        else:
            kept.append(item)
    money = {"budget_usd_month", "budget_once_usd"}
    if any(item.field in money for item in reading.rejected) and not any(
        item.field in money for item in kept
    ):
        kept = [item for item in kept if item.field != "currency"]
    reading.updates = kept


def _negative(reading: Reading, item: Known, spec: FieldSpec) -> str:
    """`-5 PDFs`: a minus that is no dash of a range."""
    if spec.kind != "number" or item.span is None or (spec.minimum is not None and spec.minimum < 0):
        return ""
    place = reading.message.text.find(item.stated, *item.span)
    if place < 0 or not _MINUS.search(reading.message.text[:place]):
        return ""
    return f"-{item.stated} is negative; tell me the number as it is."


def _reason(item: Known, spec: FieldSpec) -> str:
    if spec.kind != "number":
        return ""
    numbers = [v for v in (item.value, item.low, item.high) if isinstance(v, float | int)]
    if spec.minimum is not None and any(value < spec.minimum for value in numbers):
        return f"{item.stated} is below the least that makes sense for {_limit(spec, spec.minimum)}."
    if spec.maximum is not None and any(value > spec.maximum for value in numbers):
        return f"{item.stated} is above the most that makes sense for {_limit(spec, spec.maximum)}."
    return ""


def _limit(spec: FieldSpec, bound: float) -> str:
    label = field_label(spec.name)
    return f"{label} (more than 0)" if 0 < bound < NEARLY_ZERO else f"{label} ({counted(bound, spec.unit)})"
