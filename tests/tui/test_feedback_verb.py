"""`stackwright sessions feedback`: what was pressed in Slack is shown."""

import json
import time
from pathlib import Path

import pytest

from agent.sqlite_sessions import SqliteSessions
from tui.main import main
from tui.storage import FILE

SESSION = "slack:-:T1TEAM:C1ABC:1700000000.000100"


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKWRIGHT_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("STACKWRIGHT_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("STACKWRIGHT_DATABASE_URL", raising=False)


def rated(folder: Path, *verdicts: tuple[str, str]) -> None:
    store = SqliteSessions(folder / FILE)
    store.create({}, "slack:T1TEAM:C1ABC", SESSION)
    store.accept(SESSION, "RAG over\n50,000 documents " + "and more " * 20)
    with store.transaction() as rows:
        for number, (sender, verdict) in enumerate(verdicts):
            rows(
                "INSERT INTO feedback (session, turn, sender, verdict, changed)"
                " VALUES (:id, 1, :sender, :verdict, :at)",
                id=SESSION, sender=sender, verdict=verdict, at=time.time() + number,
            )  # fmt: skip
    store.close()


def test_newest_first_with_sums(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rated(tmp_path, ("U1", "good"), ("U2", "bad"), ("U3", "good"))
    assert main(["sessions", "feedback"]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [line.split()[2] for line in lines] == ["good", "bad", "good"]
    assert f"{SESSION} turn 1, by U3: RAG over 50,000 documents" in lines[0]
    assert all(len(line) < 160 for line in lines)
    assert "2 good, 1 bad" in said.err


def test_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rated(tmp_path, ("U1", "bad"))
    assert main(["sessions", "feedback", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["session"], row["turn"], row["sender"], row["verdict"]) == (SESSION, 1, "U1", "bad")
    assert row["message"].startswith("RAG over")


def test_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", "feedback"]) == 3
    assert "nobody" in capsys.readouterr().err
