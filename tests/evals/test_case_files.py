from pathlib import Path
from typing import Any

import pytest
import yaml

from evals.case import RealCase, Script
from evals.case_files import CaseSet, read_case, read_cases

DATA = Path(__file__).parent / "data"
REAL = DATA / "invented" / "library-search.yaml"


def content(**changes: Any) -> dict[str, Any]:
    return {**yaml.safe_load(REAL.read_text(encoding="utf-8")), **changes}


def test_every_development_case_is_read(development: CaseSet) -> None:
    assert len(development.scripts) == len(development.cases) == 24
    assert development.problems == ()


def test_a_file_may_be_given_instead_of_a_folder() -> None:
    assert [script.id for script in read_cases(REAL).scripts] == ["library-search"]


def test_an_unknown_key_is_refused_with_its_place_and_the_nearest_key() -> None:
    _, case, faults = read_case(content(personna="x"))
    assert case is None
    assert faults == ["personna: unknown key; did you mean persona?"]


def test_an_unknown_key_deep_inside_is_refused_with_its_place() -> None:
    expectations = content()["expectations"]
    expectations["must_not"][0]["becuase"] = "x"
    _, case, faults = read_case(content(expectations=expectations))
    assert case is None
    assert faults[0].startswith("expectations.must_not.0.becuase: unknown key")


def test_faulty_expectations_cost_the_score_but_not_the_run() -> None:
    script, case, _ = read_case(content(expectations={}))
    assert isinstance(script, Script)
    assert case is None


def test_a_required_slot_needs_acceptable_ids() -> None:
    _, case, faults = read_case(content(expectations={"acceptable": {}, "required_slots": ["compute"]}))
    assert case is None
    assert "compute" in faults[0]


@pytest.mark.parametrize("identity", ["../escape", "a/b", ".hidden", ""])
def test_an_id_can_not_lead_out_of_the_traces_folder(identity: str) -> None:
    script, _, faults = read_case(content(id=identity))
    assert script is None
    assert faults[0].startswith("id:")


def test_a_pattern_that_does_not_compile_is_refused() -> None:
    events = [{"when": {"after_advisor_mentions": ["("]}, "user": "x"}]
    script, _, faults = read_case(content(events=events))
    assert script is None
    assert "regular expression" in faults[0]


def test_facts_that_yaml_reads_as_values_become_words() -> None:
    script, _, _ = read_case(content(hidden_facts={"training_need": False, "users": 50, "team": None}))
    assert script is not None
    assert script.hidden_facts == {"training_need": "no", "users": "50", "team": None}


def test_a_fact_about_no_workload_slot_is_reported() -> None:
    _, _, faults = read_case(content(hidden_facts={"reqest_rate": "9"}))
    assert faults == ["hidden_facts.reqest_rate: not a workload slot; did you mean request_rate?"]


def test_malformed_files_are_reported_and_the_others_run(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(REAL.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("id: [", encoding="utf-8")
    (tmp_path / "twice.yaml").write_text("id: a\nid: b\n", encoding="utf-8")
    (tmp_path / "empty.yaml").write_text("kind: real_world\n", encoding="utf-8")
    (tmp_path / "same-id.yaml").write_text(REAL.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "vocabulary.yaml").write_text("schema: stackwright-vocab/1\n", encoding="utf-8")
    found = read_cases(tmp_path)
    assert [script.id for script in found.scripts] == ["library-search"]
    assert isinstance(found.cases["library-search"], RealCase)
    assert {problem.path for problem in found.problems} == {
        "broken.yaml", "twice.yaml", "empty.yaml", "same-id.yaml",
    }  # fmt: skip


@pytest.mark.parametrize(
    "schema",
    ["stackwright-case/2", "stackwrigth-case/1", "stackwright_cases/1", "Stackwright-Case/v1", "x", None],
)
def test_a_case_with_a_misspelt_schema_is_named_not_passed_over(tmp_path: Path, schema: str | None) -> None:
    (tmp_path / "case.yaml").write_text(yaml.safe_dump(content(schema=schema)), encoding="utf-8")
    found = read_cases(tmp_path)
    assert found.cases == {}
    assert [(problem.path, problem.text.split(":")[0]) for problem in found.problems] == [
        ("case.yaml", "schema")
    ]


def test_a_schema_like_ours_is_a_fault_even_without_a_key_of_a_case(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("schema: stackwrite-case/1\nid: x\n", encoding="utf-8")
    assert [problem.path for problem in read_cases(tmp_path).problems] == ["case.yaml"]


def test_a_case_in_a_list_or_an_empty_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text(yaml.safe_dump([content()]), encoding="utf-8")
    (tmp_path / "empty.yaml").write_text("# to be written\n", encoding="utf-8")
    assert {problem.path: problem.text for problem in read_cases(tmp_path).problems} == {
        "list.yaml": "a list of cases; each needs a file of its own",
        "empty.yaml": "empty",
    }


@pytest.mark.parametrize(
    "text", ["schema: stackwright-vocab/1\n", "- {id: a, text: b}\n", "use_case: rag\n", "a: 1\n", "plain\n"]
)
def test_other_yaml_files_are_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "other.yaml").write_text(text, encoding="utf-8")
    assert read_cases(tmp_path) == CaseSet((), {}, ())
