"""How much one caller may ask for, and how long anything may take."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

REQUESTS_PER_MINUTE = 600
REQUESTS_AT_ONCE = 100


@dataclass(frozen=True)
class Limits:
    """All times are seconds."""

    requests_per_minute: int = REQUESTS_PER_MINUTE
    """Of one key; so many may also come at once after a quiet minute."""
    requests_at_once: int = REQUESTS_AT_ONCE
    """Of one key; one that is being waited for counts until its last byte."""
    body_bytes: int = 1 << 20
    body_s: float = 20.0
    """A body must have arrived after so long."""
    reply_s: float = 120.0
    """A reply is waited for so long; it is kept all the same when it comes later."""
    stream_s: float = 600.0
    """A stream of events ends after so long, and its reader goes on with another one."""
    keep_alive_s: float = 10.0
    """A stream in which nothing happens says so that often."""


class Refused(Exception):
    """Too much was asked for; in `retry_s` seconds it can be asked again."""

    def __init__(self, reason: str, retry_s: float) -> None:
        super().__init__(reason)
        self.reason, self.retry_s = reason, retry_s


class Turnstile:
    """Counts what each caller asks for: a bucket that fills steadily, and the requests that are running."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buckets: dict[str, tuple[float, float]] = {}
        self._running: Counter[str] = Counter()

    @contextmanager
    def passed(self, owner: str) -> Iterator[None]:
        """Run one request of this caller; Refused where that would be too many."""
        if self._running[owner] >= self._limits.requests_at_once:
            raise Refused(f"More than {self._limits.requests_at_once} requests of this key at once.", 1.0)
        self._take(owner)
        self._running[owner] += 1
        try:
            yield
        finally:
            self._running[owner] -= 1

    def _take(self, owner: str) -> None:
        most = float(self._limits.requests_per_minute)
        now = time.monotonic()
        left, seen = self._buckets.get(owner, (most, now))
        left = min(most, left + (now - seen) * most / 60)
        if left < 1:
            self._buckets[owner] = (left, now)
            raise Refused(f"More than {most:.0f} requests of this key a minute.", (1 - left) * 60 / most)
        self._buckets[owner] = (left - 1, now)
