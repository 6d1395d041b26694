import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evals.advice import IMPERFECT, NO_CASE, RAN, read_advice, run_advice
from evals.baselines import ORACLE, answerers, score_answerer
from evals.case import RealCase
from evals.case_files import CaseSet
from evals.fake_advisor import ScriptedAdvisor, question, recommendation, stack_of
from evals.report import as_json
from evals.trace import read_traces

DATA = Path(__file__).parent / "data"
MOST_THAT_A_CONSTANT_STACK_MAY_PASS = 8


def advisor() -> ScriptedAdvisor:
    stack = stack_of("managed-api", "hybrid", "managed-api", {"sto.vector_db": "pgvector"})
    return ScriptedAdvisor(question("request_rate", "corpus_size"), recommendation(stack))


def run(path: Path, json_output: bool = True, **paths: Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = run_advice(
        path,
        paths.get("traces"),
        json_output,
        open_advisor=advisor,
        html=paths.get("html"),
        junit=paths.get("junit"),
        stdout=out,
        stderr=err,
    )
    return code, out.getvalue(), err.getvalue()


def real_cases(found: CaseSet) -> list[RealCase]:
    return [case for case in found.cases.values() if isinstance(case, RealCase)]


def test_documented_choices_pass_their_own_key(development: CaseSet) -> None:
    scores = score_answerer(answerers()[ORACLE], real_cases(development))
    assert len(scores) == 20
    assert all(score.passed and score.score == pytest.approx(1) for score in scores.values())
    assert all(score.unknown_names == () for score in scores.values())


def test_no_constant_stack_goes_far(development: CaseSet) -> None:
    constant = {name: answerer for name, answerer in answerers().items() if name != ORACLE}
    assert len(constant) == 3
    for name, answerer in constant.items():
        scores = score_answerer(answerer, real_cases(development)).values()
        assert sum(score.passed for score in scores) <= MOST_THAT_A_CONSTANT_STACK_MAY_PASS, name
        assert sum(bool(score.gates) for score in scores) >= 6, name
        assert not any(score.unknown_names for score in scores), name


def test_all_cases_run_and_the_report_holds_every_view(tmp_path: Path) -> None:
    code, out, _ = run(DATA / "invented", traces=tmp_path)
    report = json.loads(out)
    assert code == RAN
    assert set(report["real"]) == {"library-search"}
    assert set(report["adversarial"]) == {"moving-target"}
    assert report["totals"]["real"]["cases"] == 1
    assert report["by_layer"]["storage"]["fit"] == 1
    assert set(report["by_difficulty"]) == {"easy"}
    assert set(report["by_category"]) == {"invented"}
    assert ORACLE in report["baselines"]
    assert sorted(read_traces(tmp_path)) == ["library-search", "moving-target"]


def test_traces_alone_give_the_same_report(tmp_path: Path) -> None:
    _, out, _ = run(DATA / "invented", traces=tmp_path)
    assert json.loads(json.dumps(as_json(read_advice(DATA / "invented", tmp_path)))) == json.loads(out)


def test_the_table_names_every_case_and_baseline() -> None:
    _, out, _ = run(DATA / "invented", json_output=False)
    for name in ("library-search", "moving-target", ORACLE, "By layer", "By difficulty", "By category"):
        assert name in out


def test_no_case_found_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no case", encoding="utf-8")
    for path in (tmp_path, tmp_path / "missing"):
        code, out, err = run(path)
        assert code == NO_CASE
        assert out == ""
        assert "No case found" in err


def test_a_malformed_case_is_reported_and_the_others_run(tmp_path: Path) -> None:
    good = DATA / "invented" / "library-search.yaml"
    (tmp_path / "good.yaml").write_text(good.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("id: [", encoding="utf-8")
    code, out, err = run(tmp_path)
    assert code == IMPERFECT
    assert "bad.yaml" in err
    report = json.loads(out)
    assert set(report["real"]) == {"library-search"}
    assert report["problems"][0].startswith("bad.yaml: not readable as YAML")


def test_an_exception_of_the_advisor_is_reported() -> None:
    out = io.StringIO()
    code = run_advice(
        DATA / "invented",
        json_output=True,
        open_advisor=lambda: ScriptedAdvisor(ValueError("no luck")),
        stdout=out,
        stderr=io.StringIO(),
    )
    report = json.loads(out.getvalue())
    assert code == IMPERFECT
    assert report["exceptions"]["library-search"] == "ValueError: no luck"
    assert "exception" in report["real"]["library-search"]["gates"]


def test_the_page_escapes_what_cases_say_and_loads_nothing(tmp_path: Path) -> None:
    text = (DATA / "invented" / "library-search.yaml").read_text(encoding="utf-8")
    (tmp_path / "case.yaml").write_text(text.replace("category: invented", "category: <b>x</b>"), "utf-8")
    run(tmp_path, html=tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>x" not in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


def test_build_servers_get_a_failure_a_failed_case(tmp_path: Path) -> None:
    run(DATA / "invented", junit=tmp_path / "report.xml")
    suite = ElementTree.fromstring((tmp_path / "report.xml").read_text(encoding="utf-8"))
    assert suite.get("tests") == "2"
    assert suite.get("failures") == "2"
    assert {case.get("name") for case in suite} == {"library-search", "moving-target"}
