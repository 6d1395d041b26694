"""What goes in: pasted blocks are one message, binary data and noise are refused in one sentence."""

import base64
import io
import sys
from pathlib import Path

import pytest

from agent.admission import check_readable, text_of
from agent.sqlite_sessions import SqliteSessions
from knowledge.errors import InputRefused, SessionUnavailable
from tui.main import main
from tui.verbs.chat import joined

NOISE = bytes((number * 73 + 41) % 256 for number in range(2000))
WORDS = "RAG for 200 lawyers over 50,000 documents, EU only, 6,000 EUR a month"


def piped(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))


@pytest.mark.parametrize(
    ("lines", "messages"),
    [
        (["one", "two"], ["one", "two"]),
        (["before", "```yaml", "a: 1", "", "b: 2", "```", "after"], ["before", "a: 1\n\nb: 2", "after"]),
        (["```", "no end"], ["no end"]),
        (["```", "```", "x"], ["", "x"]),
        (["`code` in a line", "```inline```"], ["`code` in a line", "```inline```"]),
        (["\x1b[200~a | b", "1 | 2\x1b[201~", "next"], ["a | b\n1 | 2", "next"]),
        (["\x1b[200~one line\x1b[201~"], ["one line"]),
    ],
)
def test_a_block_or_a_paste_is_one_message(lines: list[str], messages: list[str]) -> None:
    assert list(joined(lines)) == messages


@pytest.mark.parametrize("data", [b"a\x00b", NOISE, "naïve".encode("latin-1"), b"\x01\x02\x03\x04 x"])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(InputRefused, match="not text"):
        text_of(data, "Standard input")


def test_encoded_data_is_no_text_but_addresses_and_code_are() -> None:
    with pytest.raises(InputRefused, match="encoded"):
        check_readable(base64.encodebytes(NOISE).decode(), "The message")
    for text in (
        WORDS,
        "https://example.org/" + "path-" * 30,
        "def f(x):\n    return x\n",
        "日本語の文書を検索したいです。" * 10,
        "café, 20 000 €",
        "",
    ):
        check_readable(text, "The message")


@pytest.mark.parametrize("verb", ["advise", "chat"])
def test_binary_input_gets_one_sentence_and_exit_code_1(
    verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    piped(monkeypatch, NOISE)
    assert main([verb, "--data-dir", str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert "Standard input" in told.err
    assert "score" not in told.out


def test_a_file_of_bytes_is_refused_by_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "brief.txt"
    path.write_bytes(NOISE)
    assert main(["advise", str(path)]) == 1
    assert str(path) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [("2026-13-01", "there is no day 2026-13-01"), ("2026-02-30", "no day"), ("soon", "not a date like")],
)
def test_a_date_that_does_not_exist_is_called_so(
    text: str, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--as-of", text, "doctor"])
    assert left.value.code == 2
    assert words in capsys.readouterr().err
    monkeypatch.setenv("STACKWRIGHT_AS_OF", text)
    assert main(["doctor"]) == 1
    assert words in capsys.readouterr().err


def test_a_damaged_session_file_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "consultations.sqlite"
    path.write_bytes(NOISE)
    with pytest.raises(SessionUnavailable, match=r"consultations\.sqlite is damaged"):
        SqliteSessions(path)


def test_damage_that_shows_later_is_called_so_too(tmp_path: Path) -> None:
    path = tmp_path / "consultations.sqlite"
    store = SqliteSessions(path)
    session = store.create({})
    store.accept(session, WORDS)
    store.close()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + NOISE * (len(content[4096:]) // len(NOISE) + 1))
    with pytest.raises(SessionUnavailable, match="damaged"):
        SqliteSessions(path).list()
