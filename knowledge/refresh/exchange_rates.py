"""The daily euro reference rates of the European Central Bank."""

from datetime import date

from ..errors import RefreshRefused
from ..layers import Row
from ..library import Knowledge
from .documents import CHANGED, amount, day, figure, plain, read_xml
from .download import Answer
from .proposal import Proposal
from .sources import SourceSpec

TABLE = "cost/fx_rates.csv"


def propose(answer: Answer, source: SourceSpec, knowledge: Knowledge, today: date) -> Proposal:
    """Rates of the answer's day; the euro itself is 1."""
    root = read_xml(answer.content, source.title)
    cubes = [item for item in root.iter() if item.tag.rpartition("}")[2] == "Cube"]
    dated = next((stamp for item in cubes if (stamp := day(item.get("time", "")))), None)
    if dated is None:
        raise RefreshRefused(f"{source.title}: the answer carries no date.", CHANGED)
    rows, refused = [_row("EUR", 1.0, dated, source)], []
    for item in cubes:
        code, text = item.get("currency", ""), item.get("rate", "")
        if not code and not text:
            continue
        rate = _number(text)
        if len(code) == 3 and code.isascii() and code.isupper() and code.isalpha() and rate:
            rows.append(_row(code, rate, dated, source))
        else:
            refused.append(f"{plain(code) or 'a rate without currency'}: {plain(text)!r} is no rate.")
    held = {row["currency"] for row in knowledge.files.rows(TABLE)}
    found = held & {row["currency"] for row in rows}
    return Proposal(
        dated, len(rows) - 1, len(held), len(found), rows={TABLE: tuple(rows)}, refused=tuple(refused)
    )


def _row(code: str, rate: float, dated: date, source: SourceSpec) -> Row:
    return {
        "currency": code,
        "units_per_eur": figure(rate),
        "as_of": dated.isoformat(),
        "confidence": "high",
        "source": f"{source.title}, {source.url}",
    }


def _number(text: str) -> float | None:
    try:
        return amount(float(text))
    except ValueError:
        return None
