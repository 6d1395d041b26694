"""Measure the start of the terminal UI: from process start to its first frame, in a real pseudo-terminal.

    python scripts/time_first_frame.py [RUNS]

Prints milliseconds of each run and their median. The budget is 600 ms.
"""

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time

ROWS, COLUMNS = 40, 120
MARK = b"Workload"
"""Stands in the top bar of the first frame."""
BUDGET_MS = 600
GIVE_UP_S = 20


def first_frame_ms(data_dir: str) -> float:
    """Milliseconds until the mark is on the screen."""
    start = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.environ |= {"TERM": "xterm-256color", "STACKWRIGHT_DATA_DIR": data_dir}
        os.execv(sys.executable, [sys.executable, "-m", "tui.main"])  # noqa: S606 - this very program
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    try:
        return _wait(terminal, start)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def _wait(terminal: int, start: float) -> float:
    seen = b""
    while time.perf_counter() - start < GIVE_UP_S:
        if select.select([terminal], [], [], 0.01)[0]:
            seen += os.read(terminal, 65_536)
            if MARK in seen:
                return 1000 * (time.perf_counter() - start)
    raise SystemExit(f"No frame within {GIVE_UP_S} s.")


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        times = [first_frame_ms(folder) for _ in range(runs)]
    print(" ".join(f"{value:.0f}" for value in times), "ms")
    print(f"median {statistics.median(times):.0f} ms, budget {BUDGET_MS} ms")


if __name__ == "__main__":
    main()
