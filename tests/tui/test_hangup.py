"""A program whose terminal is closed ends, though no signal reaches it."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from tui.hangup import EXIT_STATUS, terminal_is_gone


def test_terminal_is_gone_when_its_other_end_is_closed() -> None:
    other_end, terminal = pty.openpty()
    assert not terminal_is_gone(terminal)
    os.close(other_end)
    assert terminal_is_gone(terminal)
    os.close(terminal)


def test_a_pipe_is_no_terminal_that_is_gone() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    assert not terminal_is_gone(reading)
    os.close(reading)


def test_screen_ends_with_its_terminal(tmp_path: Path) -> None:
    other_end, terminal = pty.openpty()
    environment = {**os.environ, "HOME": str(tmp_path), "TERM": "xterm-256color"}
    # In a session without a controlling terminal the kernel sends no SIGHUP.
    program = subprocess.Popen(
        [sys.executable, "-m", "tui.main"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment,
        start_new_session=True,
    )
    os.close(terminal)
    try:
        assert os.read(other_end, 1), "a first frame"
        os.close(other_end)
        assert program.wait(timeout=60) == EXIT_STATUS
    finally:
        program.kill()
