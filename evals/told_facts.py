"""What a script's facts say in fields: each fact read by itself, as a plain answer to its own question.

The measure of a conversation is then what talk lost or garbled, not whether the grammar knows a phrase.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache

from knowledge import Knowledge
from knowledge.errors import UnknownName
from tools.cost import convert
from tools.workload import Known, Workload

from .case import Script
from .simulated_user import UNKNOWN

ReadFact = Callable[[str, str], tuple[Known, ...]]
"""(words, asked slot or "") -> the fields that they state."""


def fact_reader(knowledge: Knowledge, as_of: date) -> ReadFact:
    """Reads a fact with the rules engine, knowing nothing else."""
    # Imported when called: the grammar isn't needed to show a report.
    from agent.language.understand import understand

    def to_usd(amount: float, currency: str) -> float:
        try:
            return convert(knowledge, amount, currency, "USD", as_of).typical
        except UnknownName:
            return amount

    @cache
    def read(words: str, slot: str) -> tuple[Known, ...]:
        asked = (slot,) if slot else ()
        understood = understand(
            words, turn=1, asked=asked, workload=Workload(), knowledge=knowledge, convert=to_usd
        )
        return tuple(item for item in understood.updates if item.origin == "stated" and not item.unknown)

    return read


def told_truth(script: Script, told: Iterable[str], read: ReadFact) -> dict[str, list[Known]]:
    """field -> every value that the persona or a told fact states."""
    truth: dict[str, list[Known]] = {}
    facts = [(script.persona, ""), *((script.hidden_facts.get(slot) or "", slot) for slot in told)]
    for words, slot in facts:
        for item in read(words, slot) if not words.lower().startswith(UNKNOWN) else ():
            truth.setdefault(item.field, []).append(item)
    return truth
