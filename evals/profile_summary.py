"""The final workload as a trace shows it: per coarse slot the value as stated, the words, and the fields."""

from typing import Any

from knowledge import Knowledge
from tools.workload import Known, SlotText, Workload

from .mapping import mapping
from .stated import StatedNumber, stated_number

ORIGINS = ("stated", "inferred", "assumed")
SHORT = 120
YES, NO = "yes", "no"


def summarise(workload: Workload, knowledge: Knowledge) -> dict[str, dict[str, Any]]:
    """`{slot: {value, unit, text, origin, fields}}` for every slot of which something is known."""
    by_slot: dict[str, list[Known]] = {}
    for field, spec in knowledge.fields.items():
        known = workload.get(field)
        if known is not None and not known.unknown:
            by_slot.setdefault(spec.slot, []).append(known)
    words = {item.slot: item for item in workload.slots}
    for slot, item in words.items():
        if not item.unknown:
            by_slot.setdefault(slot, [])
    return {slot: _entry(slot, items, words.get(slot), knowledge) for slot, items in by_slot.items()}


def _entry(slot: str, items: list[Known], words: SlotText | None, knowledge: Knowledge) -> dict[str, Any]:
    origin = next((name for name in ORIGINS if any(item.origin == name for item in items)), "stated")
    shown = [item for item in items if item.origin == origin]
    text = _text(shown, words)
    number = _number(slot, shown, knowledge)
    if number is not None:
        value, unit = plain(number.value), number.unit
    else:
        pieces = [piece for item in shown if (piece := _piece(item, knowledge))]
        value, unit = ", ".join(dict.fromkeys(pieces)) or text[:SHORT], ""
    fields = {item.field: _field(item, knowledge) for item in items}
    return {"value": value, "unit": unit, "text": text, "origin": origin, "fields": fields}


def _number(slot: str, items: list[Known], knowledge: Knowledge) -> StatedNumber | None:
    """The number that stands for the slot, if there is one."""
    numbers = {
        item.field: number
        for item in items
        if item.field not in mapping().qualifiers
        and (number := stated_number(item, knowledge.fields[item.field].unit)) is not None
    }
    for field in mapping().numbers.get(slot, ()):
        if field in numbers:
            return numbers[field]
    several = len([item for item in items if _numeric(item)]) > 1
    return None if several or len(numbers) != 1 else next(iter(numbers.values()))


def _numeric(item: Known) -> bool:
    return item.field not in mapping().qualifiers and (item.upper is not None or item.lower is not None)


def _piece(item: Known, knowledge: Knowledge) -> str:
    """A field in few words: the number as stated, the values of a set, the name of what is so."""
    value = item.value
    if isinstance(value, str) and value in (YES, NO):
        return item.field.replace("_", " ") if value == YES else ""
    if isinstance(value, str):
        return value if knowledge.fields[item.field].kind == "text" else value.replace("_", "-")
    if isinstance(value, tuple):
        return ", ".join(member.replace("_", "-") for member in value)
    label = mapping().labels.get(item.field, "")
    return f"{label} {item.stated or _range(item, knowledge)}".strip()


def _range(item: Known, knowledge: Knowledge) -> str:
    unit = item.unit or knowledge.fields[item.field].unit
    ends = [end for end in (item.low, item.high) if end is not None]
    if item.value is not None or not ends:
        return f"{item.value:g} {unit}".strip() if isinstance(item.value, int | float) else ""
    return f"{' to '.join(f'{end:g}' for end in ends)} {unit}".strip()


def _field(item: Known, knowledge: Knowledge) -> dict[str, Any]:
    shown: dict[str, Any] = {"unit": item.unit or knowledge.fields[item.field].unit, "origin": item.origin}
    if item.value is not None:
        shown["value"] = list(item.value) if isinstance(item.value, tuple) else plain(item.value)
    for name, end in (("low", item.low), ("high", item.high)):
        if end is not None:
            shown[name] = plain(end)
    return shown


def _text(items: list[Known], words: SlotText | None) -> str:
    """The words as stated; what was said about the slot as a whole unless something newer replaced it."""
    newest = max((item.turn for item in items), default=0)
    if words is not None and not words.unknown and words.turn >= newest:
        return words.text
    return " · ".join(dict.fromkeys(item.text or item.stated for item in items if item.text or item.stated))


def plain(value: Any) -> Any:
    """A number as JSON writes it best: whole where it is whole, else to nine digits."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else float(f"{value:.9g}")
