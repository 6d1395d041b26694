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


MET_AT_ONCE = """
import sys, threading
from agent.time_limit import within

sys.setswitchinterval(1e-6)
together = threading.Barrier(8)

async def loop_of_it():
    import asyncio
    return id(asyncio.get_running_loop())

def call():
    together.wait()
    seen.add(within(5, loop_of_it))

seen = set()
threads = [threading.Thread(target=call) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(seen))
"""


def test_threads_that_call_at_once_share_one_loop() -> None:
    done = subprocess.run([sys.executable, "-c", MET_AT_ONCE], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
