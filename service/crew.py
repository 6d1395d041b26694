"""Worker processes beside a front end: started, started again when they die, stopped with it."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

LOOK_S = 0.5
STEADY_S = 10.0
"""A worker that lived so long is started again at once; one that dies sooner, after ever longer pauses."""
LONGEST_PAUSE_S = 30.0
PATIENCE_S = 30.0
"""A worker that is told to stop has so long before it is killed."""
FOLLOW = "STACKWRIGHT_FOLLOW"
"""Set for a worker that ends when its standard input does, that is, when whoever started it has died."""
READY = "STACKWRIGHT_READY"
"""The descriptor into which a worker writes once it can answer."""


def tell_ready() -> None:
    """Tell the crew, if this process is a worker of one, that it can answer now."""
    descriptor = os.environ.pop(READY, "")
    if descriptor:
        os.write(int(descriptor), b"1")
        os.close(int(descriptor))


class Crew:
    """`count` processes of one command."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], count: int) -> None:
        self._command, self._environment = list(command), {**os.environ, **environment, FOLLOW: "1"}
        self._places = [_Place() for _ in range(count)]
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Crew":
        for place in self._places:
            self._start(place)
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

    @property
    def ready(self) -> int:
        """How many run and have said that they can answer."""
        return sum(place.ready for place in self._places)

    @property
    def size(self) -> int:
        """How many there are to be."""
        return len(self._places)

    def _start(self, place: "_Place") -> None:
        heard, told = os.pipe()
        os.set_blocking(heard, False)
        place.process = subprocess.Popen(  # noqa: S603
            self._command,
            env={**self._environment, READY: str(told)},
            stdin=subprocess.PIPE,
            pass_fds=(told,),
        )
        os.close(told)
        place.listen(heard)

    def _look(self) -> None:
        while not self._stop.wait(LOOK_S):
            for place in self._places:
                if place.process is not None and place.process.poll() is not None:
                    place.died()
                if place.process is None and time.monotonic() >= place.due:
                    place.began = time.monotonic()
                    self._start(place)


class _Place:
    """One worker's place in the crew."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.began = time.monotonic()
        self.due = 0.0
        self.pause = LOOK_S
        self._heard = -1
        self._told = False

    def listen(self, descriptor: int) -> None:
        """Hear from this descriptor when the new process is ready."""
        if self._heard >= 0:
            os.close(self._heard)
        self._heard, self._told = descriptor, False

    @property
    def ready(self) -> bool:
        """Whether its process runs and has said that it can answer."""
        if not self._told and self._heard >= 0:
            with suppress(BlockingIOError):
                self._told = os.read(self._heard, 1) != b""
        return self._told and self.process is not None and self.process.poll() is None

    def died(self) -> None:
        """Note when the next one is to start."""
        steady = time.monotonic() - self.began > STEADY_S
        self.pause = LOOK_S if steady else min(self.pause * 2, LONGEST_PAUSE_S)
        self.process, self.due = None, time.monotonic() + (0.0 if steady else self.pause)
