"""Reading stays about linear in the length of the message."""

import time

import pytest

from agent.language import understand
from agent.language.message import MAX_CHARACTERS
from knowledge.library import Knowledge
from tools.workload import Workload

KNOWLEDGE = Knowledge()
LONGER = 6
"""Times that one message is longer than the other; a square would take 36 times as long."""


@pytest.mark.parametrize(
    "text",
    [
        "200 lawyers each ask 20 questions a day, 5% use it, each of 300 agents sends 4 readings every 5 minutes. ",
        "3 in 10 ask, half of them try 20 questions each per user per day, ",
        "9 sites with 8 lines each with 7 cameras each at 5 Hz x 4 signals x 3 Hz every 5 minutes ",
        "1 2 3 4 5 6 7 8 9 10 ",
        "a1-",
    ],
)
def test_the_work_grows_with_the_message_and_not_with_its_square(text: str) -> None:
    long = (text * (MAX_CHARACTERS // len(text) + 1))[:MAX_CHARACTERS]
    understand("We have 20 users", turn=1, workload=Workload(), knowledge=KNOWLEDGE)
    assert min(ratio(long, long[: MAX_CHARACTERS // LONGER]) for _ in range(4)) < 2 * LONGER


def ratio(long: str, short: str) -> float:
    """Of the processor's time for either, one right after the other: a core that is shared slows both."""
    return seconds(long) / seconds(short)


def seconds(message: str) -> float:
    began = time.process_time()
    understand(message, turn=1, workload=Workload(), knowledge=KNOWLEDGE)
    return time.process_time() - began
