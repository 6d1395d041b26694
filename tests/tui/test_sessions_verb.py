"""`stackwright sessions`: list, show, delete."""

import json
import sqlite3
from argparse import Namespace
from pathlib import Path

import pytest

from agent.sqlite_sessions import SqliteSessions
from knowledge.errors import SessionUnavailable
from tui.settings import Settings
from tui.storage import FILE
from tui.verbs import sessions


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    store = SqliteSessions(tmp_path / FILE)
    session = store.create({})
    turn = store.accept(session, "RAG for lawyers").turn
    store.finish(session, turn, {"text": "Noted."}, "interviewing", "RAG for lawyers", "")
    store.close()
    return Settings(data_dir=tmp_path)


def listed(settings: Settings, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    assert sessions.run(Namespace(action="list", json=True), settings) == 0
    rows: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return rows


def test_list_show_and_delete(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    identity = str(listed(settings, capsys)[0]["id"])
    assert sessions.run(Namespace(action="list", json=False), settings) == 0
    assert "RAG for lawyers" in capsys.readouterr().out
    assert sessions.run(Namespace(action="show", id=identity[:12]), settings) == 0
    assert capsys.readouterr().out == "You: RAG for lawyers\n\nAdvisor: Noted.\n\n"
    assert sessions.run(Namespace(action="delete", id=identity), settings) == 0
    assert listed(settings, capsys) == []


def test_an_unknown_id_is_refused(settings: Settings) -> None:
    with pytest.raises(SessionUnavailable, match="0 consultations match"):
        sessions.run(Namespace(action="show", id="nonsense"), settings)


def test_an_empty_list_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sessions.run(Namespace(action="list", json=False), Settings(data_dir=tmp_path)) == 3
    assert "no consultations" in capsys.readouterr().err


@pytest.mark.parametrize("known", [True, False])
def test_a_file_of_a_newer_version_is_said(
    settings: Settings, capsys: pytest.CaptureFixture[str], known: bool
) -> None:
    """What it holds is listed as far as it can be read."""
    connection = sqlite3.connect(settings.data_path() / FILE)
    if not known:
        connection.execute("ALTER TABLE sessions RENAME COLUMN verdict TO outcome")
    connection.execute("PRAGMA user_version = 99")
    connection.commit()
    connection.close()
    if known:
        assert sessions.run(Namespace(action="list", json=False), settings) == 0
        shown = capsys.readouterr()
        assert "RAG for lawyers" in shown.out
        assert "newer stackwright" in shown.err
    else:
        with pytest.raises(SessionUnavailable, match=r"newer stackwright.*Update"):
            sessions.run(Namespace(action="list", json=False), settings)


def test_an_empty_file_of_a_newer_version_is_not_called_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    SqliteSessions(tmp_path / FILE).close()
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert sessions.run(Namespace(action="list", json=False), Settings(data_dir=tmp_path)) == 3
    said = capsys.readouterr().err
    assert "newer stackwright" in said
    assert "no consultations" not in said
