"""What a case expects must not reach the simulated user, the advisor or the trace."""

import ast
from pathlib import Path

import evals
from evals.case import Script

PACKAGE = Path(evals.__file__).parent
RUNS = ("advisor", "conversation", "fake_advisor", "mapping", "profile_summary", "recording", "runner",
        "simulated_user", "stated", "trace")  # fmt: skip
FORBIDDEN_NAMES = {"Case", "RealCase", "AdversarialCase", "CaseFile", "Expectations", "Assertion"}
FORBIDDEN_MODULES = {"case_files", "scoring", "assertions", "mentions", "tolerance", "report", "baselines"}
KEPT_BACK = {"expectations", "expected", "must_ask", "documented_choice", "why", "notes", "rejected"}


def test_a_script_holds_nothing_that_a_case_expects() -> None:
    assert set(Script.model_fields) == {"id", "persona", "hidden_facts", "events"}
    assert not KEPT_BACK & set(Script.model_fields)


def test_the_modules_of_a_run_import_nothing_that_knows_expectations() -> None:
    for name in RUNS:
        tree = ast.parse((PACKAGE / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert not FORBIDDEN_NAMES & {alias.name for alias in node.names}, name
                assert (node.module or "") not in FORBIDDEN_MODULES, name


def test_the_advisor_and_its_tools_never_import_the_evaluation() -> None:
    root = PACKAGE.parent
    for package in ("agent", "tools", "knowledge"):
        for file in (root / package).rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                modules = [*names, (node.module or "") if isinstance(node, ast.ImportFrom) else ""]
                assert not any(module.split(".")[0] == "evals" for module in modules), file
