"""Worker processes beside a front end: started, started again when they die, stopped with it."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence

LOOK_S = 0.5
STEADY_S = 10.0
"""A worker that lived so long is started again at once; one that dies sooner, after ever longer pauses."""
LONGEST_PAUSE_S = 30.0
PATIENCE_S = 30.0
"""A worker that is told to stop has so long before it is killed."""
FOLLOW = "STACKWRIGHT_FOLLOW"
"""Set for a worker that ends when its standard input does, that is, when whoever started it has died."""


class Crew:
    """`count` processes of one command."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], count: int) -> None:
        self._command, self._environment = list(command), {**os.environ, **environment, FOLLOW: "1"}
        self._places = [_Place() for _ in range(count)]
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Crew":
        for place in self._places:
            place.process = self._start()
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._watch.join()
        running = [place.process for place in self._places if place.process is not None]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @property
    def alive(self) -> int:
        """How many run now."""
        return sum(place.process is not None and place.process.poll() is None for place in self._places)

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command, env=self._environment, stdin=subprocess.PIPE)  # noqa: S603

    def _look(self) -> None:
        while not self._stop.wait(LOOK_S):
            for place in self._places:
                if place.process is not None and place.process.poll() is not None:
                    place.died()
                if place.process is None and time.monotonic() >= place.due:
                    place.began, place.process = time.monotonic(), self._start()


class _Place:
    """One worker's place in the crew."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.began = time.monotonic()
        self.due = 0.0
        self.pause = LOOK_S

    def died(self) -> None:
        """Note when the next one is to start."""
        steady = time.monotonic() - self.began > STEADY_S
        self.pause = LOOK_S if steady else min(self.pause * 2, LONGEST_PAUSE_S)
        self.process, self.due = None, time.monotonic() + (0.0 if steady else self.pause)
