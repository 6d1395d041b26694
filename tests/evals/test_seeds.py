"""Ten seeds of one case are not ten cases: intervals, sign tests and baselines count cases."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evals.advice import run_advice
from evals.baselines import ORACLE
from evals.case_files import CaseSet
from evals.compare import SCHEMA, compare
from evals.fake_advisor import ScriptedAdvisor, question, recommendation, stack_of
from evals.form import NAME
from evals.knobs import Knob
from evals.report import as_json, score_traces
from evals.seeded_cases import Agenda, seeded_cases, seeded_id
from evals.trace import Trace

DATA = Path(__file__).parent / "data" / "invented"
KNOWN = frozenset({"a/b/c"})
PICKS = {
    "vector_store": ["pgvector"],
    "retrieval": ["hybrid"],
    "model_strategy": ["managed_api"],
    "cluster": ["none"],
}
RIGHT: dict[str, Any] = {
    "picks": PICKS,
    "asked": ["request_rate", "corpus_size"],
    "text": "Titles need exact words[a/b/c]. You can migrate away[a/b/c].",
    "numbers": {"requests_per_day": 205},
    "citations": {slot: ["a/b/c"] for slot in PICKS},
    "turns": 3,
}
WRONG = {**RIGHT, "picks": {**PICKS, "cluster": ["eks"]}}


def report(invented: CaseSet, *runs: dict[str, Any]) -> dict[str, Any]:
    """The library's case, a run a seed."""
    seeded = seeded_cases(invented, Agenda(frozenset({Knob.TYPOS}), len(runs)))
    named = {seeded_id("library-search", seed): run for seed, run in enumerate(runs)}
    traces = {name: Trace(id=name, **run) for name, run in named.items()}
    return as_json(score_traces(seeded.found, traces, KNOWN, case_of=seeded.case_of))


def test_seeds_do_not_narrow_an_interval(invented: CaseSet) -> None:
    once, often = report(invented, RIGHT), report(invented, *[RIGHT] * 8)
    assert (once["totals"]["real"]["cases"], once["totals"]["real"]["runs"]) == (1, 1)
    assert (often["totals"]["real"]["cases"], often["totals"]["real"]["runs"]) == (1, 8)
    for part in ("totals", "by_layer", "by_difficulty", "by_category", "choice_of_stack_alone"):
        assert json.loads(json.dumps(often[part]).replace('"runs": 8', '"runs": 1')) == once[part], part


def test_a_case_counts_by_the_mean_of_its_runs(invented: CaseSet) -> None:
    found = report(invented, RIGHT, RIGHT, RIGHT, WRONG)
    real = found["totals"]["real"]
    assert (real["passed"], real["gate_failures"]) == (0.75, 0.25)
    assert real["fit"] == pytest.approx((3 + 0.75) / 4)
    assert found["by_layer"]["orchestration"] == {"slots": 1, "fit": 0.75, "interval": [0.75, 0.75]}
    assert found["real"]["library-search.s3"]["case"] == "library-search"


def test_baselines_answer_each_case_once_and_are_paired_by_case(invented: CaseSet) -> None:
    once, often = report(invented, WRONG), report(invented, *[WRONG] * 8)
    oracle = often["baselines"][ORACLE]
    assert (oracle["cases"], oracle["runs"], oracle["product_less_baseline"]["shared"]) == (1, 1, 1)
    assert oracle["product_less_baseline"]["lost"] == 1
    assert often["baselines"] == once["baselines"]


def scripts(invented: CaseSet, *held: bool) -> dict[str, Any]:
    seeded = seeded_cases(invented, Agenda(frozenset({Knob.TYPOS}), len(held)))
    traces = {
        (name := seeded_id("moving-target", seed)): Trace(
            id=name, exception=None if well else "ValueError: x"
        )
        for seed, well in enumerate(held)
    }
    found: dict[str, Any] = as_json(score_traces(seeded.found, traces, KNOWN, case_of=seeded.case_of))
    return found["totals"]["adversarial"]  # type: ignore[no-any-return]


def test_scripts_are_counted_by_case_too(invented: CaseSet) -> None:
    once, often = scripts(invented, False), scripts(invented, *[False] * 5)
    assert (often["cases"], often["runs"], often["assertions"]) == (1, 5, 5 * once["assertions"])
    assert often["intervals"] == once["intervals"]
    assert scripts(invented, True, False)["gates_held"] == 0.5


def stored(**cases: list[bool]) -> dict[str, Any]:
    runs = {
        f"{case}.s{seed}": {"passed": passed, "score": float(passed), "case": case}
        for case, passes in cases.items()
        for seed, passed in enumerate(passes)
    }
    return {"schema": SCHEMA, "real": runs, "adversarial": {}}


def test_two_reports_are_compared_by_case() -> None:
    """Two cases that fell in all of eight seeds are two, not sixteen: p is a half, not a thousandth."""
    before = stored(a=[True] * 8, b=[True] * 8, c=[True, False] * 4)
    after = stored(a=[False] * 8, b=[False] * 8, c=[True, False] * 4)
    found = compare(before, after)
    assert (found["shared"], found["gained"], found["lost"], found["p_value"]) == (3, [], ["a", "b"], 0.5)
    assert found["scores"] == {"a": [1, 0], "b": [1, 0]}


def test_a_case_that_passes_more_often_is_gained() -> None:
    found = compare(stored(a=[True, False]), stored(a=[True, True]))
    assert (found["gained"], found["pass_share_difference"]["mean"]) == (["a"], 0.5)


def test_the_command_holds_difficult_users_against_every_baseline() -> None:
    stack = stack_of("managed-api", "hybrid", "managed-api", {"sto.vector_db": "pgvector"})
    out, page = io.StringIO(), io.StringIO()
    agenda = Agenda(frozenset({Knob.TYPOS}), 2)
    for stream, json_output in ((out, True), (page, False)):
        run_advice(
            DATA,
            json_output=json_output,
            agenda=agenda,
            as_of=date(2026, 11, 25),
            open_advisor=lambda: ScriptedAdvisor(question("request_rate"), recommendation(stack)),
            stdout=stream,
            stderr=io.StringIO(),
        )
    found = json.loads(out.getvalue())
    assert set(found["real"]) == {"library-search.s0", "library-search.s1"}
    assert found["totals"]["real"]["cases"] == 1
    assert {ORACLE, NAME} <= set(found["baselines"])
    assert found["baselines"][NAME]["product_less_baseline"]["shared"] == 1
    assert "0.0/1" in page.getvalue()
