"""`eval retrieval`: measures by hand, what counts as found, abstention, and files that say nothing."""

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest

from evals.retrieval import (
    COLUMNS,
    IMPERFECT,
    NO_CASE,
    RAN,
    Answered,
    Question,
    as_json,
    ndcg,
    read_questions,
    recall,
    run_retrieval,
)
from knowledge import Knowledge
from knowledge.index import PARTS, Hit, SearchResult

KNOWLEDGE = Knowledge()
RETENTION, ZDR, CLINIC, ISOLATED = (
    "openai-api/compliance/retention-30-days",
    "openai-api/compliance/zdr-endpoints",
    "anthropic-api/compliance/zdr-hipaa",
    "azure-openai/compliance/isolated-from-openai",
)


def found(
    gold: str, *facts: str, abstained: bool = False, answerable: bool | None = True, name: str = "q"
) -> Answered:
    """Facts named by single letters, each its own only name."""
    question = Question(name, "What?", frozenset(gold.split()), answerable)
    return Answered(question, facts, tuple(frozenset({fact}) for fact in facts), abstained)


NINE = ("a", "b", "c", "d", "e", "f", "g", "h", "i")


def test_recall_looks_at_the_first_facts_alone() -> None:
    item = found("a f x", *NINE)
    assert recall(item, 5) == pytest.approx(1 / 3)
    assert recall(item, 8) == pytest.approx(2 / 3)
    assert recall(found("i", *NINE), 8) == 0
    assert recall(found("x"), 8) == 0


def test_places_bound_what_recall_may_ask_for() -> None:
    many = found(" ".join(NINE), *NINE)
    assert recall(many, 5) == 1
    assert recall(found(" ".join((*NINE[4:], "x")), *NINE), 5) == pytest.approx(1 / 5)


def test_a_later_place_gains_less() -> None:
    assert ndcg(found("a", *NINE)) == 1
    assert ndcg(found("b", *NINE)) == pytest.approx(1 / math.log2(3))
    assert ndcg(found("c", *NINE)) == pytest.approx(0.5)
    assert ndcg(found("a b", *NINE)) == pytest.approx(1)
    assert ndcg(found("a c", *NINE)) == pytest.approx((1 + 0.5) / (1 + 1 / math.log2(3)))
    assert ndcg(found("c", *NINE), 2) == 0


def test_the_ideal_order_is_no_longer_than_the_depth() -> None:
    gold = " ".join(NINE)
    assert ndcg(found(gold, *NINE), 3) == pytest.approx(1)
    assert ndcg(found(gold, "a"), 3) == pytest.approx(1 / (1 + 1 / math.log2(3) + 0.5))


def test_the_report_averages_over_questions_with_gold() -> None:
    report = as_json([found("a", *NINE), found("d", *NINE), found("f z", *NINE), found("", *NINE)])
    assert (report["questions"], report["scored"]) == (4, 3)
    assert report["recall_at_5"] == pytest.approx(2 / 3, abs=1e-4)
    assert report["recall_at_8"] == pytest.approx(2.5 / 3, abs=1e-4)
    assert report["reciprocal_rank"] == pytest.approx((1 + 1 / 4 + 1 / 6) / 3, abs=1e-4)
    assert report["ndcg_at_10"] < 1
    assert report["missed"] == {"q": ["f", "z"]}


def test_a_question_whose_gold_is_not_found_counts_as_zero() -> None:
    report = as_json([found("z", *NINE), found("a", *NINE, name="well")])
    assert report["missed"] == {"q": ["z"]}
    assert (report["reciprocal_rank"], report["recall_at_8"], report["ndcg_at_10"]) == (0.5, 0.5, 0.5)


def test_abstention_is_right_where_there_is_no_answer_and_wrong_where_there_is() -> None:
    report = as_json(
        [
            found("a", abstained=True),
            found("a", "a"),
            found("a", "a"),
            found("a", "a"),
            found("", abstained=True, answerable=False),
            found("", "a", answerable=False),
            found("", abstained=True, answerable=None),
        ]
    )
    assert report["false_abstention"] == 0.25
    assert report["true_abstention"] == 0.5


def test_what_was_not_measured_is_none_not_zero() -> None:
    report = as_json([found("", "a", answerable=None)])
    assert {name for name, value in report.items() if value is None} == {
        "recall_at_5", "recall_at_8", "reciprocal_rank", "ndcg_at_10", "false_abstention", "true_abstention",
    }  # fmt: skip


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(["id,question,gold_fact_ids,answerable", *rows]) + "\n", encoding="utf-8")
    return path


def test_a_question_is_answerable_when_it_has_gold_or_says_so(tmp_path: Path) -> None:
    file = write(
        tmp_path / "q.csv",
        "g,What?,a|b c,",
        "y,What?,,yes",
        "n,What?,,no",
        "u,What?,,",
        "gn,What?,a,no",
        ',"What, then?","a,b",',
        "e, ,a,",
    )
    questions, problem = read_questions(file)
    assert problem == ""
    by_id = {item.id: item for item in questions}
    assert {name: item.answerable for name, item in by_id.items()} == {
        "g": True, "y": True, "n": False, "u": None, "gn": True, "row 6": True,
    }  # fmt: skip
    assert by_id["g"].gold == {"a", "b", "c"}
    assert by_id["row 6"].gold == {"a", "b"}


class Scripted:
    """A retriever that knows what it will find."""

    notices = ("The index was rebuilt.",)

    def __init__(self, **answers: tuple[tuple[tuple[str, ...], ...], bool]) -> None:
        self._answers = answers
        self.asked: list[dict[str, Any]] = []

    def search(self, query: str, **how: Any) -> SearchResult:
        self.asked.append(how)
        groups, abstained = self._answers[query]
        parts = how.get("parts", PARTS)
        if parts != PARTS:
            groups = groups[1:] if "dense" in parts else groups[:1]
        hits = tuple(
            Hit(record_id=ids[0] if len(ids) == 1 else f"component:{n}", fact_ids=ids, score=1.0, text="")
            for n, ids in enumerate(groups)
        )
        return SearchResult(hits=hits, abstained=abstained)


ANSWERS = {
    "retention": (((RETENTION, ZDR), (CLINIC, RETENTION)), False),
    "seed": (((ISOLATED,), (RETENTION,)), False),
    "weather": ((), True),
}


def run(path: Path, results: Path | None = None, json_output: bool = True) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = run_retrieval(
        path,
        results,
        json_output,
        knowledge=KNOWLEDGE,
        retriever=Scripted(**ANSWERS),  # type: ignore[arg-type]
        stdout=out,
        stderr=err,
    )
    return code, out.getvalue(), err.getvalue()


def test_facts_are_found_by_their_own_id_and_by_their_seed_id(tmp_path: Path) -> None:
    seed = KNOWLEDGE.facts[RETENTION].seed_ids[0]
    file = write(tmp_path / "q.csv", f"a,retention,{CLINIC},", f"b,seed,{seed},", "c,weather,,no")
    code, out, err = run(file, tmp_path / "out.csv")
    report = json.loads(out)
    assert code == RAN
    assert "The index was rebuilt." in err
    assert report["reciprocal_rank"] == pytest.approx((1 / 3 + 1 / 2) / 2, abs=1e-4)
    assert (report["recall_at_5"], report["false_abstention"], report["true_abstention"]) == (1, 0, 1)
    assert report["about"]["knowledge"] == KNOWLEDGE.hash
    assert [(name, side["recall_at_5"]) for name, side in report["sides"].items()] == [
        ("fused", 1.0), ("dense", 1.0), ("lexical", 0.0),
        ("without_query_map", 1.0), ("without_best_question", 1.0), ("without_learned_order", 1.0),
        ("with_cards", 0.5),
    ]  # fmt: skip
    assert report["sides"]["fused"]["interval"] == [1.0, 1.0]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["question_id"], row["rank"], row["fact_id"]) for row in rows] == [
        ("a", "1", RETENTION), ("a", "2", ZDR), ("a", "3", CLINIC),
        ("b", "1", ISOLATED), ("b", "2", RETENTION), ("c", "", ""),
    ]  # fmt: skip
    assert [row["abstained"] for row in rows] == ["false"] * 5 + ["true"]
    assert rows[0]["seed_id"] == seed


def test_the_table_names_what_was_missed(tmp_path: Path) -> None:
    file = write(tmp_path / "q.csv", "a,retention,somewhere/else", "b,seed," + ISOLATED)
    code, out, _ = run(file, json_output=False)
    assert code == RAN
    assert "a: not among the first five: somewhere/else" in out
    assert "recall at 5          0.500" in out
    assert "true abstention      -" in out


def test_a_file_without_gold_is_answered_only_where_it_is_said_where_to(tmp_path: Path) -> None:
    file = tmp_path / "q.csv"
    file.write_text("id,question\na,retention\n", encoding="utf-8")
    code, out, err = run(file)
    assert (code, out) == (NO_CASE, "")
    assert "--results" in err
    code, out, _ = run(file, tmp_path / "out.csv")
    assert code == RAN
    assert json.loads(out)["scored"] == 0
    assert RETENTION in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_abstention_alone_can_be_scored(tmp_path: Path) -> None:
    code, out, _ = run(write(tmp_path / "q.csv", "c,weather,,no"))
    assert code == RAN
    assert json.loads(out)["true_abstention"] == 1


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"id,question\nq,caf\xe9\n", IMPERFECT, "can't be read as CSV in UTF-8"),
        (b"", IMPERFECT, "no row"),
        (b"id,question\n", IMPERFECT, "no row"),
        (b"id,query\nq,What?\n", IMPERFECT, "no column question;"),
        (b"number,query\nq,What?\n", IMPERFECT, "no column id and question;"),
        (b"id,question,gold_fact_ids\nq, ,a\n", NO_CASE, "has no question"),
    ],
)
def test_what_holds_no_question_is_no_success(tmp_path: Path, content: bytes, code: int, said: str) -> None:
    file = tmp_path / "q.csv"
    file.write_bytes(content)
    got, out, err = run(file, tmp_path / "out.csv")
    assert (got, out) == (code, "")
    assert said in err
    assert run(tmp_path / "missing.csv")[0] == NO_CASE
