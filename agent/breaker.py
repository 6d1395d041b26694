"""A model that fails again and again is left alone, so that nobody waits for it in vain.

Each consultation has a breaker of its own, or all of a process share one.
"""

import threading
import time
from dataclasses import dataclass, field

ALLOWED = 3
"""Calls in a row that may fail before the model is left alone."""
WEIGHT_OF_SILENCE = 2
"""A call that ran into its time limit counts double: somebody waited that long for nothing."""


@dataclass
class Breaker:
    """How often in a row the model failed, and whether it may be asked."""

    quiet_s: float | None = None
    """A model that was given up is tried again by one call each so many seconds; None: never."""
    _failures: int = 0
    _since: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def failures(self) -> int:
        """In a row, silent ones counted double."""
        return self._failures

    def lets_through(self) -> bool:
        """Whether the model may be asked now."""
        with self._lock:
            if self._failures < ALLOWED:
                return True
            if self.quiet_s is None or time.monotonic() - self._since < self.quiet_s:
                return False
            self._since = time.monotonic()
            return True

    def answered(self) -> None:
        """It gave a usable answer."""
        with self._lock:
            self._failures = 0

    def failed(self, silent: bool) -> bool:
        """It failed; whether it is left alone from now on."""
        with self._lock:
            self._failures = min(self._failures + (WEIGHT_OF_SILENCE if silent else 1), ALLOWED)
            given_up = self._failures == ALLOWED
            if given_up:
                self._since = time.monotonic()
            return given_up

    def pause(self) -> str:
        """For how long it is left alone, in words."""
        return "in this session" if self.quiet_s is None else f"for {self.quiet_s / 60:.3g} minutes"
