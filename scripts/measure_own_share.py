"""What a ranking of their own brings to an organisation's facts, and what it costs the packaged ones.

    python scripts/measure_own_share.py QUESTIONS.csv...

Facts of one's own come without questions that they answer. A hundred and twenty gold facts of the sets are searched for
as if they were an organisation's: without their questions, once without and once with the ranking of their own.
Prints the share of their gold, and of the others', among the first five.
"""

import random
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from evals.retrieval import Question, read_questions
from knowledge import load
from knowledge.index import FACT_KINDS, Retriever, rankings
from knowledge.index.cards import index_records
from knowledge.index.record import IndexRecord

COUNT, FIRST, SEED = 120, 5, 3


def main() -> int:
    questions = [item for name in sys.argv[1:] for item in read_questions(Path(name))[0] if item.gold]
    records = index_records(load())
    told = sorted({fact for item in questions for fact in item.gold} & {item.id for item in records})
    drawn = random.Random(SEED).sample(told, min(COUNT, len(told)))  # noqa: S311 - a fixed sample
    chosen = frozenset(drawn)
    print(f"{len(questions)} questions, {len(chosen)} facts as one's own")
    owned = _owned(records, chosen)
    for label, share in (("without a ranking of their own", 0.0), ("with it", rankings.OWN_SHARE)):
        rankings.OWN_SHARE = share
        theirs, others = shares(questions, chosen, owned)
        print(f"{label:31} of theirs {theirs:.3f}, of the others {others:.3f} among the first {FIRST}")
    return 0


def _owned(records: Iterable[IndexRecord], chosen: frozenset[str]) -> tuple[IndexRecord, ...]:
    return tuple(replace(item, questions=(), own=True) if item.id in chosen else item for item in records)


def shares(
    questions: list[Question], chosen: frozenset[str], records: tuple[IndexRecord, ...]
) -> tuple[float, float]:
    """Mean share of the chosen gold, and of the rest, over the questions that have some of it."""
    theirs: list[float] = []
    others: list[float] = []
    with tempfile.TemporaryDirectory() as cache:
        search = Retriever(load(), Path(cache))
        search.__dict__["records"] = records
        for item in questions:
            found = {hit.record_id for hit in search.search(item.text, k=FIRST, kinds=FACT_KINDS).hits}
            for part, kept in ((item.gold & chosen, theirs), (item.gold - chosen, others)):
                if part:
                    kept.append(min(1.0, len(part & found) / min(len(part), FIRST)))
    return fmean(theirs), fmean(others)


if __name__ == "__main__":
    sys.exit(main())
