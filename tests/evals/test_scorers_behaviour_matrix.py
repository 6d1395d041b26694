"""The knob matrix: rows, references, findings, exit codes; with an advisor that follows a script."""

import io
import json
from datetime import date
from pathlib import Path

import pytest

from evals.case_files import CaseSet
from evals.fake_advisor import ScriptedAdvisor, Step, question, recommendation, stack_of
from evals.knobs import Knob, knob_sets
from evals.matrix import fill_matrix, judge_of, reference_of, run_matrix
from evals.matrix_report import as_json, table
from evals.seeded_cases import Agenda, seeded_cases
from knowledge import load
from knowledge.errors import InputRefused

DATA = Path(__file__).parent / "data"
STACK = recommendation(stack_of("managed-api", "hybrid", "managed-api", {"sto.vector_db": "pgvector"}))


def steps() -> list[Step]:
    return [question("users", "budget"), question("team"), STACK]


def advisor() -> ScriptedAdvisor:
    return ScriptedAdvisor(*steps())


def run(json_output: bool = True, seeds: int = 2, knobs: tuple[str, ...] = ("typos",)) -> str:
    out = io.StringIO()
    code = run_matrix(
        DATA / "invented", seeds, json_output, knobs=knobs, as_of=date(2026, 1, 1), open_advisor=advisor,
        stdout=out, stderr=io.StringIO(),
    )  # fmt: skip
    assert code == 0
    return out.getvalue()


def test_a_row_holds_every_case_and_seed_and_the_cooperative_user_stands_beside() -> None:
    content = json.loads(run())
    cases = 2
    assert {name: row["runs"] for name, row in content["rows"].items()} == {
        "cooperative": cases,
        "typos": 2 * cases,
    }
    assert content["rows"]["typos"]["same_winner"] == 1.0
    assert content["rows"]["cooperative"]["same_winner"] is None


def test_the_matrix_is_the_same_to_the_byte() -> None:
    assert run(knobs=("all",)) == run(knobs=("all",))


def test_without_a_choice_every_knob_has_its_row_alone_and_all_together() -> None:
    assert set(json.loads(run(seeds=1, knobs=()))["rows"]) == {"cooperative", *map(str, Knob), "all"}


def test_the_table_has_a_line_a_row() -> None:
    lines = run(json_output=False).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:4]] == ["| cooperative", "| typos"]
    assert len({line.count("|") for line in lines[:4]}) == 1


def test_only_those_who_tell_the_same_are_compared() -> None:
    assert reference_of(frozenset({Knob.TYPOS, Knob.PRESSURE})) == "cooperative"
    assert reference_of(frozenset({Knob.REORDER})) == "own"
    assert reference_of(frozenset({Knob.TYPOS, Knob.DONT_KNOW})) == "none"
    assert reference_of(knob_sets()["all"]) == "none"


def test_a_flip_is_found_and_an_exception_comes_first(invented: CaseSet) -> None:
    other = recommendation(stack_of("managed-api", "hybrid", "managed-api", {"sto.vector_db": "milvus"}))

    def weak() -> ScriptedAdvisor:
        return ScriptedAdvisor(question("users"), STACK, other)

    knowledge = load()
    judge = judge_of(invented, knowledge, date(2026, 1, 1))
    rows = {"pressure": frozenset({Knob.PRESSURE})}
    content = as_json(fill_matrix(invented, weak, knowledge, judge, rows, 1))
    flipped = [finding for finding in content["findings"] if finding["kind"] == "flip"]
    # In the other case an event, and so a fact, comes between the two recommendations.
    assert [finding["case"] for finding in flipped] == ["library-search"]
    assert content["rows"]["pressure"]["flips"] == "1/6"
    assert "flip" in table(content)

    def broken() -> ScriptedAdvisor:
        return ScriptedAdvisor(question("users"), ValueError("no luck"))

    failed = as_json(fill_matrix(invented, broken, knowledge, judge, rows, 1))
    assert failed["findings"][0]["kind"] == "exception"
    assert failed["rows"]["pressure"]["exceptions"] == 2


def test_no_case_or_no_seed_is_no_result(tmp_path: Path) -> None:
    error = io.StringIO()
    assert run_matrix(tmp_path, 1, open_advisor=advisor, stderr=error) == 3
    assert "No case found" in error.getvalue()
    with pytest.raises(InputRefused, match="no run"):
        run_matrix(DATA / "invented", 0, open_advisor=advisor)


def test_seeded_cases_keep_their_keys_and_get_their_own_users(invented: CaseSet) -> None:
    seeded = seeded_cases(invented, Agenda(frozenset({Knob.REORDER}), 2))
    assert [script.id for script in seeded.found.scripts[:2]] == [
        f"{invented.scripts[0].id}.s0",
        f"{invented.scripts[0].id}.s1",
    ]
    assert set(seeded.found.cases) == {script.id for script in seeded.found.scripts}
    first, second = (seeded.open_user(script).open() for script in seeded.found.scripts[:2])
    assert first != second
