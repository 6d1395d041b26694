"""Help, stored sessions, export, copying."""

import time
from pathlib import Path
from typing import Any

import pytest

from agent.sessions import SessionRow
from tui.keymap import ACTIONS, COMMANDS

SIZE = (120, 50)


def row(identity: str, title: str) -> SessionRow:
    return SessionRow(identity, title, "interviewing", "", time.time(), time.time(), 2)


async def test_help_lists_every_action_and_command(stage: Any) -> None:
    it = stage()
    async with it.app.run_test(size=(120, 90)) as pilot:
        await it.idle(pilot)
        await pilot.press("f1")
        await pilot.pause()
        screen = it.text()
        for item in ACTIONS:
            assert item.explanation in screen
        for command in COMMANDS:
            assert command in screen
        await pilot.press("escape")
        await pilot.pause()
        assert it.chat.composer.has_focus


async def test_sessions_are_filtered_and_deleted_after_a_question(stage: Any) -> None:
    it = stage()
    it.desk.rows = [row("a", "Search for lawyers"), row("b", "Fraud scores [red]x[/]")]
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        assert "F8 resume last: Search for lawyers" in it.text()
        await pilot.press("f8")
        await pilot.press(*"fraud")
        await pilot.pause()
        assert "Fraud scores [red]x[/]" in it.text()
        await pilot.press("down", "d")
        await pilot.pause()
        assert it.desk.deleted == []
        await pilot.press("n")
        await pilot.pause()
        await pilot.press("d", "y")
        await pilot.pause()
    assert it.desk.deleted == ["b"]


async def test_export_writes_and_asks_before_it_overwrites(
    stage: Any, replies: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    it = stage(replies.recommendation)
    it.desk.record = lambda form, decision: f"record as {form}"
    target = tmp_path / "record.json"
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        await it.say(pilot, "/export record.json")
        await pilot.pause(0.2)
        assert target.read_text() == "record as json"
        target.write_text("mine")
        await pilot.press("f9")
        await pilot.pause()
        it.app.screen.query_one("#path").value = "record.json"
        await pilot.press("enter")
        await pilot.pause(0.1)
        assert target.read_text() == "mine"
        assert "Enter again overwrites" in it.text()
        await pilot.press("enter")
        await pilot.pause(0.2)
    assert target.read_text() == "record as json"


async def test_an_export_that_cannot_be_written_is_said(
    stage: Any, replies: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    it = stage(replies.recommendation)
    it.desk.record = lambda form, decision: "record"
    async with it.app.run_test(size=SIZE, notifications=True) as pilot:
        await it.idle(pilot)
        await it.say(pilot, "/export no/folder.md")
        await pilot.pause(0.3)
        assert "can't be written" in it.text()


async def test_the_last_answer_is_copied_with_its_sources(stage: Any, replies: Any, tmp_path: Path) -> None:
    it = stage(replies.recommendation)
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        await it.say(pilot, "RAG")
        it.chat.transcript.focus()
        await pilot.press("y")
        await pilot.pause()
        assert "[2] pgvector/ops/backup" in it.app.clipboard
        assert (tmp_path / "last-answer.txt").read_text() == it.app.clipboard


async def test_the_palette_holds_every_action(stage: Any) -> None:
    it = stage()
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        titles = {command.title for command in it.app.get_system_commands(it.app.screen)}
    assert {item.label for item in ACTIONS} <= titles
