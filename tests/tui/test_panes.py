"""The right side, layout by size, sources, and what is on the screen row by row."""

import asyncio
from typing import Any

from tui.widgets.decision import DecisionView
from tui.widgets.sources import SourceList

NARROW, TWO, THREE = (80, 24), (120, 40), (200, 60)


async def decided(it: Any, pilot: Any) -> None:
    await it.idle(pilot)
    await it.say(pilot, "RAG")
    await it.say(pilot, "just recommend")


async def test_two_columns_show_chat_and_decision(stage: Any, replies: Any) -> None:
    it = stage(replies.question, replies.recommendation)
    async with it.app.run_test(size=TWO) as pilot:
        await decided(it, pilot)
        rows = it.text().splitlines()
    top = rows[0]
    assert top.startswith(" stackwright  RAG")
    assert "✓ Workload 3  ✓ Technical  ✓ Economic  ✓ Risk  offline, built-in advisor" in top
    screen = "\n".join(rows)
    assert "◆ Model M through API A" in screen
    assert "score 0.75, 0.04 ahead of the next" in screen
    assert "first in 89 % of 1,000 weightings" in screen
    assert "Cost               20 % ████████████████▊     0.80" in screen
    assert "pgvector [2]" in screen
    assert "API A, model M" in screen
    assert "Infrastructure            2,580 USD a month (2,350 to" in screen
    assert "○ Own GPUs  score 0.71" in screen
    assert "I recommend model M. [1]" in screen
    assert "▸ 3 more: why" in screen


async def test_one_column_swaps_sides(stage: Any, replies: Any) -> None:
    it = stage(replies.question, replies.recommendation)
    async with it.app.run_test(size=NARROW) as pilot:
        await decided(it, pilot)
        chat = it.text()
        assert "✓ W ✓ T ✓ E ✓ R" in chat.splitlines()[0]
        assert "◆ Model M through API A  0.75  (F2)" in chat
        assert "Security, rules" not in chat
        await pilot.press("f2")
        await pilot.pause()
        assert "Security, rules" in it.text()
        assert "I recommend model M." not in it.text()
        await pilot.press("f2")
        await pilot.pause()
        assert it.chat.composer.has_focus


async def test_three_columns_add_the_workload(stage: Any, replies: Any) -> None:
    it = stage(replies.question, replies.recommendation)
    async with it.app.run_test(size=THREE) as pilot:
        await decided(it, pilot)
        screen = it.text()
    assert "◆ Model M through API A" in screen
    assert "● peak rate              12 requests a second  you" in screen
    assert "○ input tokens           1,500 tokens  assumed for chat" in screen


async def test_too_small_a_window_says_so_and_still_chats(stage: Any, replies: Any) -> None:
    it = stage(replies.question)
    async with it.app.run_test(size=(50, 14)) as pilot:
        await it.idle(pilot)
        assert it.text().splitlines()[0] == "widen to 80x24 for the decision view"
        await it.say(pilot, "RAG")
    assert it.consultation.messages == ["RAG"]


async def test_a_resize_keeps_the_focus(stage: Any, replies: Any) -> None:
    it = stage(replies.question, replies.recommendation)
    async with it.app.run_test(size=TWO) as pilot:
        await decided(it, pilot)
        for focus in ("#composer", "#stack"):
            it.app.screen.query_one(focus).focus()
            await pilot.pause()
            for size in (NARROW, TWO):
                await pilot.resize_terminal(*size)
                await pilot.pause()
                assert it.app.screen.query_one(focus).has_focus, (focus, size)


async def test_citations_open_the_right_source(stage: Any, replies: Any) -> None:
    it = stage(replies.question, replies.recommendation)
    async with it.app.run_test(size=TWO) as pilot:
        await decided(it, pilot)
        it.chat.transcript.focus()
        await pilot.press("2")
        await pilot.pause(0.1)
        assert it.app.screen.query_one(SourceList).highlighted == 1
        screen = it.text()
        assert "[2] pgvector/ops/backup" in screen
        assert "T1 primary source · 2026-08-22, 3 months old · fact" in screen
        assert "https://example.org/pgvector" in screen
        await pilot.press("o")
        assert it.app.clipboard == "https://example.org/pgvector"
        await pilot.press("escape")
        await pilot.pause()
        assert it.chat.composer.has_focus


async def test_a_click_on_a_mark_opens_its_source(stage: Any, replies: Any) -> None:
    it = stage(replies.question, replies.recommendation)
    async with it.app.run_test(size=TWO) as pilot:
        await decided(it, pilot)
        rows = it.text().splitlines()
        y = next(index for index, row in enumerate(rows) if "Reason 1. [2]" in row)
        await pilot.click(offset=(rows[y].index("[2]") + 1, y))
        await pilot.pause(0.1)
        assert it.app.screen.query_one(SourceList).highlighted == 1


async def test_enter_on_a_component_opens_its_source(stage: Any, replies: Any) -> None:
    it = stage(replies.question, replies.recommendation)
    async with it.app.run_test(size=TWO) as pilot:
        await decided(it, pilot)
        stack = it.app.screen.query_one("#stack")
        stack.focus()
        stack.highlighted = next(n for n, item in enumerate(stack.options) if "pgvector" in str(item.prompt))
        await pilot.press("enter")
        await pilot.pause(0.1)
        assert it.app.screen.query_one(SourceList).highlighted == 1


async def test_enter_on_a_value_brings_it_to_the_message_field(stage: Any, replies: Any) -> None:
    it = stage(replies.question)
    async with it.app.run_test(size=NARROW) as pilot:
        await it.idle(pilot)
        await it.say(pilot, "RAG")
        await pilot.press("f4")
        await pilot.pause(0.1)
        await pilot.press("down", "down", "enter")
        await pilot.pause(0.1)
        assert it.chat.composer.text == "peak rate: 12 requests a second"
        assert it.chat.composer.has_focus


async def test_a_broken_limit_is_said_in_words(stage: Any, replies: Any) -> None:
    it = stage(lambda turn: replies.recommendation(turn, ("infrastructure exceeds your 500 USD a month",)))
    async with it.app.run_test(size=TWO) as pilot:
        await it.idle(pilot)
        await it.say(pilot, "RAG")
        screen = it.text()
    assert "✗ limit broken: infrastructure exceeds your 500 USD a" in screen
    assert "✗ Technical" in screen.splitlines()[0]


async def test_a_resumed_consultation_shows_turns_and_decision(stage: Any, replies: Any) -> None:
    stored = [("RAG", replies.question(1)), ("just recommend", replies.recommendation(2))]
    it = stage(stored=stored, resume="x")
    async with it.app.run_test(size=TWO) as pilot:
        await it.idle(pilot)
        screen = it.text()
        assert it.app.screen.query_one(DecisionView)
    assert "just recommend" in screen
    assert "◆ Model M through API A" in screen


async def test_unfolding_shows_every_sentence(stage: Any, replies: Any) -> None:
    it = stage(replies.recommendation)
    async with it.app.run_test(size=TWO) as pilot:
        await it.idle(pilot)
        await it.say(pilot, "RAG")
        assert "Reason 6." not in it.text()
        it.chat.transcript.focus()
        await pilot.press("e")
        await pilot.pause()
        assert "Reason 6." in it.text()


async def test_the_opening_does_not_block_the_keys(stage: Any, replies: Any) -> None:
    it = stage(replies.question)
    real = it.desk.open
    held = asyncio.Event()

    def slow(session: str | None = None) -> Any:
        asyncio.run_coroutine_threadsafe(held.wait(), loop).result(5)
        return real(session)

    it.desk.open = slow
    loop = asyncio.get_running_loop()
    async with it.app.run_test(size=TWO) as pilot:
        await pilot.press(*"RAG")
        await pilot.press("enter")
        await pilot.pause()
        assert "RAG" in it.text()
        assert it.consultation.messages == []
        held.set()
        await it.idle(pilot)
    assert it.consultation.messages == ["RAG"]
