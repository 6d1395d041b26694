"""Messages, choices, waiting and failures, by keyboard, against a scripted advisor."""

from typing import Any

from textual.events import Key

from knowledge.errors import ModelUnavailable
from tui.widgets.choices import Choices
from tui.widgets.transcript import LIVE_TURNS, ErrorCard, Exchange

SIZE = (120, 40)


async def test_a_message_and_its_reply_are_shown(stage: Any, replies: Any) -> None:
    it = stage(replies.question)
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        await pilot.press(*"RAG")
        await pilot.press("enter")
        await it.idle(pilot)
        screen = it.told()
    assert it.consultation.messages == ["RAG"]
    assert "✓ noted: use case = rag · peak rate = 12 requests a second" in screen
    assert "modality = text (inferred)" in screen
    assert "Question 1 Where must it run?" in screen
    assert "? In which unit is 7?" in screen, "a remark that only the text holds must not get lost"


async def test_a_digit_and_enter_take_a_choice(stage: Any, replies: Any) -> None:
    it = stage(replies.question, replies.recommendation)
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        await it.say(pilot, "RAG")
        await pilot.press("2")
        await pilot.pause()
        assert it.chat.query_one(Choices).highlighted == 1
        await pilot.press("enter")
        await it.idle(pilot)
    assert it.consultation.messages == ["RAG", "On our premises"]


async def test_a_message_that_begins_with_a_digit_is_a_message(stage: Any, replies: Any) -> None:
    it = stage(replies.question, replies.recommendation)
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        await it.say(pilot, "RAG")
        await pilot.press(*"2 people")
        await pilot.press("enter")
        await it.idle(pilot)
    assert it.consultation.messages[-1] == "2 people"


async def test_choices_by_arrows_and_by_mouse(stage: Any, replies: Any) -> None:
    it = stage(replies.question, replies.question, replies.recommendation)
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        await it.say(pilot, "RAG")
        await pilot.press("down", "down", "down", "enter")
        await it.idle(pilot)
        assert it.consultation.messages[-1] == "I don't know"
        await pilot.click(Choices, offset=(4, 0))
        await it.idle(pilot)
    assert it.consultation.messages[-1] == "Any cloud"


async def test_an_example_is_sent_from_the_welcome(stage: Any, replies: Any) -> None:
    it = stage(replies.question)
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        await pilot.press("1", "enter")
        await it.idle(pilot)
        assert it.consultation.messages[0].startswith("Answer the questions of 200 lawyers")


async def test_enter_sends_and_ctrl_j_breaks_the_line(stage: Any, replies: Any) -> None:
    it = stage(replies.question)
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        await pilot.press("a", "ctrl+j", "b", "enter")
        await it.idle(pilot)
        assert it.consultation.messages == ["a\nb"]
        assert it.chat.composer.text == ""
        await pilot.press("up")
        assert it.chat.composer.text == "a\nb"


async def test_what_is_typed_before_a_message_is_taken_up_belongs_to_the_next(
    stage: Any, replies: Any
) -> None:
    it = stage(replies.question, replies.question)
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        for text in ("first", "second"):  # no pause between them: nothing was taken up yet
            it.chat.composer.insert(text)
            await it.chat.composer._on_key(Key("enter", None))
        it.chat.composer.insert("third")
        await it.idle(pilot)
        assert it.consultation.messages == ["first", "second"]
        assert it.chat.composer.text == "third"


async def test_a_failed_send_gives_the_text_back(stage: Any, replies: Any) -> None:
    it = stage(ModelUnavailable("The model does not answer.", "Try again."), replies.question)
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        await it.say(pilot, "RAG for lawyers")
        assert it.chat.composer.text == "RAG for lawyers"
        assert "✗ error" in it.text()
        assert "The model does not answer. Try again." in it.text()
        assert not it.chat.query(Exchange)
        await pilot.press("enter")
        await it.idle(pilot)
        assert not it.chat.query(ErrorCard)
    assert it.consultation.messages == ["RAG for lawyers", "RAG for lawyers"]


async def test_after_a_failure_the_question_can_still_be_answered(stage: Any, replies: Any) -> None:
    it = stage(replies.question, ModelUnavailable("No."), replies.question)
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        await it.say(pilot, "RAG")
        await it.say(pilot, "7 people")
        it.chat.composer.put("")
        await pilot.press("1", "enter")
        await it.idle(pilot)
    assert it.consultation.messages[-1] == "Any cloud"


async def test_an_unexpected_failure_is_logged_without_the_message(
    stage: Any, replies: Any, tmp_path: Any
) -> None:
    it = stage(KeyError("secret words"))
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        await it.say(pilot, "secret words")
        assert it.chat.composer.text == "secret words"
        assert "Something broke inside the advisor (KeyError)" in it.text()
    log = (tmp_path / "failures.log").read_text()
    assert "KeyError" in log
    assert "secret" not in log


async def test_escape_leaves_the_wait_and_the_answer_still_comes(stage: Any, replies: Any) -> None:
    it = stage(replies.question)
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        it.consultation.gate.clear()
        await it.say(pilot, "RAG", wait=False)
        await pilot.pause(0.3)
        assert "Esc leaves the wait" in it.text()
        await pilot.press(*"more")
        await pilot.press("enter", "escape")
        await pilot.pause(0.3)
        assert "the answer will appear here" in it.text()
        assert it.chat.composer.text == "more", "what was not sent comes back"
        it.consultation.gate.set()
        await it.idle(pilot)
        assert "Where must it run?" in it.text()
    assert it.consultation.messages == ["RAG"]


async def test_messages_sent_meanwhile_are_answered_in_order(stage: Any, replies: Any) -> None:
    it = stage(replies.question, replies.recommendation)
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        it.consultation.gate.clear()
        await it.say(pilot, "one", wait=False)
        await it.say(pilot, "two", wait=False)
        await pilot.pause(0.1)
        it.consultation.gate.set()
        await it.idle(pilot)
    assert it.consultation.messages == ["one", "two"]


async def test_markup_of_the_user_is_inert(stage: Any, replies: Any) -> None:
    text = "[red]x[/] [@click=app.quit]y[/] [/nope] [1]"
    it = stage(replies.question)
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        await it.say(pilot, text)
        assert text in it.text()
        await pilot.click(Exchange, offset=(12, 0))
        await pilot.pause()
        assert it.app.is_running


async def test_old_turns_are_unloaded_and_come_back_as_text(stage: Any, replies: Any) -> None:
    stored = [(f"message {n}", replies.question(n)) for n in range(1, LIVE_TURNS + 6)]
    it = stage(stored=stored, resume="x")
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        assert len(it.chat.query(Exchange)) == LIVE_TURNS
        transcript = it.chat.transcript
        transcript.focus()
        await pilot.press("g")
        assert await it.shows(pilot, "5 earlier turns")
        await pilot.press("pageup")
        assert await it.shows(pilot, "You: message 1")


async def test_slash_commands(stage: Any, replies: Any) -> None:
    it = stage(replies.question, replies.question, replies.question)
    async with it.app.run_test(size=SIZE) as pilot:
        await it.idle(pilot)
        await it.say(pilot, "/why pgvector")
        await it.say(pilot, "/undo")
        await it.say(pilot, "/nonsense")
        assert it.chat.composer.text == "/nonsense", "an unknown command stays to be corrected"
        await it.say(pilot, "/data/images holds 3 TB")
    assert it.consultation.messages == ["why pgvector?", "/undo", "/data/images holds 3 TB"]
