"""Line mode: what a typed line means."""

from typing import Any

import pytest

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
