"""A process that delivers messages, and may be killed at any instant: it goes on where its journal ends.

Usage: python -m tests.service.torture.producer URL FOLDER JOURNAL FIRST COUNT SEED
A message counts as sent once the receipt is in the journal; each is delivered up to three times.
"""

import os
import random
import sys
import time
from pathlib import Path

from agent.sessions import SessionStore
from service.backend import Backend

from .scripts import key, script, session_name

AT_ONCE = 12
"""Sessions that this producer talks in at the same time."""
MOST_WAITING = 30


def main(arguments: list[str]) -> None:
    url, folder, journal, first, count, seed = arguments
    luck = random.Random(f"{seed}/{os.getpid()}")
    done = set(Path(journal).read_text().split()) if Path(journal).exists() else set()
    with (
        Backend(url=url, folder=Path(folder)).opened() as store,
        Path(journal).open("a", buffering=1) as receipts,
    ):
        numbers = range(int(first), int(first) + int(count))
        for group in (numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)):
            for place in range(max(len(script(number)) for number in group)):
                for number in group:
                    if place < len(script(number)) and key(number, place) not in done:
                        _deliver(store, number, place, luck)
                        receipts.write(f"{key(number, place)}\n")


def _deliver(store: SessionStore, number: int, place: int, luck: random.Random) -> None:
    while len(store.waiting_sessions(MOST_WAITING)) >= MOST_WAITING:
        time.sleep(0.05)
    session = store.create({}, "torture", session_name(number))
    for _ in range(luck.choice((1, 1, 2, 3))):
        store.accept(session, script(number)[place], key(number, place))
    if place and luck.random() < 0.2:
        store.accept(session, script(number)[place - 1], key(number, place - 1))


if __name__ == "__main__":
    main(sys.argv[1:])
