import io
import json
from pathlib import Path
from typing import Any

import pytest

from evals.compare import NO_CASE, SCHEMA, compare, read_report, run_compare
from evals.paired import sign_test
from knowledge.errors import InputRefused


def report(adversarial: bool = False, **passes: bool) -> dict[str, Any]:
    real = {name: {"passed": passed, "score": 0.8 if passed else 0.4} for name, passed in passes.items()}
    return {"schema": SCHEMA, "real": real, "adversarial": {"attack": {"passed": adversarial}}}


def test_changes_are_named_by_case() -> None:
    found = compare(report(a=True, b=False, c=True), report(adversarial=True, a=True, b=True, d=True))
    assert found["gained"] == ["b", "attack"]
    assert found["lost"] == []
    assert (found["only_in_a"], found["only_in_b"]) == (["c"], ["d"])
    assert found["scores"] == {"b": [0.4, 0.8]}
    assert found["pass_share_difference"]["mean"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["score_difference"]["mean"] == pytest.approx(0.2)


def test_reports_that_share_no_case_are_an_error(tmp_path: Path) -> None:
    for name, content in (("a", report(x=True)), ("b", report(y=True))):
        (tmp_path / name).write_text(json.dumps(content | {"adversarial": {}}), encoding="utf-8")
    err = io.StringIO()
    assert run_compare(tmp_path / "a", tmp_path / "b", stdout=io.StringIO(), stderr=err) == NO_CASE
    assert "share no case" in err.getvalue()


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"adversarial": {}}, "real"),
        ({"real": {}}, "adversarial"),
        ({"real": {"x": {}}, "adversarial": {}}, "real.x.passed"),
        ({"real": {"x": {"passed": True, "score": "good"}}, "adversarial": {}}, "real.x.score"),
        ({"real": [], "adversarial": {}}, "real"),
    ],
)
def test_an_incomplete_report_is_refused_with_the_place(
    tmp_path: Path, content: dict[str, Any], place: str
) -> None:
    (tmp_path / "a").write_text(json.dumps({"schema": SCHEMA, **content}), encoding="utf-8")
    with pytest.raises(InputRefused, match=f"not complete: {place}"):
        read_report(tmp_path / "a")


def test_a_report_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b'{"schema": "caf\xe9"}')
    with pytest.raises(InputRefused, match="can't be read"):
        read_report(tmp_path / "a")


def test_reports_without_a_shared_case_have_no_difference() -> None:
    found = compare(report(a=True) | {"adversarial": {}}, report(b=True) | {"adversarial": {}})
    assert found["shared"] == 0
    assert found["p_value"] == 1
    assert found["score_difference"] is None


@pytest.mark.parametrize(
    ("gained", "lost", "p_value"), [(0, 0, 1), (1, 1, 1), (5, 0, 0.0625), (0, 8, 0.0078125)]
)
def test_the_sign_test_is_exact(gained: int, lost: int, p_value: float) -> None:
    assert sign_test(gained, lost) == pytest.approx(p_value)


def test_gains_and_losses_are_counted_against_each_other() -> None:
    before = report(a=True, b=True, c=True, d=False)
    after = report(a=False, b=False, c=False, d=True)
    found = compare(before, after)
    assert (found["gained"], found["lost"]) == (["d"], ["a", "b", "c"])
    assert found["p_value"] == pytest.approx(0.625)
    assert found["score_difference"]["mean"] == pytest.approx((3 * -0.4 + 0.4) / 4)


def test_two_files_are_compared(tmp_path: Path) -> None:
    for name, content in (("a", report(x=False)), ("b", report(x=True))):
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    out = io.StringIO()
    assert run_compare(tmp_path / "a", tmp_path / "b", stdout=out) == 0
    assert "gained: x" in out.getvalue()
    assert "score difference: +0.40 (+0.40 to +0.40)" in out.getvalue()


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": "other/1"}'])
def test_what_is_not_a_report_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a").write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused):
        read_report(tmp_path / "a")
