"""The end of a process on whose loop something still runs."""

import subprocess
import sys

LEFT_BEHIND = """
import asyncio, atexit, threading, time
from agent.time_limit import within

atexit.register(lambda: print("calls" in [thread.name for thread in threading.enumerate()]))

async def busy():
    time.sleep(0.5)

async def answer():
    within.kept = [asyncio.create_task(asyncio.sleep(60)), asyncio.create_task(busy())]
    return 42

print(within(5, answer))
"""


def test_no_thread_of_calls_outlives_the_program() -> None:
    """One that was importing would keep the import's lock, and a client's finaliser wait for it for ever."""
    done = subprocess.run([sys.executable, "-c", LEFT_BEHIND], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (0, "42\nFalse\n", "")
