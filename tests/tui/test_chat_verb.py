"""Line mode: what a typed line means."""

import io
import re
from pathlib import Path
from typing import Any

import pytest

from tui.main import main
from tui.verbs.chat import chosen


@pytest.mark.parametrize(
    ("line", "meant"),
    [("1", "Any cloud"), (" 2. ", "On our premises"), ("3", "3"), ("0", "0"), ("12", "12"), ("1 s", "1 s")],
)
def test_a_lone_number_is_the_choice_of_that_number(replies: Any, line: str, meant: str) -> None:
    assert chosen(line, replies.question(1)) == meant


def test_without_choices_a_number_is_a_number(replies: Any) -> None:
    assert chosen("1", None) == "1"
    assert chosen("1", replies.recommendation(2)) == "1"


def test_each_source_has_its_tier_and_its_date(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("qdrant licence\n"))
    assert main(["chat", "--data-dir", str(tmp_path), "--as-of", "2041-01-01"]) == 0
    sources = [line for line in capsys.readouterr().out.splitlines() if line.startswith("[")]
    assert sources
    told = re.compile(
        r"\[\d+\] \S+ \(T\d, (?:\d{4}-\d\d-\d\d|undated, read \d{4}-\d\d-\d\d), past its review date "
    )
    assert all(told.match(line) for line in sources), sources
