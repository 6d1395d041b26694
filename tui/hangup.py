"""A terminal that is closed under the program: its window is gone, its connection is lost."""

import errno
import os
import termios
import threading
import time

SECONDS_BETWEEN_LOOKS = 2.0
EXIT_STATUS = 129  # as a shell tells SIGHUP: 128 and the signal's number


def end_with_terminal(descriptor: int) -> None:
    """End the process soon after the descriptor's terminal hangs up, as SIGHUP would.

    The signal doesn't reach every process: make or a shell between the terminal and us may end first. Textual
    can't close then: its main thread waits for a writer that has died. Nothing is lost, consultations are
    stored as they go.
    """
    threading.Thread(target=_watch, args=(descriptor,), name="terminal", daemon=True).start()


def terminal_is_gone(descriptor: int) -> bool:
    """Whether the descriptor was a terminal's that has hung up: asking for its settings then fails with EIO."""
    try:
        termios.tcgetattr(descriptor)
    except termios.error as problem:
        return bool(problem.args[0] == errno.EIO)
    return False


def _watch(descriptor: int) -> None:
    while not terminal_is_gone(descriptor):
        time.sleep(SECONDS_BETWEEN_LOOKS)
    os._exit(EXIT_STATUS)
