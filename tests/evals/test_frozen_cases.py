"""Cases and wordings are frozen: figures of different days speak of the same ones."""

import io
import json
import shutil
from importlib import resources
from pathlib import Path

import pytest

from evals.advice import RAN, run_advice
from evals.fake_advisor import ScriptedAdvisor, recommendation, stack_of
from evals.frozen import SUMS, edited_files, frozen, sha256

CASES = Path(__file__).parents[2] / "evals" / "cases"
GIVEN = Path(__file__).parent / "data" / "cases" / "dev"
DATA = Path(str(resources.files("evals") / "data"))


@pytest.mark.parametrize(("folder", "count"), [(CASES, 60), (GIVEN, 24)], ids=["own", "given"])
def test_every_case_is_as_it_was_frozen(folder: Path, count: int) -> None:
    found = {path.name: sha256(path) for path in folder.glob("*.yaml")}
    assert len(found) == count
    assert found == frozen(folder / SUMS)


def test_the_wordings_of_the_simulated_users_are_as_they_were_frozen() -> None:
    assert frozen(DATA / SUMS) == {"wordings.yaml": sha256(DATA / "wordings.yaml")}


def test_the_first_run_is_kept() -> None:
    first = json.loads((CASES / "first_run.json").read_text(encoding="utf-8"))
    assert first["totals"]["real"]["cases"] == 54
    assert first["totals"]["adversarial"]["cases"] == 6


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Two of the frozen cases, one of them edited, in a list of three."""
    names = sorted(path.name for path in CASES.glob("own-0[1-3]*.yaml"))
    for name in names[:2]:
        shutil.copy(CASES / name, tmp_path)
    lines = [line for line in (CASES / SUMS).read_text("utf-8").splitlines() if line.split()[1] in names]
    (tmp_path / SUMS).write_text(
        "\n".join([*lines, "no sum", "0" * 64 + "  ../other.yaml"]), encoding="utf-8"
    )
    edited = tmp_path / names[0]
    edited.write_text(edited.read_text("utf-8") + "# one more remark\n", encoding="utf-8")
    return tmp_path


def test_an_edited_and_a_missing_case_are_named(copied: Path) -> None:
    names = sorted(frozen(copied / SUMS))
    assert edited_files(copied) == (names[0], names[2])
    assert edited_files(copied / names[0]) == (names[0],)
    assert edited_files(copied / names[1]) == ()
    assert edited_files(CASES) == edited_files(GIVEN) == ()


def test_the_command_says_that_a_case_was_edited_and_so_does_its_report(copied: Path) -> None:
    names = sorted(frozen(copied / SUMS))
    stack = stack_of("managed-api", "hybrid", "managed-api", {"sto.vector_db": "pgvector"})
    said = []
    for shown in ("json", "table"):
        out, err = io.StringIO(), io.StringIO()
        code = run_advice(
            copied,
            json_output=shown == "json",
            html=copied / "report.html",
            open_advisor=lambda: ScriptedAdvisor(recommendation(stack)),
            stdout=out,
            stderr=err,
        )
        assert code == RAN
        assert f"{names[0]} is not as it was frozen" in err.getvalue()
        assert names[1] not in err.getvalue()
        said.append(out.getvalue())
    assert json.loads(said[0])["about"]["edited"] == [names[0], names[2]]
    assert f"Not as they were frozen\n- {names[0]}" in said[1]
    assert f"Not as it was frozen: {names[0]}" in (copied / "report.html").read_text(encoding="utf-8")
