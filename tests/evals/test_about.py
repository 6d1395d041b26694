"""Reports say what they are of, and two reports that are of different things are not compared in silence."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evals.about import about_run, as_json, in_words
from evals.advice import run_advice
from evals.compare import compare, run_compare
from evals.fake_advisor import ScriptedAdvisor, question, recommendation, stack_of
from evals.frozen import sha256
from evals.knobs import Knob
from evals.matrix import run_matrix
from evals.seeded_cases import Agenda
from knowledge import load
from tools.profile import Profile

DATA = Path(__file__).parent / "data" / "invented"
DAY = date(2026, 11, 25)


def advisor() -> ScriptedAdvisor:
    stack = stack_of("managed-api", "hybrid", "managed-api", {"sto.vector_db": "pgvector"})
    return ScriptedAdvisor(question("request_rate", "corpus_size"), recommendation(stack))


def run(**more: Any) -> dict[str, Any]:
    out = io.StringIO()
    run_advice(
        DATA, json_output=True, as_of=DAY, open_advisor=advisor, stdout=out, stderr=io.StringIO(), **more
    )
    content: dict[str, Any] = json.loads(out.getvalue())
    return content


def test_a_report_names_its_date_knowledge_version_path_user_and_cases() -> None:
    about = run()["about"]
    assert about["as_of"] == "2026-11-25"
    assert about["knowledge"] == load().hash
    assert about["version"][0].isdigit()
    assert about["path"] == DATA.as_posix()
    assert (about["user"], about["knobs"], about["seeds"]) == ("cooperative", [], 1)
    assert (about["model"], about["profile"], about["edited"]) == ("", "", [])
    files = {name: DATA / f"{name}.yaml" for name in ("library-search", "moving-target")}
    assert about["cases"] == {name: sha256(file) for name, file in files.items()}


def test_habits_and_seeds_are_named() -> None:
    agenda = Agenda(frozenset({Knob.TYPOS, Knob.TERSE}), 2)
    about = run(agenda=agenda)["about"]
    assert (about["user"], about["knobs"], about["seeds"]) == ("agenda", ["terse", "typos"], 2)
    assert set(about["cases"]) == {"library-search", "moving-target"}
    assert "agenda user; habits terse, typos; 2 seeds" in in_words(about)


def test_a_profile_leaves_its_mark() -> None:
    known = load()
    one, other = (about_run(known, DAY, profile=Profile(name=name)).profile for name in ("One", "Other"))
    assert len({one, other, ""}) == 3
    assert about_run(known, DAY, profile=Profile()).profile == ""
    assert as_json(about_run(known, None))["as_of"] == ""


def test_the_page_and_the_table_say_it_too(tmp_path: Path) -> None:
    content = run(html=tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert in_words(content["about"]) in page
    assert f"file {content['about']['cases']['library-search'][:12]}" in page
    out = io.StringIO()
    run_advice(DATA, as_of=DAY, open_advisor=advisor, stdout=out, stderr=io.StringIO())
    assert out.getvalue().splitlines()[0] == in_words(content["about"])


def test_the_matrix_says_it_too() -> None:
    out = io.StringIO()
    run_matrix(
        DATA, 2, True, knobs=("typos",), as_of=DAY, open_advisor=advisor, stdout=out, stderr=io.StringIO()
    )
    about = json.loads(out.getvalue())["about"]
    assert (about["as_of"], about["knobs"], about["seeds"]) == ("2026-11-25", ["typos"], 2)


@pytest.mark.parametrize(
    ("name", "value"), [("as_of", "2026-12-01"), ("knowledge", "0" * 64), ("user", "agenda"), ("seeds", 4)]
)
def test_what_two_reports_do_not_share_is_said(tmp_path: Path, name: str, value: Any) -> None:
    a = run()
    b = {**a, "about": {**a["about"], name: value}}
    assert compare(a, a)["differing"] == {}
    assert compare(a, b)["differing"] == {name: [a["about"][name], value]}
    for file, content in (("a", a), ("b", b)):
        (tmp_path / file).write_text(json.dumps(content), encoding="utf-8")
    err = io.StringIO()
    assert run_compare(tmp_path / "a", tmp_path / "b", stdout=io.StringIO(), stderr=err) == 0
    assert f"{name} differs: {a['about'][name]} in A, {value} in B" in err.getvalue()


def test_a_case_that_was_edited_in_between_is_left_out_and_named(tmp_path: Path) -> None:
    a = run()
    cases = {**a["about"]["cases"], "library-search": "0" * 64}
    b = {**a, "about": {**a["about"], "cases": cases}}
    found = compare(a, b)
    assert (found["shared"], found["edited"]) == (1, ["library-search"])
    for file, content in (("a", a), ("b", b)):
        (tmp_path / file).write_text(json.dumps(content), encoding="utf-8")
    err = io.StringIO()
    run_compare(tmp_path / "a", tmp_path / "b", stdout=io.StringIO(), stderr=err)
    assert "left out, since their files differ: library-search" in err.getvalue()


def test_a_report_that_says_nothing_of_itself_differs_in_everything() -> None:
    a = run()
    assert "as_of" in compare({**a, "about": None}, a)["differing"]
