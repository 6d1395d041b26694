"""`stackwright eval retrieval CSV`: questions against the packaged index.

Recall at 5 and 8, reciprocal rank and nDCG over the questions with gold facts (fact ids or seed ids), and how
often it abstains rightly and wrongly. A file without gold is answered where `--results` says where to, and left
unscored; without either there is nothing to do. Exit codes as `eval advice`.
"""

import csv
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple, TextIO

from knowledge import Knowledge, load
from knowledge.index import FACT_KINDS, PARTS, Part, Retriever, SearchResult

from .about import about_run
from .about import as_json as about_json
from .intervals import bootstrap_mean

RAN, NO_CASE, IMPERFECT = 0, 3, 4
DEPTH = 10
COLUMNS = ("question_id", "rank", "fact_id", "seed_id", "abstained")
NEEDED = ("id", "question")
COMPARED: dict[str, frozenset[Part]] = {
    "dense": frozenset(("dense", "query_map")),
    "lexical": frozenset(("lexical", "best_question")),
    "without_query_map": PARTS - {"query_map"},
    "without_best_question": PARTS - {"best_question"},
    "without_learned_order": PARTS - {"learned_order"},
}
"""What the whole is set beside: its two sides, and the whole without what is fitted or ranked beside them."""
NOTHING_TO_SCORE = (
    "says of no question what should be found (gold_fact_ids) or whether it can be answered (answerable). "
    "Give one of these columns, or --results FILE to have the questions answered without a score."
)


class Question(NamedTuple):
    """One row of the file."""

    id: str
    text: str
    gold: frozenset[str]
    answerable: bool | None
    """None where the file doesn't say."""

    @property
    def scorable(self) -> bool:
        return bool(self.gold) or self.answerable is not None


class Answered(NamedTuple):
    """What was found for it: per hit the fact's own id and its seed ids."""

    question: Question
    facts: tuple[str, ...]
    names: tuple[frozenset[str], ...]
    abstained: bool


def run_retrieval(
    path: Path,
    results: Path | None = None,
    json_output: bool = False,
    *,
    knowledge: Knowledge | None = None,
    retriever: Retriever | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Answer every question of `path`; results go to `stdout`, problems to `stderr`."""
    out, err, known = stdout or sys.stdout, stderr or sys.stderr, knowledge or load()
    questions, problem = read_questions(path)
    if problem:
        print(problem, file=err)
        return IMPERFECT if path.is_file() else NO_CASE
    if not questions or (results is None and not any(item.scorable for item in questions)):
        print(f"{path.name} {NOTHING_TO_SCORE if questions else 'has no question in any row.'}", file=err)
        return NO_CASE
    search = retriever or Retriever(known)
    answered = [answer(item, search, known) for item in questions]
    for notice in search.notices:
        print(notice, file=err)
    if results is not None:
        _write(results, answered, known)
    report = {
        "about": about_json(about_run(known, None, path)),
        **as_json(answered),
        "sides": side_by_side(questions, answered, search, known),
    }
    print(json.dumps(report, indent=1, ensure_ascii=False) if json_output else _text(report), file=out)
    return RAN


def read_questions(path: Path) -> tuple[list[Question], str]:
    """The questions, or what hinders reading them."""
    if not path.is_file():
        return [], f"No question found at {path}. Give a CSV with the columns id and question."
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        return [], f"{path.name} can't be read as CSV in UTF-8 ({error}). Save it as UTF-8, with a header."
    missing = [name for name in NEEDED if not rows or name not in rows[0]]
    if missing:
        return (
            [],
            f"{path.name} has no row or no column {' and '.join(missing)}; a CSV with a header is needed.",
        )
    return [
        _question(row, number) for number, row in enumerate(rows, 1) if (row["question"] or "").strip()
    ], ""


def _question(row: dict[str, str], number: int) -> Question:
    gold = frozenset((row.get("gold_fact_ids") or "").replace(",", " ").replace("|", " ").split())
    said = (row.get("answerable") or "").strip().lower()
    answerable = bool(gold) or said.startswith("y") if said or gold else None
    return Question(row["id"] or f"row {number}", row["question"], gold, answerable)


def answer_with_cards(question: Question, retriever: Retriever, knowledge: Knowledge) -> Answered:
    """The records that a search of all kinds gives, as `knowledge search` does: a card takes a place and is no fact."""
    result = retriever.search(question.text, k=DEPTH)
    found = tuple(hit.record_id for hit in result.hits)
    known = knowledge.facts
    names = (frozenset({item, *known[item].seed_ids}) if item in known else frozenset() for item in found)
    return Answered(question, found, tuple(names), result.abstained)


def answer(
    question: Question, retriever: Retriever, knowledge: Knowledge, parts: frozenset[Part] = PARTS
) -> Answered:
    """The facts of the best records, in order, each once."""
    result: SearchResult = retriever.search(question.text, k=DEPTH, kinds=FACT_KINDS, parts=parts)
    facts = tuple(dict.fromkeys(fact for hit in result.hits for fact in hit.fact_ids))
    names = tuple(frozenset({fact, *knowledge.facts[fact].seed_ids}) for fact in facts)
    return Answered(question, facts, names, result.abstained)


def side_by_side(
    questions: list[Question], fused: list[Answered], retriever: Retriever, knowledge: Knowledge
) -> dict[str, Any]:
    """What all parts find together, each side alone, all but one, and beside cards, on the questions with gold."""
    scored = [item for item in questions if item.gold]
    found = {"fused": [item for item in fused if item.question.gold]}
    for name, parts in COMPARED.items():
        found[name] = [answer(item, retriever, knowledge, parts) for item in scored]
    found["with_cards"] = [answer_with_cards(item, retriever, knowledge) for item in scored]
    return {name: _figures(answered) for name, answered in found.items()}


def _figures(scored: list[Answered]) -> dict[str, Any]:
    at_5 = [recall(item, 5) for item in scored]
    return {
        "recall_at_5": _mean(iter(at_5)),
        "interval": bootstrap_mean(at_5),
        "recall_at_8": _mean(recall(item, 8) for item in scored),
        "ndcg_at_10": _mean(ndcg(item) for item in scored),
    }


def recall(item: Answered, k: int) -> float:
    """Share of the gold among the first `k` facts; of gold that `k` places can't hold, `k` is all."""
    found = len(item.question.gold & frozenset().union(*item.names[:k]))
    return min(1.0, found / min(len(item.question.gold), k))


def ndcg(item: Answered, k: int = DEPTH) -> float:
    """Discounted gain of the first `k` facts over that of the ideal order."""
    gains = [
        bool(names & item.question.gold) / math.log2(rank + 1) for rank, names in enumerate(item.names[:k], 1)
    ]
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(item.question.gold), k) + 1))
    return sum(gains) / ideal


def as_json(answered: list[Answered]) -> dict[str, Any]:
    """All figures, and each question that isn't answered fully at 5."""
    scored = [item for item in answered if item.question.gold]
    answerable = [item for item in answered if item.question.answerable]
    unanswerable = [item for item in answered if item.question.answerable is False]
    ranks = [
        next((rank for rank, names in enumerate(item.names, 1) if names & item.question.gold), 0)
        for item in scored
    ]
    return {
        "schema": "stackwright-retrieval-report/1",
        "questions": len(answered),
        "scored": len(scored),
        "recall_at_5": _mean(recall(item, 5) for item in scored),
        "recall_at_8": _mean(recall(item, 8) for item in scored),
        "reciprocal_rank": _mean(1 / rank if rank else 0.0 for rank in ranks),
        "ndcg_at_10": _mean(ndcg(item) for item in scored),
        "false_abstention": _mean(float(item.abstained) for item in answerable),
        "true_abstention": _mean(float(item.abstained) for item in unanswerable),
        "missed": {
            item.question.id: sorted(item.question.gold - frozenset().union(*item.names[:5]))
            for item in scored
            if recall(item, 5) < 1
        },
    }


def _mean(values: Iterator[float]) -> float | None:
    listed = list(values)
    return round(fmean(listed), 4) if listed else None


def _write(path: Path, answered: list[Answered], knowledge: Knowledge) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        for item in answered:
            writer.writerows(rows(item, knowledge))


def rows(item: Answered, knowledge: Knowledge) -> Iterator[dict[str, Any]]:
    """One row a fact; one empty row where nothing was found."""
    said = "true" if item.abstained else "false"
    if not item.facts:
        yield {"question_id": item.question.id, "abstained": said}
    for rank, fact in enumerate(item.facts, 1):
        seeds = "|".join(knowledge.facts[fact].seed_ids)
        yield {
            "question_id": item.question.id, "rank": rank, "fact_id": fact, "seed_id": seeds, "abstained": said,
        }  # fmt: skip


def _side(name: str, figures: dict[str, Any]) -> str:
    low, high = figures["interval"]
    label = "search " + name.replace("_", " ")
    return (
        f"{label:28} recall at 5 {figures['recall_at_5']:.3f} (95 % interval {low:.3f} to {high:.3f}),"
        f" at 8 {figures['recall_at_8']:.3f}, nDCG at 10 {figures['ndcg_at_10']:.3f}"
    )


def _text(report: dict[str, Any]) -> str:
    lines = [f"{report['questions']} questions, {report['scored']} with gold"]
    for name in (
        "recall_at_5",
        "recall_at_8",
        "reciprocal_rank",
        "ndcg_at_10",
        "false_abstention",
        "true_abstention",
    ):
        value = report[name]
        lines.append(f"{name.replace('_', ' '):20} {'-' if value is None else f'{value:.3f}'}")
    lines += [_side(name, figures) for name, figures in report["sides"].items() if figures["interval"]]
    lines += [
        f"{name}: not among the first five: {', '.join(gone)}" for name, gone in report["missed"].items()
    ]
    return "\n".join(lines)
